# SPDX-License-Identifier: GPL-2.0-or-later
"""What a guest's ACPI code does, for tests without firmware."""

from __future__ import annotations

from .gpu import Gpu

BUS_SELECT_PORT = 0xae10
EJECT_PORT = 0xae08


def unplug(gpu: Gpu, slot: int) -> None:
    """Takes the device in a slot out, as a guest answers the request for that."""
    gpu.qemu.qmp.command('device_del', id=gpu.device)
    gpu.qemu.qtest.outl(BUS_SELECT_PORT, 0)
    gpu.qemu.qtest.outl(EJECT_PORT, 1 << slot)
    devices = gpu.qemu.qmp.command('qom-list', path='/machine/peripheral')
    assert not any(device['name'] == gpu.device for device in devices)
