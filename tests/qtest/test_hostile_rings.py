# SPDX-License-Identifier: GPL-2.0-or-later
"""Rings that break the rules: the device stops or goes on, but a reset always brings it back."""

from __future__ import annotations

import random

import pytest

from vgpu import wire
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.screendump import assert_same, screendump
from vgpu.virtqueue import DESC_INDIRECT, DESC_NEXT, DESC_SIZE, DESC_WRITE, VirtQueue

QUEUES = {'control': wire.QUEUE_CONTROL, 'cursor': wire.QUEUE_CURSOR}
RAM_END = 64 << 20


@pytest.fixture(params=QUEUES)
def queue(request, shared_gpu) -> VirtQueue:
    """Each of the queues."""
    return shared_gpu.virtio.queues[QUEUES[request.param]]


def survives(gpu: Gpu) -> None:
    """Resets the device and shows a picture."""
    for queue in gpu.virtio.queues:
        queue.device.get('device_status')
    gpu.virtio.reset()
    gpu.start()
    rgb = gradient(48, 48)
    gpu.show(1, rgb)
    assert_same(screendump(gpu.qemu, gpu.device), rgb)


def offer(queue: VirtQueue, *descriptors: tuple[int, int, int, int], head: int = 0) -> None:
    """Writes raw descriptors from index 0 on, offers one and kicks."""
    for index, descriptor in enumerate(descriptors):
        queue.memory.pack(queue.desc + DESC_SIZE * index, 'QIHH', *descriptor)
    queue.offer(head)
    queue.kick()
    for _ in range(10):
        queue.device.get('device_status')


def test_a_chain_that_loops(shared_gpu, queue):
    page = queue.memory.alloc_pages(1)
    offer(queue, (page, 16, DESC_NEXT, 1), (page, 16, DESC_NEXT, 0))
    survives(shared_gpu)


def test_a_chain_longer_than_the_ring(shared_gpu, queue):
    page = queue.memory.alloc_pages(1)
    offer(queue, *[(page, 4, DESC_NEXT, (index + 1) % queue.size) for index in range(queue.size)])
    survives(shared_gpu)


@pytest.mark.parametrize('head', (64, 0x7fff, 0xffff))
def test_a_head_outside_the_ring(shared_gpu, queue, head):
    offer(queue, head=head)
    survives(shared_gpu)


@pytest.mark.parametrize('following', (64, 0xffff))
def test_a_next_index_outside_the_ring(shared_gpu, queue, following):
    page = queue.memory.alloc_pages(1)
    offer(queue, (page, 24, DESC_NEXT, following))
    survives(shared_gpu)


@pytest.mark.parametrize('ahead', (65, 129, 0x8000, 0xffff))
def test_an_available_index_too_far_ahead(shared_gpu, queue, ahead):
    """CVE-2026-16457."""
    queue.memory.pack(queue.avail + 2, 'H', (queue.avail_index + ahead) & 0xffff)
    queue.kick()
    for _ in range(10):
        queue.device.get('device_status')
    survives(shared_gpu)


def test_the_same_element_offered_many_times(shared_gpu, queue):
    page = queue.memory.store(wire.encode('get_display_info'))
    room = queue.memory.alloc(512)
    queue.memory.pack(queue.desc, 'QIHH', page, 24, DESC_NEXT, 1)
    queue.memory.pack(queue.desc + DESC_SIZE, 'QIHH', room, 408, DESC_WRITE, 0)
    for _ in range(queue.size):
        queue.offer(0)
    queue.kick()
    for _ in range(10):
        queue.device.get('device_status')
    survives(shared_gpu)


@pytest.mark.parametrize('address, length', (
    (0, 0), (RAM_END - 8, 24), (RAM_END, 24), (1 << 40, 24), ((1 << 64) - 8, 24), (0x1000, 0xffffffff),
    (0xa0000, 24), (0xfee00000, 24)), ids=lambda value: f'{value:#x}')
@pytest.mark.parametrize('flags', (0, DESC_WRITE), ids=('readable', 'writable'))
def test_a_buffer_outside_ram(shared_gpu, queue, address, length, flags):
    offer(queue, (address, length, flags, 0))
    survives(shared_gpu)


