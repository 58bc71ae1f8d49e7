# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of the D-Bus display get the renderer's pictures as dmabufs, which they draw with GL."""

from __future__ import annotations

import os
import random
import struct
from typing import Callable, Iterator

import pytest

from lab.inside.drawing import DmabufDrawing
from vgpu.formats import gradient
from vgpu.screendump import assert_same, describe_difference
from vgpu.wait import wait_for
from vgpu.wire import Rect

from peer import Peer, join_peer
from test_gl import fill_part
from test_picture import noise, random_rect, wait_same
from viewer import DMABUF2, MAP, Box, Viewer

from .machine import PATIENCE, SIZE, Machine

# By what the device gives to the display, which gives it on.
pytestmark = pytest.mark.parametrize('machine', [('dbus', False), ('dbus', True)], indirect=True,
                                     ids=['texture', 'dmabuf'])
KINDS = {'ScanoutDMABUF': None, 'ScanoutDMABUF2': (DMABUF2, MAP)}
ROUNDS = 20


class DmabufViewer(Viewer):
    """A viewer that keeps the dmabuf it gets: the memory behind it is not the picture, GL draws that."""

    layout = (0, 0)     # bytes of a row, bytes before the first

    def _map_dmabuf(self, fds: list[int], handle: int, box: Box, shape: tuple[int, int], offset: int) -> None:
        self._forget_map()
        assert (box.x, box.y, box.width, box.height) == (0, 0, *SIZE) and shape[0] == SIZE[1]
        self.map_fd = fds[handle]
        self.layout = (shape[1], offset)

    def _on_UpdateDMABUF(self, arguments: tuple, _data: bytes, _fds: list[int]) -> None:
        x, y, width, height = arguments
        assert 0 <= x < x + width <= SIZE[0] and 0 <= y < y + height <= SIZE[1]

    def fourcc(self) -> str:
        """The format of the last dmabuf."""
        call = [call for call in self.calls if call.method in KINDS][-1]
        return struct.pack('<I', call.arguments[8 if call.method == 'ScanoutDMABUF2' else 4]).decode()

    def drawing(self, draw: Callable[..., DmabufDrawing]) -> DmabufDrawing:
        """What another process makes of the dmabuf."""
        stride, offset = self.layout
        return draw(self.map_fd, *SIZE, stride=stride, offset=offset, fourcc=self.fourcc())


@pytest.fixture
def peer(machine: Machine) -> Iterator[Peer]:
    """A client of the display."""
    joined = join_peer(machine.qemu)
    yield joined
    joined.close()


@pytest.fixture
def look(peer: Peer) -> Iterator[Callable[..., DmabufViewer]]:
    """Opens viewers that have got a picture; they end with the test."""
    opened: list[DmabufViewer] = []

    def open_one(**options) -> DmabufViewer:
        opened.append(DmabufViewer(peer, **options))
        opened[-1].open()
        opened[-1].wait(lambda: opened[-1].calls, timeout=PATIENCE)
        return opened[-1]

    yield open_one
    for viewer in opened:
        viewer.close()


def flush_and_wait(machine: Machine, texture, rect: tuple[int, int, int, int], rgb, *viewers: Viewer) -> None:
    """Changes a rectangle and has viewers look until they know."""
    fill_part(machine.gpu, texture, *rect[:2], rgb)
    for viewer in viewers:
        viewer.wait(lambda: viewer.calls, timeout=PATIENCE)


def wait_drawn(drawing: DmabufDrawing, rgb) -> None:
    """Draws until the picture is there."""
    pictures = []
    try:
        wait_for(lambda: pictures.append(drawing.picture()) or not describe_difference(pictures[-1], rgb),
                 'the picture', 30)
    except TimeoutError:
        assert_same(pictures[-1], rgb)


@pytest.mark.parametrize('method', KINDS)
def test_what_a_client_gets_is_the_texture_itself(machine, look, draw, method):
    """It is imported once, and what is drawn later is seen in it."""
    rng = random.Random(1)
    expected = gradient(*SIZE).copy()
    texture = machine.show(1, expected)
    viewer = look(interfaces=KINDS[method])
    assert [call.method for call in viewer.calls] == [method]
    assert os.readlink(f'/proc/self/fd/{viewer.map_fd}').startswith('/dmabuf:')
    drawing = viewer.drawing(draw)
    wait_drawn(drawing, expected)
    viewer.take_calls()
    for _ in range(3):
        x, y, w, h = random_rect(rng, *SIZE)
        expected[y:y + h, x:x + w] = noise(rng, w, h)
        flush_and_wait(machine, texture, (x, y, w, h), expected[y:y + h, x:x + w], viewer)
        wait_drawn(drawing, expected)
        assert [call.method for call in viewer.take_calls()] == ['UpdateDMABUF']


