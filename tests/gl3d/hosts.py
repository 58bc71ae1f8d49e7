# SPDX-License-Identifier: GPL-2.0-or-later
"""Devices that show the guest the renderer's memory, and drivers of them."""

from __future__ import annotations

import pytest

from vgpu.gpu import Gpu
from vgpu.hostmem import FILE, HostBlobs

HOSTMEM = 16 << 20
# What the shared device of a module gets that says so.
OPTIONS = f',blob=on,venus=on,hostmem={HOSTMEM}'
DEVICE = 'virtio-gpu-gl-pci' + OPTIONS
SLOT = 5
ACPI_EJECT_PORT = 0xae08
ACPI_BUS_SELECT_PORT = 0xae10


def make_host(gpu: Gpu, kind: str = FILE) -> HostBlobs:
    """A driver of blobs; skips where the kind that is wanted cannot be."""
    host = HostBlobs(gpu)
    if not host.start_venus() and kind == FILE:
        pytest.skip('no Vulkan driver: the renderer has no blobs in files')
    return host


def unplug(gpu: Gpu) -> None:
    """Takes the device out, as a guest's ACPI code answers the request for it."""
    gpu.qemu.qmp.command('device_del', id='gpu0')
    gpu.qemu.qtest.outl(ACPI_BUS_SELECT_PORT, 0)
    gpu.qemu.qtest.outl(ACPI_EJECT_PORT, 1 << SLOT)
    devices = gpu.qemu.qmp.command('qom-list', path='/machine/peripheral')
    assert not any(device['name'] == 'gpu0' for device in devices)
