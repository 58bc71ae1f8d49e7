# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's kernel and GL do what the tests of the device build on."""

from __future__ import annotations

import errno
import gc
import mmap
import os
import stat

import numpy
import pytest

from .udmabuf import DEVICE, PAGE, Memfd, count_fds, kernel_buffers, limit
from vgpu.formats import Format, from_rgb, gradient
from vgpu.screendump import assert_same

WIDTH, HEIGHT = 256, 128
ROUNDS = 3000


@pytest.mark.parametrize('path', [DEVICE, '/dev/dri/renderD128'])
def test_device_node_exists(path):
    assert stat.S_ISCHR(os.stat(path).st_mode)


def test_limits_are_the_usual_ones():
    assert (limit('list_limit'), limit('size_limit_mb')) == (1024, 64)


def test_entries_up_to_the_limit_are_accepted():
    with Memfd(1025 * PAGE) as memory:
        os.close(memory.dmabuf([(page * PAGE, PAGE) for page in range(1024)]))
        with pytest.raises(OSError) as refused:
            memory.dmabuf([(page * PAGE, PAGE) for page in range(1025)])
    assert refused.value.errno == errno.EINVAL


def test_size_up_to_the_limit_is_accepted():
    limit_bytes = 64 << 20
    with Memfd(limit_bytes + PAGE) as memory:
        os.close(memory.dmabuf([(0, limit_bytes)]))
        with pytest.raises(OSError) as refused:
            memory.dmabuf([(0, limit_bytes + PAGE)])
    assert refused.value.errno == errno.EINVAL


def test_memory_that_can_shrink_is_refused():
    with Memfd(PAGE, seal=False) as memory, pytest.raises(OSError) as refused:
        memory.dmabuf([(0, PAGE)])
    assert refused.value.errno == errno.EINVAL


def test_view_joins_scattered_pages_and_shares_them():
    with Memfd(8 * PAGE) as memory:
        for page in range(8):
            memory.map[page * PAGE] = 100 + page
        fd = memory.dmabuf([(5 * PAGE, PAGE), (2 * PAGE, 2 * PAGE)])
        with mmap.mmap(fd, 3 * PAGE) as view:
            assert [view[page * PAGE] for page in range(3)] == [105, 102, 103]
            view[2 * PAGE + 1] = 7
            assert memory.map[3 * PAGE + 1] == 7
        os.close(fd)


def test_kernel_lists_a_buffer_while_it_is_open():
    before = kernel_buffers()
    with Memfd(16 * PAGE) as memory:
        fd = memory.dmabuf([(0, 3 * PAGE)])
        assert kernel_buffers() == sorted(before + [3 * PAGE])
        os.close(fd)
    assert kernel_buffers() == before


def test_many_rounds_leave_nothing_behind():
    gc.collect()
    buffers, fds = kernel_buffers(), count_fds(os.getpid())
    with Memfd(64 * PAGE) as memory:
        for _ in range(ROUNDS):
            os.close(memory.dmabuf([(32 * PAGE, 32 * PAGE), (0, 32 * PAGE)]))
    assert (kernel_buffers(), count_fds(os.getpid())) == (buffers, fds)


def test_gl_draws_a_scattered_buffer_and_sees_later_writes(draw):
    first, second = gradient(WIDTH, HEIGHT, 1), gradient(WIDTH, HEIGHT, 2)
    half = WIDTH * HEIGHT * 4 // 2
    with Memfd(2 * half) as memory:
        pixels = numpy.frombuffer(memory.map, numpy.uint8)

        def show(rgb):
            data = from_rgb(rgb, Format.B8G8R8X8).reshape(-1)
            pixels[half:], pixels[:half] = data[:half], data[half:]

        show(first)
        fd = memory.dmabuf([(half, half), (0, half)])
        drawing = draw(fd, WIDTH, HEIGHT)
        assert_same(drawing.picture(), first)
        show(second)
        assert_same(drawing.picture(), second)
        assert 'llvmpipe' in drawing.finish()
        del pixels
        os.close(fd)
