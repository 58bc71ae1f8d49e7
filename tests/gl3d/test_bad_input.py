# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that are wrong in 3D: answered by an error, and the device goes on."""

from __future__ import annotations

import pytest

from vgpu import virgl
from vgpu.formats import Format
from vgpu.gpu3d import Gpu3d
from vgpu.virtio import CAP_DEVICE
from vgpu.wire import COMMANDS, FLAG_FENCE, HEADER, Box, Rect

INVALID = 'ERR_INVALID_PARAMETER'
MIB = 1 << 20
LARGEST_SUBMIT = 4 * MIB
COMMANDS_3D = ('ctx_create', 'ctx_destroy', 'ctx_attach_resource', 'ctx_detach_resource', 'resource_create_3d',
               'transfer_to_host_3d', 'transfer_from_host_3d', 'submit_3d', 'get_capset_info', 'get_capset')


@pytest.fixture(autouse=True)
def still_works(gpu):
    """Whatever a test does to the device, another driver can draw with it."""
    yield
    if gpu.qemu.process.poll() is None:
        gpu.virtio.reset()
        gpu.start()
        gl = Gpu3d(gpu, 9)
        gl.create(9, 16, 16)
        gl.fill(9, 1, 0, 0)


@pytest.mark.parametrize('name', COMMANDS_3D)
def test_a_command_that_is_too_short_is_answered(gpu, name):
    spec = COMMANDS[name]
    for size in range(HEADER.size, spec.size):
        request = gpu.raw([HEADER.pack(spec.opcode, FLAG_FENCE, 5, 1, 0) + bytes(size - HEADER.size)])
        assert request.response()[:2] != b'\0\0'


@pytest.mark.parametrize('size, there', ((8, 4), (7, 8), (0xfffffffc, 8), (LARGEST_SUBMIT + 4, 0)))
def test_a_stream_of_impossible_size_is_refused(gl, size, there):
    response = gl.gpu.command('submit_3d', ctx_id=1, size=size, tail=bytes(there) if there else b'')
    assert response.type_name == INVALID


def test_a_stream_of_the_largest_size_is_taken(start_gl):
    gl = Gpu3d(start_gl())
    # Words of zeros are commands that do nothing.
    assert gl.submit(bytes(LARGEST_SUBMIT)).type_name == 'OK_NODATA'


def test_a_stream_that_is_larger_than_the_largest_is_refused(start_gl):
    gl = Gpu3d(start_gl())
    assert gl.submit(bytes(LARGEST_SUBMIT + 4)).type_name == INVALID


@pytest.mark.parametrize('stream', (
    b'\xff' * 64, virgl.command(200, 0), virgl.command(virgl.CLEAR), virgl.surface(1, 77, 2),
    virgl.command(virgl.CREATE_OBJECT, 1, kind=virgl.OBJECT_SHADER),
    virgl.shader(1, 1, 'no shader at all'), virgl.command(virgl.SET_FRAMEBUFFER_STATE, 99, 0),
    virgl.inline_write(77, 0, 0, 1, 1, bytes(4))),
    ids=('ones', 'no-such-command', 'short-clear', 'no-such-resource', 'short-shader', 'nonsense-shader',
         'too-many-surfaces', 'write-to-nothing'))
def test_a_stream_of_nonsense_is_an_error_of_its_context_alone(gpu, stream):
    bad, good = Gpu3d(gpu, 1), Gpu3d(gpu, 2)
    assert bad.submit(stream).type_name == INVALID
    good.create(5, 16, 16)
    good.fill(5, 0, 1, 0)


def test_a_stream_that_ends_inside_a_command_does_nothing(gl):
    gl.create(5, 16, 16)
    gl.run(gl.target(5))
    assert gl.submit((0xffff << 16 | virgl.CLEAR).to_bytes(4, 'little')).type_name in ('OK_NODATA', INVALID)


