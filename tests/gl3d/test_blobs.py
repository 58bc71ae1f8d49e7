# SPDX-License-Identifier: GPL-2.0-or-later
"""Blobs in the renderer's memory, read and written through the BAR that shows them."""

from __future__ import annotations

import random

import numpy
import pytest

from hosts import HOSTMEM, OPTIONS, make_host
from vgpu import virgl
from vgpu.formats import Format, gradient
from vgpu.gpu import Gpu
from vgpu.gpu3d import Gpu3d
from vgpu.hostmem import CACHED, FILE, MEMORY, PAGE, HostBlobs, map_info
from vgpu.screendump import assert_same, screendump
from vgpu.wait import wait_for
from vgpu.wire import (BLOB_FLAG_MAPPABLE, BLOB_FLAG_SHAREABLE, BLOB_MEM_GUEST, BLOB_MEM_HOST3D,
                       BLOB_MEM_HOST3D_GUEST, COMMANDS, FLAG_FENCE, HEADER, Feature, Rect, pack_entries)

GPU_OPTIONS = OPTIONS
MIB = 1 << 20
INVALID = 'ERR_INVALID_PARAMETER'
NO_RESOURCE = 'ERR_INVALID_RESOURCE_ID'


def pattern(size: int, seed: int = 1) -> bytes:
    """Bytes that are nowhere by chance."""
    return random.Random(seed).randbytes(size)


# ---- what is seen

