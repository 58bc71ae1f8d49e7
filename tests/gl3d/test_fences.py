# SPDX-License-Identifier: GPL-2.0-or-later
"""Fences of what is drawn: signalled by the renderer's own thread, in the order of their timeline."""

from __future__ import annotations

import time

import pytest

from vgpu import virgl
from vgpu.gpu import answer
from vgpu.gpu3d import Gpu3d
from vgpu.wait import ticks
from vgpu.wire import FLAG_FENCE

# Stock looks for fences every 10 ms.
POLLING = 0.010


def collect(gpu, count):
    """The answers to `count` requests, in the order they came in."""
    answers = []
    for _ in ticks(20):
        answers += [answer(request) for request in gpu.control.collect()]
        if len(answers) == count:
            break
    assert len(answers) == count
    return answers


@pytest.mark.parametrize('ring', (None, 0), ids=('device', 'ring-0'))
def test_a_fence_is_signalled_long_before_a_poll_would_find_it(gl, ring):
    gl.create(1, 64, 64)
    gl.fill(1, 1, 0, 0)
    stream = virgl.clear(0, 1, 0)
    times = []
    for _ in range(100):
        started = time.perf_counter()
        assert gl.submit(stream, ring=ring).type_name == 'OK_NODATA'
        times.append(time.perf_counter() - started)
    # One submit follows the other: a poll would find each after about as long. Other programs can only make it later.
    assert min(times) < POLLING / 2


@pytest.mark.parametrize('ring', (None, 0, 5), ids=('device', 'ring-0', 'ring-that-virgl-refuses'))
def test_fences_of_a_timeline_come_in_order(gl, ring):
    gl.create(1, 64, 64)
    requests = [gl.queue(gl.target(1) + virgl.clear(0, 0, number / 16), ring=ring) for number in range(16)]
    gl.gpu.control.kick()
    fences = [response.fence_id for response in collect(gl.gpu, len(requests))]
    assert fences == sorted(fences)


def test_every_ring_repeats_its_number(gl):
    for ring in (0, 1, 63, 255):
        response = gl.submit(b'', ring=ring)
        assert (response.ring_idx, response.ctx_id) == (ring, gl.ctx_id)


def test_fences_of_64_bits_come_back_whole(gl):
    for fence in (1, 0xffffffff, 0x100000000, 0xfedcba9876543210):
        response = gl.gpu.command('submit_3d', ctx_id=gl.ctx_id, flags=FLAG_FENCE, fence_id=fence)
        assert (response.type_name, response.fence_id) == ('OK_NODATA', fence)


def test_a_draw_in_one_context_does_not_hold_back_the_ring_of_another(gpu):
    first, second = Gpu3d(gpu, 1), Gpu3d(gpu, 2)
    requests = [first.queue(b'', ring=0), second.queue(b'', ring=0), first.queue(b'', ring=0)]
    gpu.control.kick()
    gpu.control.wait(*requests)


def test_fences_are_answered_when_their_context_dies(gl):
    gl.create(1, 64, 64)
    requests = [gl.queue(gl.target(1) + virgl.clear(0, 0, 1), ring=0) for _ in range(8)]
    requests.append(gl.gpu.submit('ctx_destroy', ctx_id=gl.ctx_id))
    gl.gpu.control.kick()
    gl.gpu.control.wait(*requests)


def test_a_flush_is_answered_when_its_pixels_have_been_read(gl):
    gl.create(1, 64, 64)
    gl.gpu.ok('set_scanout', r=(0, 0, 64, 64), scanout_id=0, resource_id=1)
    for number in range(10):
        gl.queue(gl.target(1) + virgl.clear(0, number / 10, 0))
        response = gl.gpu.command('resource_flush', r=(0, 0, 64, 64), resource_id=1, flags=FLAG_FENCE,
                                  fence_id=number)
        assert response.type_name == 'OK_NODATA'
