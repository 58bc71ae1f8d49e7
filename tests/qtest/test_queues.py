# SPDX-License-Identifier: GPL-2.0-or-later
"""The two queues: batches, wrapping rings, descriptors of every kind, interrupts, kicks."""

from __future__ import annotations

import pytest

from vgpu import virtio, wire
from vgpu.formats import gradient
from vgpu.gpu import answer
from vgpu.screendump import assert_same, screendump
from vgpu.virtqueue import Segment
from vgpu.wire import HEADER, Rect, Resp


def test_rings_wrap_many_times(pci_gpu):
    for turn in range(5 * pci_gpu.control.size):
        count = turn % 7 + 1
        responses = pci_gpu.batch([('get_edid', {'scanout': 0})] * count)
        assert [response.type for response in responses] == [Resp.OK_EDID] * count
    assert pci_gpu.control.used_index > pci_gpu.control.size


def test_ring_indices_wrap_at_65536(pci_gpu):
    queue = pci_gpu.control
    command = wire.encode('resource_unref', resource_id=9)
    while queue.avail_index < 0xffc0:
        for _ in range(32):
            queue.add([command], [24])
        queue.kick()
        queue.wait()
    for _ in range(4):
        requests = [queue.add([command], [24]) for _ in range(30)]
        queue.kick()
        queue.wait()
        assert all(answer(request).type == Resp.ERR_INVALID_RESOURCE_ID for request in requests)
    assert queue.used_index < 0x100


def test_a_full_ring_is_answered_completely(pci_gpu):
    queue = pci_gpu.control
    requests = []
    while queue.free_descriptors >= 2:
        requests.append(pci_gpu.submit('resource_create_2d', resource_id=len(requests) + 1, format=1,
                                       width=16, height=16))
    queue.kick()
    queue.wait()
    assert len(requests) == queue.size // 2
    assert {answer(request).type for request in requests} == {Resp.OK_NODATA}


@pytest.mark.parametrize('size', (2, 4, 32))
def test_smaller_rings_work(start_gpu, size):
    gpu = start_gpu(size=size)
    rgb = gradient(64, 64)
    if size == 2:
        assert gpu.command('get_display_info').type == Resp.OK_DISPLAY_INFO
    else:
        gpu.show(1, rgb)
        assert_same(screendump(gpu.qemu), rgb)


@pytest.mark.parametrize('ioeventfd', ('on', 'off'))
def test_ioeventfd_changes_nothing(start_gpu, ioeventfd):
    gpu = start_gpu(f'virtio-gpu-pci,ioeventfd={ioeventfd}')
    rgb = gradient(320, 240)
    gpu.show(1, rgb, scatter=2)
    assert_same(screendump(gpu.qemu), rgb)
    gpu.virtio.reset()
    gpu.start()
    gpu.show(1, rgb[::-1])
    assert_same(screendump(gpu.qemu), rgb[::-1])


def test_indirect_descriptors(pci_gpu):
    request = pci_gpu.raw([wire.encode('get_display_info')], [408], indirect=True)
    assert answer(request).type == Resp.OK_DISPLAY_INFO


@pytest.mark.parametrize('cut', (1, 3, 7, 24, 31, 39))
def test_a_request_may_be_cut_into_any_pieces(pci_gpu, cut):
    command = wire.encode('resource_create_2d', resource_id=1, format=1, width=32, height=32)
    pieces = [command[start:start + cut] for start in range(0, len(command), cut)]
    request = pci_gpu.raw(pieces, [1, 5, 2, 16])
    assert answer(request).type == Resp.OK_NODATA
    assert request.used_length == HEADER.size


def test_the_list_of_an_attach_may_follow_in_the_same_buffer(pci_gpu):
    gpu = pci_gpu
    rgb = gradient(64, 64)
    image = gpu.create_image(1, 64, 64)
    gpu.ok('resource_detach_backing', resource_id=1)
    entries = wire.pack_entries(image.backing.entries)
    request = gpu.raw([wire.encode('resource_attach_backing', resource_id=1, nr_entries=1, tail=entries)])
    assert answer(request).type == Resp.OK_NODATA
    image.draw(rgb)
    gpu.transfer(1, Rect(0, 0, 64, 64))
    gpu.set_scanout(0, 1, Rect(0, 0, 64, 64))
    gpu.flush(1, Rect(0, 0, 64, 64))
    assert_same(screendump(gpu.qemu), rgb)


def test_an_answer_is_cut_to_the_room_there_is(pci_gpu):
    for room in (0, 1, 8, 23):
        request = pci_gpu.raw([wire.encode('get_display_info')], [room] if room else [])
        assert request.used_length <= room
        if room >= 4:
            assert request.response()[:4] == Resp.OK_DISPLAY_INFO.to_bytes(4, 'little')


def test_an_answer_does_not_reach_beyond_its_structure(pci_gpu):
    request = pci_gpu.raw([wire.encode('resource_unref', resource_id=5)], [64])
    assert request.used_length == HEADER.size
    assert request.response()[HEADER.size:] == bytes([0xaa]) * (64 - HEADER.size)


