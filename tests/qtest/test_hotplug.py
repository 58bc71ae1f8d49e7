# SPDX-License-Identifier: GPL-2.0-or-later
"""Taking the device out, or ending QEMU, while the machine runs and commands are queued."""

from __future__ import annotations

import pytest

from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.pci import PciBus, PciDevice
from vgpu.qemu import Qemu
from vgpu.qmp import QmpError
from vgpu.screendump import assert_same, screendump
from vgpu.wire import Rect, Resp

ACPI_EJECT_PORT = 0xae08
ACPI_BUS_SELECT_PORT = 0xae10
SLOT = 5
BIG = Rect(0, 0, 2048, 1536)

SLOT_CONTROL = 0x18
SLOT_STATUS = 0x1a
CAP_ID_PCIE = 0x10
POWER_OFF = 1 << 10
POWER_INDICATOR_OFF = 3 << 8


def eject_on_pc(gpu: Gpu) -> None:
    """What a guest's ACPI code does to take a slot out of service."""
    gpu.qemu.qtest.outl(ACPI_BUS_SELECT_PORT, 0)
    gpu.qemu.qtest.outl(ACPI_EJECT_PORT, 1 << SLOT)


def eject_on_q35(port: PciDevice) -> None:
    """What a guest's PCI Express hot-plug driver does to take a slot out of service."""
    cap = dict(port.capabilities())[CAP_ID_PCIE]
    port.write(cap + SLOT_STATUS, port.read(cap + SLOT_STATUS, 2), 2)
    control = port.read(cap + SLOT_CONTROL, 2) & ~POWER_INDICATOR_OFF
    port.write(cap + SLOT_CONTROL, control | POWER_OFF | POWER_INDICATOR_OFF, 2)


def is_plugged(qemu: Qemu) -> bool:
    """Whether the device still exists."""
    return any(entry['name'] == 'gpu0' for entry in qemu.qmp.command('qom-list', path='/machine/peripheral'))


def load_up(gpu: Gpu, busy: bool) -> None:
    """Shows a picture and a cursor; busy leaves long commands queued."""
    gpu.show(1, gradient(BIG.width, BIG.height), scatter=1)
    gpu.create_image(2, 64, 64)
    gpu.set_cursor(2)
    if busy:
        for _ in range(6):
            gpu.submit('transfer_to_host_2d', r=BIG, resource_id=1)
        gpu.submit('resource_flush', r=BIG, resource_id=1)
        gpu.control.kick()


@pytest.mark.stock_wrong('stock declares the device not hot-pluggable')
@pytest.mark.parametrize('busy', (False, True), ids=('idle', 'commands-queued'))
def test_unplug_on_pc_removes_the_device(start_qemu, busy):
    qemu = start_qemu('-device', f'virtio-gpu-pci,id=gpu0,addr={SLOT}')
    gpu = Gpu(qemu, device='gpu0').start()
    load_up(gpu, busy)
    qemu.qmp.command('device_del', id='gpu0')
    eject_on_pc(gpu)
    qemu.qmp.wait_event('DEVICE_DELETED')
    assert not is_plugged(qemu)
    assert qemu.qmp.command('query-status')['running']


@pytest.mark.parametrize('busy', (False, True), ids=('idle', 'commands-queued'))
def test_an_eject_that_nobody_asked_for_removes_the_device_or_leaves_it_working(start_qemu, busy):
    qemu = start_qemu('-device', f'virtio-gpu-pci,id=gpu0,addr={SLOT}')
    gpu = Gpu(qemu, device='gpu0').start()
    load_up(gpu, busy)
    eject_on_pc(gpu)
    if is_plugged(qemu):
        gpu.control.wait()
        assert gpu.command('get_display_info').type == Resp.OK_DISPLAY_INFO
    assert qemu.qmp.command('query-status')['running']


@pytest.mark.stock_wrong('stock declares the device not hot-pluggable')
def test_a_device_plugged_in_again_shows_pictures(start_qemu):
    qemu = start_qemu('-device', f'virtio-gpu-pci,id=gpu0,addr={SLOT}')
    for seed in range(4):
        gpu = Gpu(qemu, PciBus(qemu.qtest).find(0x1af4, 0x1050), device='gpu0').start()
        rgb = gradient(200, 100, seed)
        gpu.show(1, rgb, scatter=seed)
        assert_same(screendump(qemu, 'gpu0'), rgb)
        qemu.qmp.command('device_del', id='gpu0')
        eject_on_pc(gpu)
        qemu.qmp.wait_event('DEVICE_DELETED')
        qemu.qmp.command('device_add', driver='virtio-gpu-pci', id='gpu0', addr=f'{SLOT}')


@pytest.mark.stock_wrong('stock crashes at the end: the console still calls the device that is gone')
@pytest.mark.parametrize('busy', (False, True), ids=('idle', 'commands-queued'))
def test_a_slot_switched_off_on_q35_removes_the_device(start_qemu, busy):
    qemu = start_qemu('-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off',
                      '-device', 'pcie-root-port,id=rp0,slot=1,chassis=1',
                      '-device', 'virtio-gpu-pci,id=gpu0,bus=rp0', machine='q35')
    bus = PciBus(qemu.qtest)
    port = bus.find(0x1b36, 0x000c)
    gpu = Gpu(qemu, bus.find(0x1af4, 0x1050, bus.open_bridge(port.devfn)), 'gpu0').start()
    load_up(gpu, busy)
    eject_on_q35(port)
    assert not is_plugged(qemu)
    assert qemu.qmp.command('query-status')['running']
    qemu.quit()


def test_the_vga_variant_is_not_plugged_in_later(start_qemu):
    qemu = start_qemu()
    with pytest.raises(QmpError, match='does not support hotplugging|expects a pluggable device'):
        qemu.qmp.command('device_add', driver='virtio-vga', id='late')


@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
def test_quit_while_commands_are_queued(start_gpu, device):
    gpu = start_gpu(device)
    load_up(gpu, busy=True)
    gpu.qemu.quit()
