# SPDX-License-Identifier: GPL-2.0-or-later
"""Mistakes that devices of this kind have made: hostile requests leak nothing and break nothing."""

from __future__ import annotations

from typing import Callable

import pytest

from vgpu import wire
from vgpu.formats import gradient
from vgpu.gpu import Gpu, answer
from vgpu.procfs import memory_use
from vgpu.screendump import assert_same, screendump
from vgpu.virtqueue import Segment
from vgpu.wire import HEADER, Rect, Resp

TURNS = 400
LEAK_LIMIT = 24 << 20
BIG = 256
WHOLE = Rect(0, 0, BIG, BIG)
MMIO_HOLE = 0xd0000000
FIRMWARE = 0xfffff000


def works(gpu: Gpu) -> None:
    """A picture on a new resource."""
    rgb = gradient(80, 60, seed=1)
    gpu.show(1000, rgb, scatter=1)
    assert_same(screendump(gpu.qemu, gpu.device), rgb)


def works_after_reset(gpu: Gpu) -> None:
    """A picture after the driver has started afresh."""
    gpu.virtio.reset()
    works(gpu.start())


def leaks_nothing(gpu: Gpu, turn: Callable[[int], None], limit: int = LEAK_LIMIT) -> None:
    """Runs a turn often; what a leak of 256 KiB a turn would hold is four times the limit.

    A sanitizer keeps freed memory for a while: with one the turns are run, but nothing is weighed.
    """
    for number in range(20):
        turn(number)
    before = memory_use(gpu.qemu.pid).private
    for number in range(20, 20 + TURNS):
        turn(number)
    grown = memory_use(gpu.qemu.pid).private - before
    assert gpu.qemu.modules.sanitized() or grown < limit, f'{grown >> 20} MiB more after {TURNS} turns'
    works(gpu)


def test_cve_2016_7994_duplicate_ids_leak_no_image(start_gpu):
    gpu = start_gpu()
    image = gpu.create_image(1, BIG, BIG)
    image.draw(gradient(BIG, BIG))

    def turn(_):
        response = gpu.command('resource_create_2d', resource_id=1, format=1, width=BIG, height=BIG)
        assert response.type == Resp.ERR_INVALID_RESOURCE_ID
    leaks_nothing(gpu, turn)