def test_a_writable_buffer_before_a_readable_one(shared_gpu, queue):
    page = queue.memory.alloc_pages(1)
    offer(queue, (page, 24, DESC_WRITE | DESC_NEXT, 1), (page + 64, 24, 0, 0))
    survives(shared_gpu)


@pytest.mark.parametrize('length', (0, 1, 15, 17, 16 * 4097, 0xfffffff0))
def test_an_indirect_table_of_a_wrong_length(shared_gpu, queue, length):
    table = queue.memory.alloc_pages(20)
    offer(queue, (table, length, DESC_INDIRECT, 0))
    survives(shared_gpu)


def test_an_indirect_table_in_an_indirect_table(shared_gpu, queue):
    table = queue.memory.alloc_pages(1)
    queue.memory.pack(table, 'QIHH', table, 16, DESC_INDIRECT, 0)
    offer(queue, (table, 16, DESC_INDIRECT, 0))
    survives(shared_gpu)


@pytest.mark.parametrize('place', ('desc', 'driver', 'device'))
@pytest.mark.parametrize('address', (RAM_END - 16, 1 << 44, (1 << 64) - 4096), ids=hex)
def test_a_ring_outside_ram(shared_gpu, place, address):
    gpu = shared_gpu
    gpu.virtio.negotiate(0)
    gpu.virtio.enable_queue(0)
    gpu.virtio.set('queue_select', 0)
    gpu.virtio.set('queue_enable', 0)
    gpu.virtio.set(f'queue_{place}_low', address & 0xffffffff)
    gpu.virtio.set(f'queue_{place}_high', address >> 32)
    gpu.virtio.set('queue_enable', 1)
    gpu.virtio.set('device_status', 15)
    gpu.virtio.write(2, 0, 0, 2)
    for _ in range(10):
        gpu.virtio.get('device_status')
    survives(gpu)


@pytest.mark.parametrize('size', (0, 1, 3, 63, 1025, 0xffff))
def test_a_ring_of_a_wrong_size(shared_gpu, size):
    """CVE-2026-50626."""
    gpu = shared_gpu
    gpu.virtio.negotiate(0)
    queue = gpu.virtio.enable_queue(0)
    gpu.virtio.set('queue_select', 0)
    gpu.virtio.set('queue_size', size)
    gpu.virtio.set('device_status', 15)
    queue.add([wire.encode('get_display_info')], [408])
    queue.kick()
    for _ in range(10):
        gpu.virtio.get('device_status')
    survives(gpu)


def test_rings_that_overlap_each_other_and_their_buffers(shared_gpu):
    gpu = shared_gpu
    gpu.virtio.negotiate(0)
    page = gpu.memory.alloc_pages(2)
    gpu.virtio.set('queue_select', 0)
    for part in ('desc', 'driver', 'device'):
        gpu.virtio.set(f'queue_{part}_low', page)
        gpu.virtio.set(f'queue_{part}_high', 0)
    gpu.virtio.set('queue_enable', 1)
    gpu.virtio.set('device_status', 15)
    for value in range(0, 256, 5):
        gpu.memory.fill(page, 4096, value)
        gpu.virtio.write(2, 0, 0, 2)
    survives(gpu)


def test_random_rings(shared_gpu):
    """Seeded noise in all descriptors, offered in a random order."""
    noise = random.Random(1)
    gpu = shared_gpu
    position = gpu.memory.position()
    for _ in range(40):
        for queue in gpu.virtio.queues:
            for index in range(queue.size):
                address = noise.choice((queue.desc, noise.randrange(RAM_END), noise.getrandbits(64)))
                queue.memory.pack(queue.desc + DESC_SIZE * index, 'QIHH', address,
                                  noise.choice((0, 24, 48, 4096, noise.getrandbits(32))),
                                  noise.getrandbits(3), noise.randrange(queue.size + 1))
            for _ in range(noise.randrange(4)):
                queue.offer(noise.randrange(queue.size))
            queue.kick()
            queue.device.get('device_status')
        gpu.virtio.reset()
        gpu.memory.rewind(position)
        gpu.start()
    survives(gpu)