def test_a_batch_raises_the_interrupt_status_and_reading_clears_it(pci_gpu):
    pci_gpu.virtio.isr()
    pci_gpu.batch([('get_display_info', {})] * 8)
    assert pci_gpu.virtio.isr() & virtio.ISR_QUEUE
    assert pci_gpu.virtio.isr() == 0


def test_msix_messages_are_sent_for_each_queue(start_gpu):
    gpu = start_gpu(vectors=True)
    addresses = gpu.virtio.enable_msix(3)
    gpu.ok('get_display_info')
    gpu.virtio.get('device_status')
    assert [gpu.memory.unpack(address, 'I')[0] for address in addresses] == [0, 2, 0]
    request = gpu.submit('move_cursor', room=24)
    gpu.cursor.kick()
    gpu.cursor.wait(request)
    gpu.virtio.get('device_status')
    assert [gpu.memory.unpack(address, 'I')[0] for address in addresses] == [0, 2, 3]


@pytest.mark.ours_only('stock goes on while its machine is stopped')
def test_nothing_is_taken_off_a_ring_while_the_machine_is_stopped(pci_gpu):
    pci_gpu.qemu.qmp.command('stop')
    request = pci_gpu.submit('get_display_info')
    pci_gpu.control.kick()
    assert not pci_gpu.control.settle()
    pci_gpu.qemu.qmp.command('cont')
    pci_gpu.control.wait()
    assert answer(request).type == Resp.OK_DISPLAY_INFO


def test_a_kick_of_an_empty_queue_is_harmless(pci_gpu):
    for queue in pci_gpu.virtio.queues:
        for _ in range(10):
            queue.kick()
        assert queue.settle() == []
    assert pci_gpu.command('get_display_info').type == Resp.OK_DISPLAY_INFO


def test_a_kick_of_a_queue_that_does_not_exist_is_harmless(pci_gpu):
    for index in (2, 3, 1023):
        pci_gpu.virtio.write(virtio.CAP_NOTIFY, 0, index, 2)
        pci_gpu.virtio.write(virtio.CAP_NOTIFY, 4 * index, index, 2)
    assert pci_gpu.command('get_display_info').type == Resp.OK_DISPLAY_INFO


def test_cursor_queue_returns_elements_that_have_no_room_for_an_answer(pci_gpu):
    requests = [pci_gpu.submit('move_cursor', room=0, pos=(0, x, 5)) for x in range(10)]
    pci_gpu.cursor.kick()
    pci_gpu.cursor.wait()
    assert [request.used_length for request in requests] == [0] * 10


@pytest.mark.stock_wrong('stock never writes to the buffers of the cursor queue')
def test_cursor_queue_answers_when_there_is_room(pci_gpu):
    response = pci_gpu.command('move_cursor', room=24)
    assert (response.type, response.used_length) == (Resp.OK_NODATA, HEADER.size)


@pytest.mark.stock_wrong('stock copies all frames of a batch before it looks at the cursor queue')
def test_cursor_moves_do_not_wait_for_the_control_queue(pci_gpu):
    """All full-frame copies are still to be done when the cursor's element must be back already."""
    gpu = pci_gpu
    gpu.create_image(1, 2048, 1536, scatter=6)
    while gpu.control.free_descriptors >= 2:
        gpu.submit('transfer_to_host_2d', r=Rect(0, 0, 2048, 1536), resource_id=1)
    moved = gpu.submit('move_cursor', room=0, pos=(0, 10, 10))
    gpu.control.kick()
    gpu.cursor.kick()
    gpu.cursor.wait(moved)
    gpu.control.collect()
    left = len(gpu.control.outstanding)
    gpu.control.wait()
    assert left > 0


def test_a_request_without_any_buffer_for_an_answer_is_returned(pci_gpu):
    request = pci_gpu.raw([wire.encode('resource_create_2d', resource_id=1, format=1, width=8, height=8)], [])
    assert request.used_length == 0
    assert pci_gpu.command('resource_unref', resource_id=1).type == Resp.OK_NODATA


@pytest.mark.stock_wrong('stock never returns a request without a header')
def test_a_request_that_only_has_room_for_an_answer_is_refused(pci_gpu):
    request = pci_gpu.raw([], [24], timeout=10)
    assert answer(request).type == Resp.ERR_UNSPEC


def test_scattered_responses_are_filled_in_order(pci_gpu):
    address = pci_gpu.memory.alloc(64)
    pci_gpu.memory.fill(address, 64, 0xaa)
    command = pci_gpu.memory.store(wire.encode('resource_unref', resource_id=5))
    request = pci_gpu.control.add_segments([
        Segment(command, 32), Segment(address + 32, 10, True), Segment(address, 14, True)])
    pci_gpu.control.kick()
    pci_gpu.control.wait(request)
    assert answer(request).type == Resp.ERR_INVALID_RESOURCE_ID
    assert pci_gpu.memory.read(address + 42, 22) == bytes([0xaa]) * 22
