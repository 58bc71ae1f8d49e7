# SPDX-License-Identifier: GPL-2.0-or-later
"""What a firmware and a guest kernel see of the device on the PCI bus."""

from __future__ import annotations

import pytest

from vgpu import pci, virtio
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.screendump import assert_same, screendump


def class_of(gpu: Gpu) -> int:
    """Class and subclass."""
    return gpu.pci.read(pci.CLASS_DEVICE, 2)


def test_ids_are_those_of_a_modern_virtio_gpu(gpu):
    assert gpu.pci.read(pci.VENDOR_ID, 2) == 0x1af4
    assert gpu.pci.read(pci.DEVICE_ID, 2) == 0x1040 + 16
    assert gpu.pci.read(pci.SUBSYSTEM_ID, 2) == 0x1100


@pytest.mark.parametrize('device, code', (('virtio-gpu-pci', 0x0380), ('virtio-vga', 0x0300)))
def test_class_tells_whether_the_device_is_vga_compatible(start_gpu, device, code):
    assert class_of(start_gpu(device)) == code


@pytest.mark.parametrize('device, sizes', (
    ('virtio-gpu-pci', {1: 0x1000, 4: 0x4000}),
    ('virtio-vga', {0: 0x800000, 2: 0x4000, 4: 0x1000}),
))
def test_bars_have_the_places_and_sizes_of_stock(start_gpu, device, sizes):
    gpu = start_gpu(device)
    assert {bar: gpu.pci.bar_sizes.get(bar) for bar in sizes} == sizes


def test_capabilities_have_all_virtio_regions_and_msix_with_three_vectors(gpu):
    for region in (virtio.CAP_COMMON, virtio.CAP_NOTIFY, virtio.CAP_ISR, virtio.CAP_DEVICE):
        assert gpu.virtio.regions[region].length
    msix = dict(gpu.pci.capabilities())[pci.CAP_ID_MSIX]
    assert gpu.pci.read(msix + 2, 2) & 0x7ff == 2


@pytest.mark.parametrize('vectors', (0, 1, 3, 8))
def test_number_of_vectors_follows_the_property(start_gpu, vectors):
    gpu = start_gpu(f'virtio-gpu-pci,vectors={vectors}')
    msix = dict(gpu.pci.capabilities()).get(pci.CAP_ID_MSIX)
    assert (gpu.pci.read(msix + 2, 2) & 0x7ff) + 1 == vectors if vectors else msix is None
    rgb = gradient(64, 64)
    gpu.show(1, rgb)
    assert_same(screendump(gpu.qemu), rgb)


def test_vga_virtio_on_the_command_line_is_the_vga_variant(start_qemu):
    qemu = start_qemu('-vga', 'virtio')
    gpu = Gpu(qemu).start()
    qemu.check_modules()
    assert class_of(gpu) == 0x0300
    rgb = gradient(200, 100)
    gpu.show(1, rgb)
    assert_same(screendump(qemu), rgb)


def test_an_alias_names_the_same_device(start_qemu):
    qemu = start_qemu('-device', 'virtio-gpu')
    assert class_of(Gpu(qemu).start()) == 0x0380
    qemu.check_modules()


@pytest.mark.parametrize('devices', (
    ('virtio-gpu-pci', 'virtio-gpu-pci'), ('virtio-vga', 'virtio-gpu-pci', 'virtio-gpu-pci')))
def test_several_devices_show_their_own_pictures(start_qemu, devices):
    qemu = start_qemu(*[word for number, device in enumerate(devices)
                        for word in ('-device', f'{device},id=gpu{number},addr={4 + number}')])
    bus = pci.PciBus(qemu.qtest)
    gpus = [Gpu(qemu, pci.PciDevice(bus, 0, (4 + number) << 3), f'gpu{number}').start()
            for number in range(len(devices))]
    for seed, gpu in enumerate(gpus):
        gpu.show(1, gradient(128, 64, seed))
    for seed, gpu in enumerate(gpus):
        assert_same(screendump(qemu, gpu.device), gradient(128, 64, seed))


def test_device_works_behind_a_root_port(start_qemu):
    qemu = start_qemu('-device', 'pcie-root-port,id=rp0,slot=1,chassis=1',
                      '-device', 'virtio-gpu-pci,id=gpu0,bus=rp0', machine='q35')
    bus = pci.PciBus(qemu.qtest)
    behind = bus.open_bridge(bus.find(0x1b36, 0x000c).devfn)
    gpu = Gpu(qemu, bus.find(0x1af4, 0x1050, behind), 'gpu0').start()
    rgb = gradient(320, 200)
    gpu.show(1, rgb, scatter=3)
    assert_same(screendump(qemu, 'gpu0'), rgb)