def test_updates_carry_the_damage_and_export_nothing(machine, look):
    rng = random.Random(2)
    texture = machine.show(1, gradient(*SIZE))
    viewers = [look(interfaces=interfaces) for interfaces in (*KINDS.values(), None)]
    exports, fds = machine.exports(), machine.fds()
    for viewer in viewers:
        viewer.pump(0.2)
        viewer.take_calls()
    for _ in range(ROUNDS):
        x, y, w, h = random_rect(rng, *SIZE)
        flush_and_wait(machine, texture, (x, y), noise(rng, w, h), *viewers)
        for viewer in viewers:
            assert [(call.method, call.arguments) for call in viewer.take_calls()] == [('UpdateDMABUF', (x, y, w, h))]
    assert machine.exports() == exports and machine.fds() == fds and machine.dmabufs() == 1


def test_all_clients_get_one_export(machine, look):
    exports = machine.exports()
    machine.show(1, gradient(*SIZE))
    viewers = [look(interfaces=interfaces) for interfaces in KINDS.values() for _ in range(3)]
    assert machine.exports() - exports == 1
    assert len({os.fstat(viewer.map_fd).st_ino for viewer in viewers}) == 1


def test_flips_export_nothing_twice(machine, look):
    textures = [machine.show(number, gradient(*SIZE, number)) for number in (1, 2)]
    viewer = look(interfaces=(DMABUF2, MAP))
    counts = []
    for turn in range(6):
        viewer.take_calls()
        textures[turn % 2].show()
        textures[turn % 2].flush()
        viewer.wait(lambda: [call for call in viewer.calls if call.method in KINDS], timeout=PATIENCE)
        counts.append(machine.exports())
    assert counts[2:] == 4 * [counts[1]]


def test_clients_that_want_no_dmabuf_get_its_pixels(machine, look):
    rng = random.Random(3)
    expected = gradient(*SIZE).copy()
    texture = machine.show(1, expected)
    viewers = [look(refuse=('ScanoutDMABUF',)), look(interfaces=(MAP,), refuse=('ScanoutDMABUF',))]
    for _ in range(3):
        for viewer in viewers:
            wait_same(viewer, expected)
        x, y, w, h = random_rect(rng, *SIZE)
        expected[y:y + h, x:x + w] = noise(rng, w, h)
        fill_part(machine.gpu, texture, x, y, expected[y:y + h, x:x + w])
    for viewer in viewers:
        wait_same(viewer, expected)


def test_pictures_in_turn_leave_no_descriptors(machine, look):
    viewer = look(interfaces=(DMABUF2, MAP))
    fds = 0
    for number in range(1, ROUNDS):
        viewer.take_calls()
        machine.show(number, gradient(*SIZE, number))
        viewer.wait(lambda: viewer.calls and viewer.map_fd >= 0, timeout=PATIENCE)
        if number > 1:
            machine.gpu.ok('resource_unref', resource_id=number - 1)
        if number == 5:
            wait_for(lambda: machine.dmabufs() == 1, 'the other buffers to go', PATIENCE)
            fds = machine.fds()
    wait_for(lambda: machine.dmabufs() == 1 and machine.fds() <= fds, f'{fds} descriptors', PATIENCE)
    machine.gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
    machine.gpu.ok('resource_unref', resource_id=ROUNDS - 1)
    wait_for(lambda: not machine.dmabufs(), 'the last buffer to go', PATIENCE)


def test_clients_that_come_and_go_leave_no_descriptors(machine, peer):
    machine.show(1, gradient(*SIZE))
    seen = []
    for turn in range(12):
        viewer = DmabufViewer(peer, interfaces=(None, (DMABUF2,), (DMABUF2, MAP))[turn % 3]).open()
        viewer.wait(lambda: viewer.calls, timeout=PATIENCE)
        viewer.close()
        if turn == 2:
            wait_for(lambda: (seen.append(machine.fds()) or seen[-5:].count(seen[-1]) == 5), 'an end', PATIENCE)
    wait_for(lambda: machine.fds() <= seen[-1], f'{seen[-1]} descriptors', PATIENCE)