@pytest.mark.parametrize('fields', ({'nr_samples': 0xffffffff}, {'bind': 0xffffffff}))
def test_fields_that_the_library_takes_as_it_likes_do_no_harm(gl, fields):
    usual = {'resource_id': 5, 'target': virgl.TARGET_2D, 'format': Format.B8G8R8X8, 'width': 16, 'height': 16,
             'depth': 1, 'array_size': 1, 'bind': virgl.BIND_RENDER_TARGET}
    gl.gpu.command('resource_create_3d', **(usual | fields))
    gl.gpu.command('ctx_attach_resource', ctx_id=1, resource_id=5)
    gl.submit(gl.target(5) + virgl.clear(1, 1, 1))


@pytest.mark.parametrize('fields', (
    {'width': 0}, {'height': 0}, {'width': 0xffffffff, 'height': 0xffffffff}, {'width': 0x40000001},
    {'format': 0xffff}, {'target': 99}, {'last_level': 0xffffffff},
    {'depth': 0xffffffff}, {'array_size': 0xffffffff}, {'resource_flags': 0xffffffff},
    {'target': virgl.TARGET_BUFFER, 'width': 0xffffffff, 'height': 1, 'format': 64}),
    ids=lambda fields: ','.join(f'{name}={value:#x}' for name, value in fields.items()))
def test_a_resource_that_cannot_be_is_refused_and_its_id_free(gl, fields):
    usual = {'resource_id': 5, 'target': virgl.TARGET_2D, 'format': Format.B8G8R8X8, 'width': 16, 'height': 16,
             'depth': 1, 'array_size': 1, 'bind': virgl.BIND_RENDER_TARGET}
    response = gl.gpu.command('resource_create_3d', **(usual | fields))
    assert response.type_name in (INVALID, 'ERR_OUT_OF_MEMORY')
    gl.gpu.ok('resource_create_3d', **usual)


def test_ids_of_resources_and_contexts_are_checked(gl):
    command = gl.gpu.command
    assert command('ctx_create', ctx_id=1).type_name == 'ERR_INVALID_CONTEXT_ID'
    assert command('ctx_create', ctx_id=0).type_name == 'ERR_INVALID_CONTEXT_ID'
    assert command('ctx_destroy', ctx_id=2).type_name == 'ERR_INVALID_CONTEXT_ID'
    assert command('submit_3d', ctx_id=2).type_name == 'ERR_INVALID_CONTEXT_ID'
    assert command('ctx_attach_resource', ctx_id=2, resource_id=1).type_name == 'ERR_INVALID_CONTEXT_ID'
    assert command('ctx_attach_resource', ctx_id=1, resource_id=1).type_name == 'ERR_INVALID_RESOURCE_ID'
    assert command('resource_create_3d', resource_id=0).type_name == 'ERR_INVALID_RESOURCE_ID'
    gl.create(1, 16, 16)
    assert command('resource_create_3d', resource_id=1).type_name == 'ERR_INVALID_RESOURCE_ID'
    assert command('resource_create_2d', resource_id=1, format=1, width=4, height=4).type_name == \
        'ERR_INVALID_RESOURCE_ID'


@pytest.mark.parametrize('box, fields', (
    ((0, 0, 0, 17, 16, 1), {}), ((16, 0, 0, 1, 1, 1), {}), ((0, 0, 0, 16, 16, 2), {}),
    ((0xffffffff, 0, 0, 2, 1, 1), {}), ((0, 0, 0, 0xffffffff, 0xffffffff, 1), {}),
    ((0, 0, 0, 16, 16, 1), {'offset': 1}), ((0, 0, 0, 16, 16, 1), {'offset': 1 << 40}),
    ((0, 0, 0, 16, 16, 1), {'offset': 0xfffffffffffffff0}), ((0, 0, 0, 16, 16, 1), {'stride': 1 << 30}),
    ((0, 0, 0, 16, 16, 1), {'stride': 4}), ((0, 0, 0, 16, 16, 1), {'level': 1}),
    ((0, 0, 0, 16, 16, 1), {'level': 0xffffffff}), ((0, 0, 0, 16, 16, 1), {'layer_stride': 7})))
@pytest.mark.parametrize('direction', ('to', 'from'))
def test_a_transfer_beyond_its_box_or_its_backing_is_refused(gl, direction, box, fields):
    gl.create(1, 16, 16)
    gl.attach_memory(1, 16 * 16 * 4)
    assert gl.transfer(direction, 1, Box(*box), **fields).type_name == INVALID