def test_an_empty_window_reads_as_zeros_and_takes_writes(gpu):
    window = HostBlobs(gpu).window
    for offset in (0, 12345, HOSTMEM // 2, HOSTMEM - 64):
        assert window.read(offset, 64) == bytes(64)
        window.write(offset, b'x' * 64)


def test_a_blob_is_seen_where_it_is_mapped(host, kind):
    data = pattern(3 * PAGE)
    host.show(kind, 1, 3 * PAGE, 5 * PAGE)
    host.window.write(5 * PAGE, data)
    assert host.window.read(5 * PAGE, 3 * PAGE) == data
    assert host.window.read(4 * PAGE, PAGE) == host.window.read(8 * PAGE, PAGE) == bytes(PAGE)
    assert host.unmap(1).type_name == 'OK_NODATA'
    assert host.window.read(5 * PAGE, 3 * PAGE) == bytes(3 * PAGE)
    assert host.map(1, HOSTMEM - 3 * PAGE).type_name == 'OK_MAP_INFO'
    assert host.window.read(HOSTMEM - 3 * PAGE, 3 * PAGE) == data


def test_the_renderer_sees_what_the_guest_wrote_and_the_other_way_round(gpu):
    host = make_host(gpu, MEMORY)
    gl = host.gl
    host.show(MEMORY, 1, PAGE, 0)
    gpu.ok('ctx_attach_resource', ctx_id=1, resource_id=1)
    gl.create(2, PAGE, target=virgl.TARGET_BUFFER, format=virgl.FORMAT_R8, bind=virgl.BIND_VERTEX_BUFFER)
    address = gl.attach_memory(2, PAGE)
    data = pattern(PAGE)
    host.window.write(0, data)
    copy = virgl.command(virgl.RESOURCE_COPY_REGION, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, PAGE, 1, 1)
    gl.run(copy)
    gl.transfer('from', 2, (0, 0, 0, PAGE, 1, 1))
    assert gpu.memory.read(address, PAGE) == data
    gl.run(virgl.inline_write(2, 0, 0, 64, 1, data[PAGE - 64:]),
           virgl.command(virgl.RESOURCE_COPY_REGION, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, PAGE, 1, 1))
    assert host.window.read(0, PAGE) == data[PAGE - 64:] + data[64:]


def test_the_answer_says_how_to_cache(host, kind):
    host.create(kind, 1, PAGE)
    assert map_info(host.map(1, 0)) == CACHED


def test_what_the_guest_wrote_into_empty_parts_is_gone_when_a_file_has_been_there(gpu):
    host = make_host(gpu)
    host.window.write(0, b'secret')
    host.show(FILE, 1, PAGE, 0)
    assert host.window.read(0, 6) == bytes(6)
    host.window.write(0, b'in the file')
    host.unmap(1)
    assert host.window.read(0, 11) == bytes(11)


def test_many_blobs_of_both_kinds_are_seen_side_by_side(gpu):
    host = make_host(gpu)
    for index in range(64):
        host.show((MEMORY, FILE)[index % 2], 1 + index, PAGE, index * PAGE)
        host.window.write(index * PAGE, bytes([index + 1]) * 16)
    for index in range(64):
        assert host.window.read(index * PAGE, 16) == bytes([index + 1]) * 16
    for index in range(0, 64, 3):
        assert host.unmap(1 + index).type_name == 'OK_NODATA'
    for index in range(64):
        assert host.window.read(index * PAGE, 16) == bytes([index + 1 if index % 3 else 0]) * 16


def test_a_blob_can_be_mapped_and_unmapped_many_times(host, kind):
    host.create(kind, 1, PAGE)
    for number in range(100):
        offset = number * 37 % 64 * PAGE
        assert host.map(1, offset).type_name == 'OK_MAP_INFO'
        assert host.window.read(offset, 8) == number.to_bytes(8, 'little')
        host.window.write(offset, (number + 1).to_bytes(8, 'little'))
        assert host.unmap(1).type_name == 'OK_NODATA'


def test_a_guest_has_the_pages_of_a_blob_that_has_both_memories(gpu):
    host = make_host(gpu, MEMORY)
    address = gpu.memory.alloc_pages(2)
    host.gl.run(virgl.pipe_resource(77, 2 * PAGE))
    gpu.ok('resource_create_blob', ctx_id=1, resource_id=1, blob_mem=BLOB_MEM_HOST3D_GUEST,
           blob_flags=BLOB_FLAG_MAPPABLE, blob_id=77, size=2 * PAGE, nr_entries=1,
           tail=pack_entries([(address, 2 * PAGE)]))
    gpu.ok('ctx_attach_resource', ctx_id=1, resource_id=1)
    data = pattern(2 * PAGE)
    gpu.memory.write(address, data)
    assert host.gl.transfer('to', 1, (0, 0, 0, 2 * PAGE, 1, 1)).type_name == 'OK_NODATA'
    assert host.map(1, 0).type_name == 'OK_MAP_INFO'
    assert host.window.read(0, 2 * PAGE) == data
    gpu.ok('resource_unref', resource_id=1)


# ---- what is shown

def show_picture(gpu: Gpu, resource_id: int, width: int, height: int, stride: int, offset: int = 0,
                 rect: Rect | None = None) -> None:
    """Shows a picture in a blob on head 0."""
    gpu.ok('set_scanout_blob', r=rect or Rect(0, 0, width, height), scanout_id=0, resource_id=resource_id,
           width=width, height=height, format=Format.B8G8R8X8, strides=(stride, 0, 0, 0), offsets=(offset, 0, 0, 0))


def test_a_picture_in_plain_memory_is_shown(host, kind):
    width, height, stride, offset = 96, 64, 512, 2 * PAGE
    rgb = gradient(width, height)
    host.show(kind, 1, offset + stride * height, 0)
    pixels = numpy.zeros((height, stride // 4, 4), numpy.uint8)
    pixels[:, :width, :3] = rgb[:, :, ::-1]
    host.window.write(offset, pixels.tobytes())
    show_picture(host.gpu, 1, width, height, stride, offset)
    host.gpu.flush(1, Rect(0, 0, width, height))
    assert_same(screendump(host.gpu.qemu, 'gpu0'), rgb)
    host.unmap(1)
    show_picture(host.gpu, 1, width, height, stride, offset, Rect(16, 8, 64, 32))
    host.gpu.flush(1, Rect(0, 0, width, height))
    assert_same(screendump(host.gpu.qemu, 'gpu0'), rgb[8:40, 16:80])


def test_a_texture_that_is_a_blob_is_shown(gpu):
    host = make_host(gpu, MEMORY)
    gl = host.gl
    gl.run(virgl.pipe_resource(5, 64, 0, virgl.TARGET_2D, Format.B8G8R8X8,
                               virgl.BIND_RENDER_TARGET | virgl.BIND_SCANOUT, 32))
    gpu.ok('resource_create_blob', ctx_id=1, resource_id=1, blob_mem=BLOB_MEM_HOST3D, blob_id=5, size=64 * 32 * 4)
    gpu.ok('ctx_attach_resource', ctx_id=1, resource_id=1)
    gl.fill(1, 1, 0, 0)
    show_picture(gpu, 1, 64, 32, 256)
    gpu.flush(1, Rect(0, 0, 64, 32))
    assert_same(screendump(gpu.qemu, 'gpu0'), numpy.full((32, 64, 3), (255, 0, 0), numpy.uint8))
    assert host.map(1, 0).type_name == INVALID


def test_a_picture_that_the_memory_does_not_hold_is_not_read(gpu):
    """The driver of the guest said that the blob is larger than what it was made of."""
    host = make_host(gpu, MEMORY)
    host.gl.run(virgl.pipe_resource(7, PAGE))
    gpu.ok('resource_create_blob', ctx_id=1, resource_id=1, blob_mem=BLOB_MEM_HOST3D, blob_flags=BLOB_FLAG_MAPPABLE,
           blob_id=7, size=MIB)
    screendump(gpu.qemu, 'gpu0')     # nothing is read before somebody looks, nor again within milliseconds
    show_picture(gpu, 1, 256, 256, 1024)
    wait_for(lambda: gpu.command('resource_flush', r=Rect(0, 0, 256, 256), resource_id=1).type_name == INVALID,
             'the picture to be read')


def test_a_shown_blob_can_be_mapped_unmapped_and_destroyed(host, kind):
    gpu = host.gpu
    for _ in range(5):
        host.show(kind, 1, 4 * PAGE, 0)
        show_picture(gpu, 1, 64, 64, 256)
        gpu.flush(1, Rect(0, 0, 64, 64))
        host.window.write(0, b'\xff' * 4 * PAGE)
        gpu.flush(1, Rect(0, 0, 64, 64))
        host.unmap(1)
        gpu.flush(1, Rect(0, 0, 64, 64))
        assert_same(screendump(gpu.qemu, 'gpu0'), numpy.full((64, 64, 3), 255, numpy.uint8))
        host.map(1, 8 * PAGE)
        gpu.ok('resource_unref', resource_id=1)


# ---- what is refused

@pytest.mark.parametrize('offset', (
    1, 8, PAGE - 1, HOSTMEM, HOSTMEM - PAGE, HOSTMEM - 2 * PAGE + 8, HOSTMEM + PAGE, 1 << 32, (1 << 32) + PAGE,
    1 << 63, (1 << 63) - PAGE, (1 << 64) - PAGE, (1 << 64) - 2 * PAGE, (1 << 64) - 1), ids=hex)
def test_an_offset_outside_the_window_or_inside_a_page_is_refused(host, kind, offset):
    host.create(kind, 1, 2 * PAGE)
    assert host.map(1, offset).type_name == INVALID
    assert host.map(1, HOSTMEM - 2 * PAGE).type_name == 'OK_MAP_INFO'


def test_a_blob_that_is_larger_than_the_window_is_refused(host, kind):
    host.create(kind, 1, 2 * HOSTMEM)
    assert host.map(1, 0).type_name == INVALID


@pytest.mark.parametrize('first', (6, 7, 8, 9, 10))
def test_a_place_that_is_taken_is_refused(host, kind, first):
    host.show(kind, 1, 2 * PAGE, 8 * PAGE)
    host.window.write(8 * PAGE, b'first')
    host.create(kind, 2, 2 * PAGE)
    response = host.map(2, first * PAGE)
    assert response.type_name == ('OK_MAP_INFO' if first in (6, 10) else INVALID)
    assert host.window.read(8 * PAGE, 5) == b'first'


def test_a_blob_is_mapped_only_once_and_unmapped_only_once(host, kind):
    host.create(kind, 1, PAGE)
    assert host.unmap(1).type_name == INVALID
    assert host.map(1, 0).type_name == 'OK_MAP_INFO'
    assert host.map(1, 0).type_name == INVALID
    assert host.map(1, PAGE).type_name == INVALID
    assert host.unmap(1).type_name == 'OK_NODATA'
    assert host.unmap(1).type_name == INVALID


def test_a_buffer_that_is_not_whole_pages_is_never_shown(gpu):
    host = make_host(gpu, MEMORY)
    for resource_id, (made, said) in enumerate(((PAGE - 96, PAGE), (PAGE + 32, 2 * PAGE), (PAGE + 32, PAGE),
                                                (PAGE, 2 * PAGE), (PAGE, PAGE - 1), (100, 100)), start=1):
        host.gl.run(virgl.pipe_resource(100 + resource_id, made))
        gpu.ok('resource_create_blob', ctx_id=1, resource_id=resource_id, blob_mem=BLOB_MEM_HOST3D,
               blob_flags=BLOB_FLAG_MAPPABLE, blob_id=100 + resource_id, size=said)
        assert host.map(resource_id, 0).type_name == INVALID
        assert host.unmap(resource_id).type_name == INVALID
    assert host.window.read(0, 2 * PAGE) == bytes(2 * PAGE)


def test_the_last_page_of_a_file_is_the_file_s_alone(gpu):
    host = make_host(gpu)
    host.show(FILE, 1, PAGE + 100, 0)
    host.window.write(PAGE, b'end')
    assert host.window.read(2 * PAGE - 8, 16) == bytes(16)


@pytest.mark.parametrize('fields', ({'flags': 0}, {'bind': 1 << 17, 'flags': 0}), ids=('not-persistent', 'custom'))
def test_a_resource_that_the_library_does_not_map_is_refused(gpu, fields):
    host = make_host(gpu, MEMORY)
    host.gl.run(virgl.pipe_resource(7, PAGE, **fields))
    gpu.ok('resource_create_blob', ctx_id=1, resource_id=1, blob_mem=BLOB_MEM_HOST3D, blob_flags=BLOB_FLAG_MAPPABLE,
           blob_id=7, size=PAGE)
    for _ in range(3):
        assert host.map(1, 0).type_name == INVALID
    host.show(MEMORY, 2, PAGE, 0)


def test_what_was_not_made_to_be_mapped_is_refused(gpu):
    host = make_host(gpu, MEMORY)
    host.create(MEMORY, 1, PAGE, blob_flags=BLOB_FLAG_SHAREABLE)
    assert host.map(1, 0).type_name == INVALID


def test_resources_that_are_no_host_blobs_are_refused(gpu):
    host = make_host(gpu, MEMORY)
    address = gpu.memory.alloc_pages(1)
    gpu.ok('resource_create_blob', resource_id=1, blob_mem=BLOB_MEM_GUEST, blob_flags=BLOB_FLAG_MAPPABLE,
           size=PAGE, nr_entries=1, tail=pack_entries([(address, PAGE)]))
    gpu.create_2d(2, 16, 16)
    host.gl.create(3, 16, 16)
    for resource_id in (1, 2, 3):
        assert host.map(resource_id, 0).type_name == INVALID
        assert host.unmap(resource_id).type_name == INVALID
    for resource_id in (0, 4, 0xffffffff):
        assert host.map(resource_id, 0).type_name == NO_RESOURCE
        assert host.unmap(resource_id).type_name == NO_RESOURCE


def test_without_hostmem_nothing_is_mapped(start_gl):
    gpu = start_gl('virtio-gpu-gl-pci,blob=on')
    gl = Gpu3d(gpu)
    gl.run(virgl.pipe_resource(1, PAGE))
    gpu.ok('resource_create_blob', ctx_id=1, resource_id=1, blob_mem=BLOB_MEM_HOST3D, blob_flags=BLOB_FLAG_MAPPABLE,
           blob_id=1, size=PAGE)
    assert gpu.command('resource_map_blob', resource_id=1).type_name == 'ERR_UNSPEC'
    assert gpu.command('resource_unmap_blob', resource_id=1).type_name == INVALID
    gpu.ok('resource_unref', resource_id=1)


def test_without_the_feature_there_are_no_such_commands(gpu):
    gpu.virtio.reset()
    gpu.start(features=Feature.VIRGL)
    for name in ('resource_create_blob', 'resource_map_blob', 'resource_unmap_blob'):
        assert gpu.command(name, resource_id=1).type_name == 'ERR_UNSPEC'


@pytest.mark.parametrize('name', ('resource_map_blob', 'resource_unmap_blob', 'resource_create_blob'))
def test_a_command_that_is_too_short_is_answered(gpu, name):
    spec = COMMANDS[name]
    for size in range(HEADER.size, spec.size):
        request = gpu.raw([HEADER.pack(spec.opcode, FLAG_FENCE, 5, 1, 0) + bytes(size - HEADER.size)])
        assert request.response()[:2] != b'\0\0'


@pytest.mark.parametrize('fields, response', (
    ({'size': 0}, INVALID), ({'size': (1 << 32) + PAGE}, INVALID), ({'size': 1 << 63}, INVALID),
    ({'blob_flags': 8}, INVALID), ({'blob_mem': 0}, INVALID), ({'blob_mem': 4}, INVALID),
    ({'ctx_id': 0}, 'ERR_INVALID_CONTEXT_ID'), ({'ctx_id': 99}, 'ERR_INVALID_CONTEXT_ID'),
    ({'blob_id': 12345}, INVALID), ({'blob_id': (1 << 64) - 1}, INVALID), ({'nr_entries': 1}, INVALID),
    ({'blob_mem': BLOB_MEM_HOST3D_GUEST}, INVALID), ({'blob_mem': BLOB_MEM_HOST3D_GUEST, 'nr_entries': 1}, INVALID)),
    ids=lambda value: value if isinstance(value, str) else ','.join(f'{n}={v:#x}' for n, v in value.items()))
def test_a_host_blob_that_cannot_be_is_refused_and_its_id_free(gpu, fields, response):
    host = make_host(gpu, MEMORY)
    assert host.request(MEMORY, 5, **({'size': PAGE} | fields)).type_name == response
    host.show(MEMORY, 5, PAGE, 0)


def test_a_page_list_shorter_than_the_blob_is_refused(gpu):
    host = make_host(gpu, MEMORY)
    address = gpu.memory.alloc_pages(1)
    response = host.request(MEMORY, 5, 2 * PAGE, blob_mem=BLOB_MEM_HOST3D_GUEST, nr_entries=1,
                            tail=pack_entries([(address, PAGE)]))
    assert response.type_name == INVALID


def test_a_blob_of_the_renderer_gives_its_name_once(gpu):
    host = make_host(gpu, MEMORY)
    host.gl.run(virgl.pipe_resource(9, PAGE))
    fields = {'ctx_id': 1, 'blob_mem': BLOB_MEM_HOST3D, 'blob_flags': BLOB_FLAG_MAPPABLE, 'blob_id': 9, 'size': PAGE}
    gpu.ok('resource_create_blob', resource_id=1, **fields)
    assert gpu.command('resource_create_blob', resource_id=2, **fields).type_name == INVALID


def test_backing_inside_the_window_is_refused(host, kind):
    host.show(kind, 1, 4 * PAGE, 0)
    host.gpu.create_2d(2, 16, 16)
    for offset in (0, 8 * PAGE):
        response = host.gpu.command('resource_attach_backing', resource_id=2, nr_entries=1,
                                    tail=pack_entries([(host.window.address + offset, 1024)]))
        assert response.type_name == 'ERR_UNSPEC'


def test_rings_inside_the_window_do_no_harm(host, kind):
    """A queue whose rings lie in a blob: when that goes, the device reads zeros and stays alive."""
    host.show(kind, 1, 4 * PAGE, 0)
    gpu = host.gpu
    virtio = gpu.virtio
    virtio.set('queue_select', 1)
    virtio.set('queue_reset', 1)
    for name, offset in (('desc', 0), ('driver', PAGE), ('device', 2 * PAGE)):
        virtio.set(f'queue_{name}_low', host.window.address + offset)
        virtio.set(f'queue_{name}_high', 0)
    virtio.set('queue_enable', 1)
    virtio.notify(gpu.cursor)
    assert host.unmap(1).type_name == 'OK_NODATA'
    virtio.notify(gpu.cursor)
    gpu.ok('resource_unref', resource_id=1)
    gpu.ok('get_display_info')
