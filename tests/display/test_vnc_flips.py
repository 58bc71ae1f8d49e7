# SPDX-License-Identifier: GPL-2.0-or-later
"""VNC clients of a guest that flips between textures: they see the last picture, as screendump does."""

from __future__ import annotations

import random
from typing import Iterator

import numpy
import pytest

from vgpu.flips import assert_show, flip_while_updates_wait, noise
from vgpu.formats import gradient
from vgpu.qmp import QmpError
from vgpu.screendump import assert_same, describe_difference, screendump
from vgpu.vnc import TRACES, VncClient, has_clients, surfaces_given
from vgpu.wait import wait_for
from vgpu.wire import Box, Rect

from .headless import Headless, Texture

SIZE = (640, 480)
WHOLE = Rect(0, 0, *SIZE)
TURNS = 400
DISPLAYS = {'stock': ('egl-headless', False), 'ours': ('egl-headless', True), 'ours dbus': ('dbus,p2p=on,gl=on', True)}


class Pages:
    """Textures of one size that a head shows in turn, and the clients that look at it."""

    def __init__(self, headless: Headless, path: str, is_ours: bool):
        self.qemu = headless.qemu
        self.gpu = headless.gpu
        self.is_ours = is_ours
        self.viewers: list[VncClient] = []
        self._path = path
        self._textures: dict[int, Texture] = {}

    def connect(self, compressed: bool = False) -> VncClient:
        """Another client."""
        self.viewers.append(VncClient(self._path, compressed=compressed))
        return self.viewers[-1]

    def draw(self, number: int, rgb: numpy.ndarray, rect: Rect = WHOLE) -> None:
        """Brings a part of a picture into a page, which need not be shown."""
        if number not in self._textures:
            self._textures[number] = Texture(self.gpu, number, *SIZE)
        image = self._textures[number].image
        image.draw(rgb)
        self.gpu.ok('transfer_to_host_3d', box=Box(rect.x, rect.y, 0, rect.width, rect.height, 1),
                    offset=image.offset(rect.x, rect.y), resource_id=number, stride=image.stride)

    def flip(self, number: int) -> None:
        """Shows a page, all of which changed for who saw another one."""
        self._textures[number].show()
        self._textures[number].flush()

    def flush(self, number: int, rect: Rect) -> None:
        """A part of the page changed."""
        self._textures[number].flush(rect)

    def dump(self) -> numpy.ndarray | None:
        """What screendump shows; None: it says that there is nothing."""
        try:
            return screendump(self.qemu, 'gpu0')
        except QmpError:
            return None

    def wait_dumped(self, rgb: numpy.ndarray) -> None:
        """Screendump shows the picture; of stock devices it does when they rest."""
        if self.is_ours:
            assert_same(screendump(self.qemu, 'gpu0'), rgb)
        wait_for(lambda: (dump := self.dump()) is not None and not describe_difference(dump, rgb), 'the picture')

    def frames_shared(self) -> int:
        """How many pictures our device has given to the display without reading them."""
        return self.qemu.qmp.command('qom-get', path='/machine/peripheral/gpu0/virtio-backend',
                                     property='scanout-stats')[0]['frames-shared']


@pytest.fixture(params=DISPLAYS)
def pages(request: pytest.FixtureRequest, start_headless, tmp_path) -> Iterator[Pages]:
    """A device whose head shows page 1, a gradient."""
    display, is_ours = DISPLAYS[request.param]
    path = tmp_path / 'vnc'
    headless = start_headless('virtio-gpu-gl-pci', '-vnc', f'unix:{path}', *TRACES, display=display, ours=is_ours,
                              watched=False)
    pages = Pages(headless, str(path), is_ours)
    pages.draw(1, gradient(*SIZE))
    pages.flip(1)
    yield pages
    for viewer in pages.viewers:
        viewer.close()


def test_flip_before_all_clients_have_the_last_picture_leaves_none_behind(pages):
    for _ in range(2):
        pages.connect(compressed=True)
    assert_show(pages.viewers, gradient(*SIZE))
    for turn in range(3):
        picture = noise(*SIZE, turn)
        for number in (2, 3):
            pages.draw(number, picture)
        flip_while_updates_wait(pages.qemu, pages.viewers, pages.flip, (2, 3))
        assert_show(pages.viewers, picture)
        pages.wait_dumped(picture)
        pages.flip(1)
        assert_show(pages.viewers, gradient(*SIZE))


def test_flips_give_the_server_no_other_surface(pages):
    pages.connect()
    pages.draw(2, gradient(*SIZE, 2))
    pages.flip(2)
    assert_show(pages.viewers, gradient(*SIZE, 2))
    flips, before = 10, surfaces_given(pages.qemu)
    for turn in range(flips):
        pages.flip(1 + turn % 2)
        assert_show(pages.viewers, gradient(*SIZE, 2 if turn % 2 else 0))
    # not 0: a device that rests, because the test is kept from going on, is given its surface back
    assert surfaces_given(pages.qemu) - before < flips


def test_random_flips_and_damage_are_seen_as_screendump_shows_them(pages):
    for compressed in (False, True):
        pages.connect(compressed)
    rng = random.Random(1)
    picture, shown = gradient(*SIZE), 1
    for turn in range(TURNS):
        width, height = rng.randrange(1, 160), rng.randrange(1, 120)
        rect = Rect(rng.randrange(SIZE[0] - width), rng.randrange(SIZE[1] - height), width, height)
        picture[rect.y:rect.y + height, rect.x:rect.x + width] = noise(width, height, turn)
        if rng.random() < 0.7:
            shown = rng.randrange(1, 4)
            pages.draw(shown, picture)
            pages.flip(shown)
        else:
            pages.draw(shown, picture, rect)
            pages.flush(shown, rect)
        for viewer in pages.viewers:
            viewer.wait_for(lambda _: False, timeout=0.001)
        if turn % 100 == 99:
            assert_show(pages.viewers, picture)
            if pages.is_ours:
                assert_same(screendump(pages.qemu, 'gpu0'), picture)
    pages.wait_dumped(picture)


def test_screendump_right_after_a_flip_shows_the_page(pages):
    pages.connect()
    assert_show(pages.viewers, gradient(*SIZE))
    for turn in range(1, 6 if pages.is_ours else 3):
        pages.draw(1 + turn % 2, gradient(*SIZE, turn))
        pages.flip(1 + turn % 2)
        pages.wait_dumped(gradient(*SIZE, turn))
    assert_show(pages.viewers, gradient(*SIZE, turn))


def test_pages_are_shared_again_when_the_clients_have_left(pages):
    viewer = pages.connect()
    pages.draw(2, gradient(*SIZE, 2))
    assert_show(pages.viewers, gradient(*SIZE))
    for turn in range(3):
        pages.flip(2 - turn % 2)
    assert_show(pages.viewers, gradient(*SIZE, 2))
    viewer.close()
    wait_for(lambda: not has_clients(pages.qemu), 'the end of the connection')
    before = pages.frames_shared() if pages.is_ours else 0
    for turn in range(3):
        pages.flip(1 + turn % 2)
    pages.wait_dumped(gradient(*SIZE))
    assert not pages.is_ours or pages.frames_shared() - before == 3
