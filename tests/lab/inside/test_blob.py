# SPDX-License-Identifier: GPL-2.0-or-later
"""Blob resources on a host that has udmabuf: seen from outside QEMU, and through its displays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.screendump import assert_same, screendump
from vgpu.wire import MemEntry, Rect, Resp

from .blob import DEVICE, Blob, watched_device
from .rfb import Viewer
from .udmabuf import PAGE, count_fds, dmabuf_fds, kernel_buffers, take_fd, wait_for_buffers

SIZE = (640, 480)
LIMIT_ENTRIES = 1024
LIMIT_BYTES = 64 << 20
ROUNDS = 1000


def resident_bytes(pid: int) -> int:
    """The memory that a process has of its own, shared memory left out."""
    fields = dict(line.split(':') for line in Path(f'/proc/{pid}/status').read_text().splitlines())
    return int(fields['RssAnon'].split()[0]) << 10


def test_scattered_blob_is_one_udmabuf_while_it_exists(blob_gpu):
    pid = blob_gpu.qemu.pid
    fds = count_fds(pid)
    blob = Blob(blob_gpu, *SIZE, scatter=1).create()
    assert len(dmabuf_fds(pid)) == 1
    assert kernel_buffers() == [blob.size]
    blob.unref()
    assert (dmabuf_fds(pid), kernel_buffers(), count_fds(pid)) == ([], [], fds)


def test_udmabuf_has_the_pages_in_the_order_of_the_blob(blob_gpu, draw):
    first, second = gradient(*SIZE, 1), gradient(*SIZE, 2)
    blob = Blob(blob_gpu, *SIZE, scatter=2).create()
    blob.draw(first)
    fd = take_fd(blob_gpu.qemu.pid, dmabuf_fds(blob_gpu.qemu.pid)[0])
    drawing = draw(fd, *SIZE)
    assert_same(drawing.picture(), first)
    blob.draw(second)
    assert_same(drawing.picture(), second)
    drawing.finish()
    os.close(fd)


def test_scanout_shows_guest_memory_after_a_flush_without_transfer(blob_gpu):
    first, second = gradient(*SIZE, 1), gradient(*SIZE, 2)
    blob = Blob(blob_gpu, *SIZE, scatter=3).create()
    blob.show(first)
    assert_same(screendump(blob_gpu.qemu, blob_gpu.device), first)
    blob.draw(second)
    blob.flush()
    assert_same(screendump(blob_gpu.qemu, blob_gpu.device), second)


def test_as_many_ranges_as_udmabuf_takes_become_one(blob_gpu):
    blob = Blob(blob_gpu, 1024, LIMIT_ENTRIES, scatter=4).create()
    assert len(blob.entries) == LIMIT_ENTRIES
    assert kernel_buffers() == [blob.size]


@pytest.mark.stock_wrong('stock refuses to show a blob that udmabuf does not take')
@pytest.mark.parametrize('adjacent', [False, True], ids=['scattered', 'adjacent'])
def test_more_ranges_than_udmabuf_takes_are_shown(blob_gpu, adjacent):
    rgb = gradient(1024, LIMIT_ENTRIES + 1)
    blob = Blob(blob_gpu, 1024, LIMIT_ENTRIES + 1, pieces=LIMIT_ENTRIES + 1, adjacent=adjacent)
    blob.create()
    blob.show(rgb)
    assert_same(screendump(blob_gpu.qemu, blob_gpu.device), rgb)


def test_as_many_bytes_as_udmabuf_takes_become_one(start_gpu):
    gpu = start_gpu(DEVICE, memory=96)
    blob = Blob(gpu, 4096, 4096, pieces=2).create()
    assert blob.size == LIMIT_BYTES
    assert kernel_buffers() == [LIMIT_BYTES]


@pytest.mark.stock_wrong('stock refuses to show a blob that udmabuf does not take')
def test_more_bytes_than_udmabuf_takes_are_shown(start_gpu):
    gpu = start_gpu(DEVICE, memory=96)
    around_the_seam = Rect(1000, 1900, 640, 300)
    rgb = gradient(640, 300)
    blob = Blob(gpu, 4096, 4098, pieces=2).create()
    assert blob.size > LIMIT_BYTES
    blob.image.draw_at(around_the_seam.x, around_the_seam.y, rgb)
    blob.set_scanout(around_the_seam)
    blob.flush()
    assert kernel_buffers() == []
    assert_same(screendump(gpu.qemu, gpu.device), rgb)


def test_many_rounds_leave_nothing_behind(blob_gpu):
    pid = blob_gpu.qemu.pid
    life = Blob(blob_gpu, *SIZE, scatter=5).whole_life()

    def rounds(count: int) -> tuple[int, int]:
        for _ in range(count):
            assert {answer.type for answer in blob_gpu.batch(life)} == {Resp.OK_NODATA}
        wait_for_buffers([])
        return count_fds(pid), resident_bytes(pid)

    fds, resident = rounds(ROUNDS // 10)
    fds_later, resident_later = rounds(ROUNDS)
    assert fds_later == fds
    assert resident_later - resident < 1 << 20


def test_egl_headless_shows_a_blob_and_later_writes_to_it(headless):
    gpu, viewer = headless
    first, second = gradient(*SIZE, 1), gradient(*SIZE, 2)
    blob = Blob(gpu, *SIZE, scatter=7).create()
    blob.show(first)
    viewer.wait_for(first)
    blob.draw(second)
    blob.flush()
    viewer.wait_for(second)


def test_egl_headless_shows_a_small_change_of_a_shown_blob(headless):
    gpu, viewer = headless
    rgb, patch = gradient(*SIZE, 1), gradient(64, 16, 9)
    blob = Blob(gpu, *SIZE, scatter=8).create()
    blob.show(rgb)
    viewer.wait_for(rgb)
    blob.image.draw_at(100, 203, patch)
    gpu.flush(blob.resource_id, Rect(100, 203, 64, 16))
    rgb[203:219, 100:164] = patch
    viewer.wait_for(rgb)


def test_egl_headless_flips_between_two_blobs(headless):
    gpu, viewer = headless
    pictures = [gradient(*SIZE, seed) for seed in (1, 2)]
    blobs = [Blob(gpu, *SIZE, resource_id=index + 1, scatter=index).create() for index in (0, 1)]
    for blob, rgb in zip(blobs, pictures):
        blob.draw(rgb)
    seen = []
    for turn in range(6):
        blobs[turn % 2].set_scanout()
        blobs[turn % 2].flush()
        viewer.wait_for(pictures[turn % 2])
        seen.append(count_fds(gpu.qemu.pid))
    assert seen[2:] == [seen[2]] * 4


def check_that_a_plain_resource_stays_as_it_was(gpu: Gpu, viewer: Viewer) -> None:
    """Shows a plain resource, a blob, and the plain resource again without a transfer."""
    plain, of_blob = gradient(*SIZE, 1), gradient(*SIZE, 2)
    gpu.show(9, plain)
    viewer.wait_for(plain)
    Blob(gpu, *SIZE, scatter=9).create().show(of_blob)
    viewer.wait_for(of_blob)
    gpu.set_scanout(0, 9, Rect(0, 0, *SIZE))
    gpu.flush(9, Rect(0, 0, *SIZE))
    viewer.wait_for(plain)


@pytest.mark.stock_wrong('stock crashes')
def test_egl_headless_leaves_a_plain_resource_as_it_was(headless):
    check_that_a_plain_resource_stays_as_it_was(*headless)


@pytest.mark.ours_only('these have nothing to be mixed with')
def test_stock_egl_headless_leaves_a_plain_resource_as_it_was(device_only, tmp_path):
    with watched_device(device_only, 'egl-headless', tmp_path) as pair:
        check_that_a_plain_resource_stays_as_it_was(*pair)


def test_blob_of_one_range_is_shown_with_and_without_gl(start_gpu, headless):
    rgb = gradient(*SIZE)
    plain = start_gpu(DEVICE)
    with_gl, viewer = headless
    for gpu in (plain, with_gl):
        blob = Blob(gpu, *SIZE)
        blob.entries = [MemEntry(blob.entries[0].address, blob.size)]
        blob.create()
        blob.show(rgb)
    assert_same(screendump(plain.qemu, plain.device), rgb)
    viewer.wait_for(rgb)
    assert blob.size % PAGE == 0
