# SPDX-License-Identifier: GPL-2.0-or-later
"""Fences: the header of an answer repeats what the request asked to be told."""

from __future__ import annotations

import pytest

from vgpu import wire
from vgpu.formats import gradient
from vgpu.gpu import answer
from vgpu.screendump import assert_same, screendump
from vgpu.wire import FLAG_FENCE, Rect, Resp


def test_an_answer_repeats_flag_id_and_context_of_a_fence(pci_gpu):
    response = pci_gpu.command('get_display_info', flags=FLAG_FENCE, fence_id=0x1122334455667788, ctx_id=7)
    assert response.type == Resp.OK_DISPLAY_INFO
    assert (response.flags, response.fence_id, response.ctx_id) == (FLAG_FENCE, 0x1122334455667788, 7)


def test_an_error_answer_repeats_the_fence_too(pci_gpu):
    response = pci_gpu.command('resource_unref', resource_id=99, flags=FLAG_FENCE, fence_id=5, ctx_id=3)
    assert response.type == Resp.ERR_INVALID_RESOURCE_ID
    assert (response.flags, response.fence_id, response.ctx_id) == (FLAG_FENCE, 5, 3)


def test_an_answer_without_a_fence_has_no_fence_fields(pci_gpu):
    response = pci_gpu.command('get_display_info', fence_id=77, ctx_id=9, ring_idx=3)
    assert (response.flags, response.fence_id, response.ctx_id, response.ring_idx) == (0, 0, 0, 0)


@pytest.mark.parametrize('flags', (0xfffffffc, 0x80000000))
def test_flags_that_nobody_defined_are_not_repeated(pci_gpu, flags):
    assert pci_gpu.command('get_display_info', flags=flags).flags == 0
    assert pci_gpu.command('get_display_info', flags=flags | FLAG_FENCE).flags == FLAG_FENCE


def test_a_fenced_transfer_is_finished_when_it_is_answered(pci_gpu):
    """Takes the pixels away right after the answer: what was copied late would be wrong."""
    width, height = 1920, 1080
    rgb = gradient(width, height)
    image = pci_gpu.show(1, gradient(width, height, seed=3), scatter=1)
    image.draw(rgb)
    pci_gpu.ok('transfer_to_host_2d', r=Rect(0, 0, width, height), resource_id=1, flags=FLAG_FENCE,
               fence_id=1)
    for address, length in image.backing.entries:
        pci_gpu.memory.fill(address, length, 0)
    pci_gpu.flush(1, Rect(0, 0, width, height))
    assert_same(screendump(pci_gpu.qemu, pci_gpu.device), rgb)


def test_fences_of_one_batch_come_back_in_order(pci_gpu):
    gpu = pci_gpu
    gpu.create_image(1, 1024, 1024, scatter=4)
    requests = []
    for fence in range(1, 31):
        if fence % 3:
            name, fields = 'transfer_to_host_2d', {'r': Rect(0, 0, 1024, 1024), 'resource_id': 1}
        else:
            name, fields = 'get_display_info', {}
        requests.append(gpu.submit(name, flags=FLAG_FENCE, fence_id=fence, **fields))
        if gpu.control.free_descriptors < 2:
            break
    gpu.control.kick()
    order = []
    for _ in range(10000):
        order += [answer(request).fence_id for request in gpu.control.collect()]
        if len(order) == len(requests):
            break
        gpu.virtio.get('device_status')
    assert order == sorted(order) and len(order) == len(requests)


@pytest.mark.parametrize('name', sorted(set(wire.COMMANDS) - {'update_cursor', 'move_cursor'}))
def test_every_control_command_repeats_its_fence_whatever_the_answer(pci_gpu, name):
    response = pci_gpu.command(name, flags=FLAG_FENCE, fence_id=0xfeedfacecafe, ctx_id=1)
    assert (response.flags & FLAG_FENCE, response.fence_id) == (FLAG_FENCE, 0xfeedfacecafe)
