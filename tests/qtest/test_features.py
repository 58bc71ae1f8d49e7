# SPDX-License-Identifier: GPL-2.0-or-later
"""Feature bits and the configuration space."""

from __future__ import annotations

import pytest

from vgpu.virtio import F_VERSION_1
from vgpu.wire import Config, Feature, Resp


def test_plain_device_offers_edid_and_nothing_newer(gpu):
    offered = gpu.virtio.offered_features()
    assert offered & 0x3f == Feature.EDID
    assert offered >> F_VERSION_1 & 1


def test_edid_off_takes_the_feature_away(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,edid=off')
    assert gpu.virtio.offered_features() & 0x3f == 0


@pytest.mark.stock_wrong('stock answers GET_EDID although it does not offer the feature')
def test_get_edid_without_the_feature_is_refused(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,edid=off')
    assert gpu.command('get_edid').type == Resp.ERR_UNSPEC


@pytest.mark.stock_wrong('stock answers GET_EDID although the driver did not accept the feature')
def test_get_edid_that_the_driver_did_not_accept_is_refused(start_gpu):
    gpu = start_gpu('virtio-gpu-pci', features=0)
    assert gpu.virtio.features & Feature.EDID == 0
    assert gpu.command('get_edid').type == Resp.ERR_UNSPEC


@pytest.mark.parametrize('outputs', (1, 2, 16))
def test_config_tells_the_number_of_scanouts(start_gpu, outputs):
    gpu = start_gpu(f'virtio-gpu-pci,max_outputs={outputs}')
    assert gpu.config(Config.NUM_SCANOUTS) == outputs
    assert gpu.config(Config.NUM_CAPSETS) == 0
    assert gpu.config(Config.EVENTS_CLEAR) == 0


@pytest.mark.parametrize('outputs', (17, 0x80000001))
def test_a_wrong_number_of_outputs_is_an_error_of_the_command_line(start_qemu, outputs):
    qemu = start_qemu('-device', f'virtio-gpu-pci,max_outputs={outputs}')
    assert 'max_outputs' in qemu.finish(status=1)


def test_read_only_fields_ignore_writes(pci_gpu):
    before = [pci_gpu.config(field) for field in Config]
    for field in (Config.EVENTS_READ, Config.NUM_SCANOUTS, Config.NUM_CAPSETS):
        pci_gpu.set_config(field, 0xffffffff)
    assert [pci_gpu.config(field) for field in Config] == before


def test_both_queues_have_their_stock_sizes(gpu):
    sizes = []
    for index in range(gpu.virtio.get('num_queues')):
        gpu.virtio.set('queue_select', index)
        sizes.append(gpu.virtio.get('queue_size'))
    assert [size for size in sizes if size] == [64, 16]


def test_a_queue_that_does_not_exist_has_size_zero(gpu):
    gpu.virtio.set('queue_select', 2)
    assert gpu.virtio.get('queue_size') == 0
