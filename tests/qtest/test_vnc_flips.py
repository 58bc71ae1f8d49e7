# SPDX-License-Identifier: GPL-2.0-or-later
"""A remote viewer of a guest that flips: sees the last picture, and is not in the way."""

from __future__ import annotations

from typing import Callable, Iterator

import numpy
import pytest

from vgpu import wire
from vgpu.flips import assert_show, flip_while_updates_wait, noise
from vgpu.formats import Format, gradient
from vgpu.gpu import Gpu
from vgpu.image import GuestImage
from vgpu.screendump import assert_same, screendump
from vgpu.vnc import TRACES, VncClient, encoded_for, has_clients, surfaces_given
from vgpu.wait import wait_for
from vgpu.wire import MemEntry, Rect

pytestmark = pytest.mark.ours_only("QEMU's VNC server forgets what it was about to send when a device flips")

SIZE = (800, 600)
WHOLE = Rect(0, 0, *SIZE)
BYTES = 4 * SIZE[0] * SIZE[1]
PAGE = 4096


class Pages:
    """Pictures of one size in resources of a kind, and the viewers of the head that shows them."""

    def __init__(self, gpu: Gpu, path: str, kind: str):
        self.gpu = gpu
        self.qemu = gpu.qemu
        self.viewers: list[VncClient] = []
        self._path = path
        self._is_blob = kind == 'blob'
        self._images: dict[int, GuestImage] = {}

    def connect(self, compressed: bool = False) -> VncClient:
        """Another viewer."""
        self.viewers.append(VncClient(self._path, compressed=compressed))
        return self.viewers[-1]

    def draw(self, number: int, rgb: numpy.ndarray) -> None:
        """Brings a picture into a page, which need not be shown."""
        if number not in self._images:
            self._images[number] = self._create(number)
        self._images[number].draw(rgb)
        if not self._is_blob:
            self.gpu.transfer(number, WHOLE)

    def _create(self, number: int) -> GuestImage:
        if not self._is_blob:
            return self.gpu.create_image(number, *SIZE)
        image = GuestImage(self.gpu.memory, *SIZE, Format.B8G8R8X8, scatter=number)
        entries = [MemEntry(entry.address, -(-entry.length // PAGE) * PAGE) for entry in image.backing.entries]
        self.gpu.ok('resource_create_blob', resource_id=number, blob_mem=wire.BLOB_MEM_GUEST,
                    blob_flags=wire.BLOB_FLAG_SHAREABLE, nr_entries=len(entries),
                    size=sum(entry.length for entry in entries), tail=wire.pack_entries(entries))
        return image

    def flip(self, number: int) -> None:
        """Shows a page."""
        if self._is_blob:
            self.gpu.ok('set_scanout_blob', r=WHOLE, scanout_id=0, resource_id=number, width=SIZE[0],
                        height=SIZE[1], format=Format.B8G8R8X8, strides=[4 * SIZE[0], 0, 0, 0], offsets=[0] * 4)
        else:
            self.gpu.set_scanout(0, number, WHOLE)
        self.gpu.flush(number, WHOLE)

    def copied(self) -> tuple[int, int]:
        """Bytes that the device copied, and those of them that were for VNC."""
        stats = self.qemu.qmp.command('qom-get', path='/machine/peripheral/gpu0/virtio-backend',
                                      property='scanout-stats')[0]
        return stats['bytes-copied'], stats['bytes-copied-for-vnc']


@pytest.fixture(params=['classic', 'blob'])
def pages(request, start_gpu: Callable[..., Gpu], tmp_path) -> Iterator[Pages]:
    """A device whose head shows page 1, a gradient."""
    path = tmp_path / 'vnc'
    gpu = start_gpu('virtio-gpu-pci,blob=on', '-vnc', f'unix:{path}', *TRACES)
    pages = Pages(gpu, str(path), request.param)
    pages.draw(1, gradient(*SIZE))
    pages.flip(1)
    yield pages
    for viewer in pages.viewers:
        viewer.close()


def test_flip_before_all_viewers_have_the_last_picture_leaves_none_behind(pages):
    for _ in range(2):
        pages.connect(compressed=True)
    assert_show(pages.viewers, gradient(*SIZE))
    for turn in range(3):
        picture = noise(*SIZE, turn)
        for number in (2, 3):
            pages.draw(number, picture)
        flip_while_updates_wait(pages.qemu, pages.viewers, pages.flip, (2, 3))
        assert_show(pages.viewers, picture)
        pages.draw(1, gradient(*SIZE))
        pages.flip(1)
        assert_show(pages.viewers, gradient(*SIZE))


def test_flips_give_the_server_no_other_surface(pages):
    pages.connect()
    assert_show(pages.viewers, gradient(*SIZE))
    pages.draw(2, gradient(*SIZE, 2))
    pages.flip(2)
    before = surfaces_given(pages.qemu)
    for turn in range(20):
        pages.flip(1 + turn % 2)
    assert_show(pages.viewers, gradient(*SIZE, 2))
    assert surfaces_given(pages.qemu) == before


def test_last_of_many_pictures_that_change_in_part_is_seen_exactly(pages):
    for compressed in (False, True):
        pages.connect(compressed)
    picture = gradient(*SIZE)
    for turn in range(60):
        x, y = 13 * turn % (SIZE[0] - 100), 7 * turn % (SIZE[1] - 80)
        picture[y:y + 80, x:x + 100] = noise(100, 80, turn)
        pages.draw(1 + turn % 3, picture)
        pages.flip(1 + turn % 3)
        for viewer in pages.viewers:
            viewer.wait_for(lambda _: False, timeout=0.005)
    assert_show(pages.viewers, picture)


def test_screendump_right_after_a_flip_shows_the_page(pages):
    pages.connect()
    assert_show(pages.viewers, gradient(*SIZE))
    for turn in range(1, 6):
        pages.draw(1 + turn % 2, gradient(*SIZE, turn))
        pages.flip(1 + turn % 2)
        assert_same(screendump(pages.qemu, 'gpu0'), gradient(*SIZE, turn))


def test_what_changes_in_a_page_is_sent_and_no_more(pages):
    viewer = pages.connect()
    assert_show(pages.viewers, gradient(*SIZE))
    pages.draw(2, gradient(*SIZE))
    pages.flip(2)
    pages.flip(1)
    before = len(encoded_for(pages.qemu))
    pages.flip(2)
    viewer.updates.clear()
    picture = gradient(*SIZE)
    picture[100:132, 320:384] = 0x55
    pages.draw(2, picture)
    pages.gpu.flush(2, Rect(320, 100, 64, 32))
    assert_show(pages.viewers, picture)
    assert len(encoded_for(pages.qemu)) - before <= 2    # the first flip's, if it was still to come
    pages.draw(1, gradient(*SIZE, 5))
    pages.flip(1)
    assert_show(pages.viewers, gradient(*SIZE, 5))


def test_nothing_is_copied_when_the_viewers_have_left(pages):
    viewer = pages.connect()
    assert_show(pages.viewers, gradient(*SIZE))
    pages.draw(2, gradient(*SIZE, 2))
    pages.flip(2)
    assert pages.copied()[1] >= BYTES
    viewer.close()
    wait_for(lambda: not has_clients(pages.qemu), 'the end of the connection')
    pages.flip(1)
    before = pages.copied()
    for turn in range(10):
        pages.flip(1 + turn % 2)
        assert_same(screendump(pages.qemu, 'gpu0'), gradient(*SIZE, 2 if turn % 2 else 0))
    assert pages.copied() == before


def test_head_that_is_disabled_and_comes_back_is_seen(pages):
    pages.connect(compressed=True)
    pages.draw(2, noise(*SIZE, 2))
    for _ in range(3):
        pages.flip(2)
        pages.flip(1)
        assert_show(pages.viewers, gradient(*SIZE))
        pages.gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
        pages.flip(2)
        assert_show(pages.viewers, noise(*SIZE, 2))


def test_reset_between_flips_does_no_harm(pages):
    pages.connect()
    pages.draw(2, gradient(*SIZE, 2))
    pages.flip(2)
    pages.flip(1)
    pages.gpu.virtio.reset()
    pages.gpu.start()
    pages.gpu.show(1, gradient(320, 200, 3))
    assert_show(pages.viewers, gradient(320, 200, 3))
