# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests and clients that do everything at once, in an order that nobody has thought of."""

from __future__ import annotations

import random

import pytest

from peer import join_peer
from test_picture import draw, noise, random_rect, wait_same
from vgpu.formats import Format
from vgpu.screendump import screendump
from vgpu.wire import Rect
from viewer import MAP, Viewer

pytestmark = pytest.mark.ours_only('stock waits for its clients')

STEPS = 400
SIZES = ((320, 240), (100, 333), (640, 480), (333, 217), (1024, 768), (900, 600))


class Storm:
    """One machine, its driver and its clients, all moved by one source of chance."""

    def __init__(self, gpu, seed):
        self.rng = random.Random(seed)
        self.gpu = gpu
        self.peer = join_peer(gpu.qemu)
        self.viewers = []
        self.shown = None
        self.image = None
        cursor = gpu.create_image(50, 64, 64, Format.B8G8R8A8)
        cursor.draw(noise(self.rng, 64, 64))
        gpu.transfer(50, Rect(0, 0, 64, 64))

    def change_mode(self):
        """Shows a picture of another size."""
        if self.image:
            self.gpu.ok('resource_unref', resource_id=1)
        self.shown = self.rng.choice(SIZES)
        self.image = self.gpu.show(1, noise(self.rng, *self.shown))

    def blank(self):
        """Shows nothing."""
        self.gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
        if self.image:
            self.gpu.ok('resource_unref', resource_id=1)
        self.image = None

    def draw(self):
        """Changes a part of the picture."""
        if self.image:
            x, y, w, h = random_rect(self.rng, *self.shown)
            draw(self.gpu, self.image, x, y, noise(self.rng, w, h))

    def cursor(self):
        """Defines, moves or hides the cursor."""
        self.gpu.set_cursor(self.rng.choice((0, 50)), self.rng.randrange(300), self.rng.randrange(200))
        self.gpu.move_cursor(self.rng.randrange(300), self.rng.randrange(200))

    def join(self):
        """A viewer comes."""
        if len(self.viewers) < 6:
            interfaces = self.rng.choice((None, (), (MAP,)))
            refuse = self.rng.choice(((), (), ('ScanoutMap',), ('Scanout',)))
            self.viewers.append(Viewer(self.peer, interfaces=interfaces, refuse=refuse).open())

    def leave(self):
        """A viewer goes."""
        if self.viewers:
            self.viewers.pop(self.rng.randrange(len(self.viewers))).close()

    def look(self):
        """A viewer takes what has come, and may stop to answer."""
        if self.viewers:
            viewer = self.rng.choice(self.viewers)
            viewer.hold = self.rng.random() < 0.3
            if not viewer.hold:
                viewer.answer_held()
            if 'Scanout' not in viewer.refuse:
                viewer.pump()

    def resize(self):
        """A client asks for another size."""
        self.peer.call('Console_0', 'Console', 'SetUIInfo', '(qqiiuu)', 300, 200, 0, 0,
                       self.rng.randrange(2000), self.rng.randrange(2000))

    def press(self):
        """A client types."""
        self.peer.call('Console_0', 'Keyboard', self.rng.choice(('Press', 'Release')), '(u)', self.rng.randrange(1, 60))

    def step(self):
        """Something happens."""
        actions = (self.draw, self.look, self.join, self.leave, self.cursor, self.change_mode, self.blank,
                   self.resize, self.press)
        self.rng.choices(actions, (30, 30, 5, 4, 5, 2, 1, 1, 2))[0]()


@pytest.mark.parametrize('gl', ('off', 'on'))
@pytest.mark.parametrize('seed', range(3))
def test_in_the_end_every_viewer_sees_the_picture(start_display, seed, gl):
    gpu = start_display(display=f'dbus,p2p=on,gl={gl}', memory=512)
    storm = Storm(gpu, seed)
    for _ in range(STEPS):
        storm.step()
    storm.change_mode()
    expected = screendump(gpu.qemu, gpu.device)
    storm.join()
    for viewer in storm.viewers:
        viewer.answer_held()
        if 'Scanout' not in viewer.refuse:
            wait_same(viewer, expected)
        viewer.close()
    storm.peer.close()