def test_cve_2016_7994_refused_images_do_not_count_as_memory(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_hostmem=1M')
    gpu.create_2d(1, 200, 200)
    for _ in range(50):
        for identity, width, fmt in ((1, 200, 1), (0, 200, 1), (2, 200, 99), (2, 4096, 1)):
            response = gpu.command('resource_create_2d', resource_id=identity, format=fmt, width=width,
                                   height=200)
            assert response.type >= Resp.ERR_UNSPEC
    gpu.create_2d(2, 400, 400)


@pytest.mark.parametrize('index', (0, 1, 2, 0x7fffffff, 0xffffffff))
def test_cve_2016_9845_capset_info_tells_nothing_of_the_host(shared_gpu, index):
    response = shared_gpu.command('get_capset_info', capset_index=index)
    assert (response.type, response.used_length) == (Resp.ERR_UNSPEC, HEADER.size)
    assert set(response.data[HEADER.size:]) == {0xaa}


@pytest.mark.parametrize('capset', (0, 1, 2, 99, 0xffffffff))
def test_cve_2016_9908_10028_2021_3546_get_capset_tells_nothing_of_the_host(shared_gpu, capset):
    response = shared_gpu.command('get_capset', capset_id=capset, capset_version=0xffffffff)
    assert (response.type, response.used_length) == (Resp.ERR_UNSPEC, HEADER.size)
    assert set(response.data[HEADER.size:]) == {0xaa}


@pytest.mark.parametrize('size', ((1, 1), (63, 64), (64, 65), (128, 64), (BIG, BIG)), ids=str)
def test_cve_2016_9846_2021_4206_cursors_of_a_wrong_size_leak_nothing(start_gpu, size):
    gpu = start_gpu()
    gpu.create_image(1, *size).draw(gradient(*size))
    gpu.transfer(1, Rect(0, 0, *size))
    leaks_nothing(gpu, lambda _: gpu.set_cursor(1), 4 << 20)


@pytest.mark.stock_wrong('stock does not answer on the cursor queue')
@pytest.mark.parametrize('size', ((1, 1), (63, 64), (64, 65), (128, 64)), ids=str)
def test_a_cursor_of_a_wrong_size_is_refused(shared_gpu, size):
    shared_gpu.create_image(1, *size)
    assert shared_gpu.command('update_cursor', room=24, resource_id=1).type == Resp.ERR_INVALID_PARAMETER


@pytest.mark.stock_wrong('stock does not answer on the cursor queue')
def test_a_cursor_without_a_resource_is_refused(shared_gpu):
    response = shared_gpu.command('update_cursor', room=24, resource_id=77)
    assert response.type == Resp.ERR_INVALID_RESOURCE_ID


def test_a_cursor_whose_resource_has_no_data_is_harmless(shared_gpu):
    shared_gpu.create_2d(1, 64, 64)
    shared_gpu.set_cursor(1)
    works(shared_gpu)


def test_cve_2016_9912_unref_of_a_backed_resource_leaks_nothing(start_gpu):
    gpu = start_gpu()
    entries = [(gpu.memory.alloc_pages(1), 4096)] * 8000
    position = gpu.memory.position()

    def turn(number):
        gpu.memory.rewind(position)
        gpu.create_2d(number + 1, BIG, BIG)
        gpu.attach(number + 1, entries)
        gpu.ok('resource_unref', resource_id=number + 1)
    leaks_nothing(gpu, turn)


@pytest.mark.parametrize('outputs', (1, 2, 16))
def test_cve_2016_10029_scanouts_are_compared_with_what_the_device_has(start_gpu, outputs):
    gpu = start_gpu(f'virtio-gpu-pci,max_outputs={outputs}')
    gpu.create_image(1, BIG, BIG)
    for scanout in (outputs, 16, 17, 0x80000000, 0xffffffff):
        response = gpu.command('set_scanout', scanout_id=scanout, resource_id=1, r=WHOLE)
        assert response.type == Resp.ERR_INVALID_SCANOUT_ID
        gpu.set_cursor(1, scanout_id=scanout)
        gpu.move_cursor(5, 5, scanout_id=scanout)
    works(gpu)


def test_cve_2017_5552_a_second_attach_is_refused_and_leaks_nothing(start_gpu):
    gpu = start_gpu()
    gpu.create_image(1, BIG, BIG)
    tail = wire.pack_entries([(gpu.memory.alloc_pages(1), 4096)] * 8000)
    position = gpu.memory.position()

    def turn(_):
        gpu.memory.rewind(position)
        response = gpu.command('resource_attach_backing', resource_id=1, nr_entries=8000, tail=tail)
        assert response.type == Resp.ERR_UNSPEC
    leaks_nothing(gpu, turn)


def test_cve_2017_9060_repeated_set_scanout_leaks_nothing(start_gpu):
    gpu = start_gpu()
    gpu.create_image(1, BIG, BIG)
    leaks_nothing(gpu, lambda number: gpu.set_scanout(0, 1, Rect(0, 0, BIG - number % 3, BIG)))


def test_repeated_resets_leak_nothing(start_gpu):
    gpu = start_gpu()
    position = gpu.memory.position()

    def turn(_):
        gpu.memory.rewind(position)
        gpu.show(1, gradient(BIG, BIG))
        gpu.virtio.reset()
        gpu.start()
    leaks_nothing(gpu, turn)


def register_addresses(gpu: Gpu) -> list[int]:
    """Guest addresses of the device's own registers."""
    regions = gpu.virtio.regions.values()
    return [gpu.pci.bars[region.bar] + region.offset for region in regions if region.bar in gpu.pci.bars]


@pytest.mark.stock_wrong('stock maps one page of registers as backing, through the bounce buffer')
def test_cve_2024_3446_backing_in_the_devices_own_registers_is_refused(shared_gpu):
    gpu = shared_gpu
    gpu.create_2d(1, 64, 64)
    ram = gpu.memory.alloc_pages(4)
    for address in (*register_addresses(gpu), MMIO_HOLE, 0xfee00000, 1 << 40, (1 << 64) - 4096):
        for entries in ([(address, 4096)], [(ram, 4096), (address, 4096)], [(address, 4096), (ram, 4096)]):
            response = gpu.command('resource_attach_backing', resource_id=1, nr_entries=len(entries),
                                   tail=wire.pack_entries(entries))
            assert response.type == Resp.ERR_UNSPEC, hex(address)
    gpu.attach(1, [(ram, 4 * 4096)])
    works(gpu)


@pytest.mark.ours_only('stock maps what is only to be read; its renderer writes to it')
def test_backing_in_rom_is_refused(shared_gpu):
    shared_gpu.create_2d(1, 32, 32)
    response = shared_gpu.command('resource_attach_backing', resource_id=1, nr_entries=1,
                                  tail=wire.pack_entries([(FIRMWARE, 4096)]))
    assert response.type == Resp.ERR_UNSPEC
    works(shared_gpu)


@pytest.mark.parametrize('length', (
    pytest.param(4096, marks=pytest.mark.stock_wrong('stock takes the rest from the bounce buffer')), 64 << 20, 0x7fffffff, 0xffffffff))
def test_backing_that_begins_in_ram_and_ends_outside_is_refused(shared_gpu, length):
    gpu = shared_gpu
    gpu.create_2d(1, 64, 64)
    address = gpu.memory.size - 2048
    response = gpu.command('resource_attach_backing', resource_id=1, nr_entries=1,
                           tail=wire.pack_entries([(address, length)]))
    assert response.type == Resp.ERR_UNSPEC
    works(gpu)


@pytest.mark.parametrize('queue', (wire.QUEUE_CONTROL, wire.QUEUE_CURSOR), ids=('control', 'cursor'))
def test_cve_2024_3446_an_answer_into_the_devices_own_registers_is_survived(start_gpu, queue):
    gpu = start_gpu()
    command = gpu.memory.store(wire.encode('get_display_info'))
    for address in register_addresses(gpu):
        gpu.virtio.queues[queue].add_segments([Segment(command, 24), Segment(address, 64, True)])
        gpu.virtio.queues[queue].kick()
        gpu.virtio.queues[queue].settle()
        works_after_reset(gpu)


@pytest.mark.parametrize('queue', (wire.QUEUE_CONTROL, wire.QUEUE_CURSOR), ids=('control', 'cursor'))
def test_cve_2024_3446_a_command_read_from_the_devices_own_registers_is_survived(start_gpu, queue):
    gpu = start_gpu()
    room = gpu.memory.alloc(64)
    for address in register_addresses(gpu):
        gpu.virtio.queues[queue].add_segments([Segment(address, 48), Segment(room, 64, True)])
        gpu.virtio.queues[queue].kick()
        gpu.virtio.queues[queue].settle()
        works_after_reset(gpu)


WRAPS = pytest.mark.stock_wrong('stock computes the size in 32 bits and makes the resource')


@pytest.mark.parametrize('width, height', (
    (0x40000001, 1), (0x40000001, 0x40000001), (0x20000000, 8), (0x3fffffff, 4), (0xffffffff, 0xffffffff),
    pytest.param(1, 0x40000001, marks=WRAPS), pytest.param(0x10000, 0x10000, marks=WRAPS),
    pytest.param(0x8001, 0x8001, marks=WRAPS)), ids=lambda value: f'{value:#x}')
def test_cve_2026_3886_sizes_that_do_not_fit_make_no_resource(start_gpu, width, height):
    gpu = start_gpu('virtio-gpu-pci,max_hostmem=1G')
    response = gpu.command('resource_create_2d', resource_id=1, format=1, width=width, height=height)
    assert response.type in (Resp.ERR_INVALID_PARAMETER, Resp.ERR_OUT_OF_MEMORY)
    gpu.memory.alloc_pages(4)
    for x in (0, 16, 0x3fffffff, max(width - 16, 0)):
        rect = Rect(x, 0, 16, 1)
        assert gpu.command('set_scanout', r=rect, resource_id=1).type == Resp.ERR_INVALID_RESOURCE_ID
        assert gpu.command('transfer_to_host_2d', r=rect, resource_id=1).type >= Resp.ERR_UNSPEC
    works(gpu)


def test_a_resource_beyond_the_hosts_memory_is_refused(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_hostmem=16383P')
    response = gpu.command('resource_create_2d', resource_id=1, format=1, width=0x1fffffff, height=0x7fffffff)
    assert response.type in (Resp.ERR_OUT_OF_MEMORY, Resp.ERR_INVALID_PARAMETER)
    works(gpu)


def test_max_hostmem_bounds_all_resources_together(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_hostmem=1M')
    sizes = []
    for number in range(1, 40):
        response = gpu.command('resource_create_2d', resource_id=number, format=1, width=128, height=128)
        sizes.append(response.type)
    made = sizes.count(Resp.OK_NODATA)
    assert 14 <= made <= 16 and set(sizes[made:]) == {Resp.ERR_OUT_OF_MEMORY}
    gpu.ok('resource_unref', resource_id=3)
    gpu.create_2d(99, 128, 128)


def test_cve_2026_6502_66021_blobs_are_refused_while_the_feature_is_off(shared_gpu):
    page = shared_gpu.memory.alloc_pages(1)
    response = shared_gpu.command(
        'resource_create_blob', resource_id=1, blob_mem=wire.BLOB_MEM_GUEST, nr_entries=1, size=1 << 30,
        tail=wire.pack_entries([(page, 4096)]))
    assert response.type >= Resp.ERR_UNSPEC
    response = shared_gpu.command('set_scanout_blob', r=WHOLE, resource_id=1, width=BIG, height=BIG, format=1,
                                  strides=[BIG * 4, 0, 0, 0])
    assert response.type >= Resp.ERR_UNSPEC
    assert shared_gpu.command('resource_unref', resource_id=1).type == Resp.ERR_INVALID_RESOURCE_ID
    works(shared_gpu)


def test_entries_of_no_length_are_survived(shared_gpu):
    gpu = shared_gpu
    gpu.create_2d(1, 64, 64)
    page = gpu.memory.alloc_pages(4)
    gpu.command('resource_attach_backing', resource_id=1, nr_entries=3,
                tail=wire.pack_entries([(page, 0), (page, 0), (page, 16384)]))
    gpu.command('transfer_to_host_2d', r=Rect(0, 0, 64, 64), resource_id=1)
    gpu.command('resource_detach_backing', resource_id=1)
    works(gpu)


def test_a_backing_smaller_than_its_resource_feeds_what_it_has(shared_gpu):
    gpu = shared_gpu
    rgb = gradient(64, 64)
    image = gpu.create_image(1, 64, 64)
    gpu.ok('resource_detach_backing', resource_id=1)
    image.draw(rgb)
    gpu.attach(1, [(image.backing.entries[0].address, 64 * 4 * 16)])
    gpu.transfer(1, Rect(0, 0, 64, 16))
    gpu.command('transfer_to_host_2d', r=Rect(0, 0, 64, 64), resource_id=1)
    gpu.set_scanout(0, 1, Rect(0, 0, 64, 64))
    gpu.flush(1, Rect(0, 0, 64, 64))
    assert_same(screendump(gpu.qemu, gpu.device)[:16], rgb[:16])
    works(gpu)


@pytest.mark.parametrize('rect', (Rect(0, 0, 0, 0), Rect(5, 5, 0, 10), Rect(5, 5, 10, 0), Rect(64, 64, 0, 0)),
                         ids='{0.x},{0.y}+{0.width}x{0.height}'.format)
def test_an_empty_flush_succeeds_and_shows_nothing_new(shared_gpu, rect):
    shared_gpu.show(1, gradient(64, 64))
    assert shared_gpu.command('resource_flush', r=rect, resource_id=1).type == Resp.OK_NODATA
    works(shared_gpu)


def test_a_request_is_not_read_again_after_it_was_checked(shared_gpu):
    """One buffer holds the request and takes the answer: written bytes must not be read back."""
    gpu = shared_gpu
    gpu.create_image(1, 64, 64)
    address = gpu.memory.store(wire.encode('transfer_to_host_2d', r=Rect(0, 0, 64, 64), resource_id=1))
    request = gpu.control.add_segments([Segment(address, 56), Segment(address, 56, True)])
    gpu.control.kick()
    gpu.control.wait(request)
    assert answer(request).type == Resp.OK_NODATA
