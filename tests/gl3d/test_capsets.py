# SPDX-License-Identifier: GPL-2.0-or-later
"""Capability sets: what the device says of its renderer."""

from __future__ import annotations

import pytest

from vgpu import wire
from vgpu.gpu3d import CAPSET_VIRGL, CAPSET_VIRGL2, Gpu3d, capsets
from vgpu.wire import Config, Feature


def test_both_sets_of_virgl_are_offered_and_filled(gpu):
    count = gpu.config(Config.NUM_CAPSETS)
    offered = {capset: (version, size) for capset, version, size in capsets(gpu, count)}
    assert len(offered) == count and {CAPSET_VIRGL, CAPSET_VIRGL2} <= set(offered)
    for capset, (version, size) in offered.items():
        response = gpu.ok('get_capset', capset_id=capset, capset_version=version)
        assert response.type_name == 'OK_CAPSET'
        assert response.used_length == wire.HEADER.size + size
        assert any(response.body[:size])


def test_an_index_that_is_too_high_is_an_error_of_no_content(gpu):
    for index in (gpu.config(Config.NUM_CAPSETS), 1000, 0xffffffff):
        response = gpu.command('get_capset_info', capset_index=index)
        assert response.type_name == 'ERR_INVALID_PARAMETER'
        assert response.used_length == wire.HEADER.size


@pytest.mark.parametrize('capset, version', ((0, 0), (3, 1), (CAPSET_VIRGL, 99), (CAPSET_VIRGL2, 0xffffffff)))
def test_sets_and_versions_that_do_not_exist_are_errors(gpu, capset, version):
    response = gpu.command('get_capset', capset_id=capset, capset_version=version)
    assert response.type_name == 'ERR_INVALID_PARAMETER'
    assert response.used_length == wire.HEADER.size


def test_a_set_is_cut_where_the_room_ends(gpu):
    response = gpu.command('get_capset', room=100, capset_id=CAPSET_VIRGL, capset_version=1)
    assert response.type_name == 'OK_CAPSET' and response.used_length == 100


@pytest.mark.parametrize('capset', (CAPSET_VIRGL, CAPSET_VIRGL2))
def test_a_context_can_name_its_set(gpu, capset):
    Gpu3d(gpu, context_init=capset).create(1, 64, 64)


@pytest.mark.parametrize('capset', (3, 4, 6, 255))
def test_a_context_cannot_name_a_set_that_is_not_offered(gpu, capset):
    response = gpu.command('ctx_create', ctx_id=1, context_init=capset)
    assert response.type_name == 'ERR_INVALID_PARAMETER'


def test_without_context_init_the_field_is_padding(gpu):
    gpu.virtio.reset()
    gpu.start(features=Feature.VIRGL)
    assert gpu.command('ctx_create', ctx_id=1, context_init=77).type_name == 'OK_NODATA'


def test_without_virgl_there_are_no_3d_commands(gpu):
    gpu.virtio.reset()
    gpu.start(features=Feature.EDID)
    for name in ('ctx_create', 'ctx_destroy', 'ctx_attach_resource', 'ctx_detach_resource', 'resource_create_3d',
                 'transfer_to_host_3d', 'transfer_from_host_3d', 'submit_3d', 'get_capset_info', 'get_capset'):
        assert gpu.command(name, ctx_id=1).type_name == 'ERR_UNSPEC'