def test_a_transfer_without_backing_is_refused(gl):
    gl.create(1, 16, 16)
    assert gl.transfer('to', 1, Box(0, 0, 0, 1, 1, 1)).type_name == 'ERR_UNSPEC'


def test_an_unref_with_backing_and_contexts_lets_go_of_both(gl):
    for _ in range(50):
        gl.create(1, 64, 64)
        gl.attach_memory(1, 64 * 64 * 4)
        gl.gpu.ok('resource_unref', resource_id=1)


def test_a_second_backing_is_refused(gl):
    gl.create(1, 64, 64)
    address = gl.attach_memory(1, 64 * 64 * 4)
    response = gl.gpu.command('resource_attach_backing', resource_id=1, nr_entries=1,
                              tail=address.to_bytes(8, 'little') + bytes((0, 1, 0, 0, 0, 0, 0, 0)))
    assert response.type_name == 'ERR_UNSPEC'
    gl.gpu.ok('resource_detach_backing', resource_id=1)
    assert gl.gpu.command('resource_detach_backing', resource_id=1).type_name == 'ERR_UNSPEC'


def test_backing_in_the_device_s_own_registers_is_refused(gl):
    gl.create(1, 16, 16)
    address = gl.gpu.pci.bars[gl.gpu.virtio.regions[CAP_DEVICE].bar]
    response = gl.gpu.command('resource_attach_backing', resource_id=1, nr_entries=1,
                              tail=address.to_bytes(8, 'little') + bytes((0, 4, 0, 0, 0, 0, 0, 0)))
    assert response.type_name == 'ERR_UNSPEC'


@pytest.mark.parametrize('rect', (Rect(0, 0, 65, 64), Rect(64, 0, 1, 1), Rect(0xffffffff, 0, 2, 2), Rect(0, 0, 0, 64)))
def test_scanouts_outside_a_3d_resource_are_refused(gl, rect):
    gl.create(1, 64, 64)
    response = gl.gpu.command('set_scanout', r=rect, scanout_id=0, resource_id=1)
    assert response.type_name == INVALID


@pytest.mark.parametrize('fields', ({'target': virgl.TARGET_BUFFER, 'format': 64, 'height': 1,
                                     'bind': virgl.BIND_VERTEX_BUFFER},
                                    {'target': virgl.TARGET_3D, 'depth': 2}, {'nr_samples': 4},
                                    {'format': virgl.FORMAT_R32G32B32A32_FLOAT}),
                         ids=('buffer', '3d-texture', 'multisampled', 'float-format'))
def test_resources_that_are_no_pictures_cannot_be_shown(gl, fields):
    gl.create(1, 64, **({'height': 64} | fields))
    response = gl.gpu.command('set_scanout', r=Rect(0, 0, 64, fields.get('height', 64)), scanout_id=0, resource_id=1)
    assert response.type_name == INVALID
    assert gl.gpu.command('update_cursor', resource_id=1).type_name == INVALID


def test_2d_transfers_to_3d_resources_are_refused(gl):
    gl.create(1, 64, 64)
    gl.attach_memory(1, 64 * 64 * 4)
    assert gl.gpu.command('transfer_to_host_2d', r=Rect(0, 0, 64, 64), resource_id=1).type_name == INVALID


def test_a_shown_resource_can_be_destroyed_while_flushes_wait(gl):
    gl.create(1, 512, 512)
    gl.gpu.set_scanout(0, 1, Rect(0, 0, 512, 512))
    requests = [gl.queue(gl.target(1) + virgl.clear(0, 0, 1))]
    for _ in range(5):
        requests.append(gl.gpu.submit('resource_flush', r=Rect(0, 0, 512, 512), resource_id=1))
    requests.append(gl.gpu.submit('resource_unref', resource_id=1))
    requests.append(gl.gpu.submit('resource_flush', r=Rect(0, 0, 512, 512), resource_id=1))
    gl.gpu.control.kick()
    gl.gpu.control.wait(*requests)
