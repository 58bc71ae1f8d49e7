# SPDX-License-Identifier: GPL-2.0-or-later
"""Taking the device out while it shows a blob."""

from __future__ import annotations

from pathlib import Path

import pytest

from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.pci import PciBus, PciDevice
from vgpu.qemu import Qemu
from vgpu.wire import PCI_DEVICE_ID

from .blob import DEVICE, Blob
from .rfb import Viewer
from .udmabuf import count_fds, dmabuf_fds, wait_for_buffers

SIZE = (640, 480)
SLOT = 5
ACPI_BUS_SELECT_PORT, ACPI_EJECT_PORT = 0xae10, 0xae08
CAP_ID_PCIE = 0x10
SLOT_CONTROL, SLOT_STATUS = 0x18, 0x1a
POWER_OFF, POWER_INDICATOR_OFF = 1 << 10, 3 << 8
VIRTIO = 0x1af4
ROOT_PORT = (0x1b36, 0x000c)

pytestmark = pytest.mark.stock_wrong('stock declares the device not hot-pluggable, or crashes')


class OnPc:
    """Hot-plug by ACPI."""

    machine = 'pc'
    arguments = ()
    properties = f',addr={SLOT}'

    @staticmethod
    def find(qemu: Qemu) -> PciDevice:
        """The device's functions."""
        return PciBus(qemu.qtest).find(VIRTIO, PCI_DEVICE_ID)

    @staticmethod
    def unplug(qemu: Qemu) -> None:
        """Asks for the device, and answers as the guest's ACPI code does."""
        qemu.qmp.command('device_del', id='gpu0')
        qemu.qtest.outl(ACPI_BUS_SELECT_PORT, 0)
        qemu.qtest.outl(ACPI_EJECT_PORT, 1 << SLOT)


class OnQ35:
    """Hot-plug by PCI Express."""

    machine = 'q35'
    arguments = ('-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off',
                 '-device', 'pcie-root-port,id=rp0,slot=1,chassis=1')
    properties = ',bus=rp0'

    @staticmethod
    def find(qemu: Qemu) -> PciDevice:
        """The device's functions, behind the port."""
        bus = PciBus(qemu.qtest)
        return bus.find(VIRTIO, PCI_DEVICE_ID, bus.open_bridge(bus.find(*ROOT_PORT).devfn))

    @staticmethod
    def unplug(qemu: Qemu) -> None:
        """Switches the slot off, as a guest's hot-plug driver does."""
        port = PciBus(qemu.qtest).find(*ROOT_PORT)
        cap = dict(port.capabilities())[CAP_ID_PCIE]
        port.write(cap + SLOT_STATUS, port.read(cap + SLOT_STATUS, 2), 2)
        control = port.read(cap + SLOT_CONTROL, 2) & ~POWER_INDICATOR_OFF
        port.write(cap + SLOT_CONTROL, control | POWER_OFF | POWER_INDICATOR_OFF, 2)


def plugged(qemu: Qemu) -> set[str]:
    """The ids of the devices there are."""
    return {entry['name'] for entry in qemu.qmp.command('qom-list', path='/machine/peripheral')}


@pytest.mark.parametrize('slot', [OnPc, OnQ35], ids=['pc', 'q35'])
@pytest.mark.parametrize('display', ['none', 'egl-headless'])
def test_shown_blob_is_gone_with_its_device(start_qemu, tmp_path, slot, display):
    qemu = start_qemu(*slot.arguments, '-device', f'{DEVICE},id=gpu0{slot.properties}', '-vnc',
                      f'unix:{tmp_path}/vnc', machine=slot.machine, display=display, timeout=120)
    gpu = Gpu(qemu, slot.find(qemu), 'gpu0').start()
    with Viewer(tmp_path / 'vnc') as viewer:
        blob = Blob(gpu, *SIZE, scatter=1).create()
        blob.show(gradient(*SIZE))
        viewer.wait_for(gradient(*SIZE))
        wait_for_buffers([blob.size])
        slot.unplug(qemu)
        assert 'gpu0' not in plugged(qemu)
        qemu.qmp.wait_event('DEVICE_DELETED')
        viewer.picture()
    assert dmabuf_fds(qemu.pid) == []
    assert '/dmabuf:' not in Path(f'/proc/{qemu.pid}/maps').read_text()
    wait_for_buffers([])
    qemu.quit()


def test_devices_that_come_and_go_under_gl_leave_nothing_behind(start_qemu, tmp_path):
    qemu = start_qemu('-device', f'{DEVICE},id=gpu0,addr={SLOT}', '-vnc', f'unix:{tmp_path}/vnc',
                      display='egl-headless', timeout=120)
    seen = []
    for seed in range(6):
        gpu = Gpu(qemu, OnPc.find(qemu), 'gpu0').start()
        blob = Blob(gpu, *SIZE, scatter=seed).create()
        with Viewer(tmp_path / 'vnc') as viewer:
            blob.show(gradient(*SIZE, seed))
            viewer.wait_for(gradient(*SIZE, seed))
        wait_for_buffers([blob.size])
        seen.append(count_fds(qemu.pid))
        OnPc.unplug(qemu)
        qemu.qmp.wait_event('DEVICE_DELETED')
        qemu.qmp.command('device_add', driver='virtio-gpu-pci', id='gpu0', addr=f'{SLOT}', blob=True)
    assert max(seen[3:]) <= max(seen[:3])
