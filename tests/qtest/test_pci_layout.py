# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest, and a migration, find every PCI register and every region where stock has it."""

from __future__ import annotations

import re

import pytest

from vgpu.qemu import Qemu

SLOT = 5
CONFIG_SIZE = 256
BARS = (0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x30)
MEMORY_ENABLE = 3
VARIANTS = ('', ',page-per-vq=on', ',modern-pio-notify=on', ',vectors=0', ',max_outputs=16')


def config_address(offset: int) -> int:
    """What the configuration address port takes for a register of the device."""
    return 0x80000000 | SLOT << 11 | offset


def read_config(qemu: Qemu, offset: int) -> int:
    """A 32-bit register."""
    qemu.qtest.outl(0xcf8, config_address(offset))
    return qemu.qtest.inl(0xcfc)


def write_config(qemu: Qemu, offset: int, value: int) -> None:
    """Sets a 32-bit register."""
    qemu.qtest.outl(0xcf8, config_address(offset))
    qemu.qtest.outl(0xcfc, value)


def layout(modules, device: str, machine: str) -> tuple[list[int], list[int], list[str]]:
    """Registers, BAR sizes and regions of a device, its BARs placed one after the other."""
    with Qemu('-device', f'{device},addr={SLOT}', modules=modules, machine=machine) as qemu:
        registers = [read_config(qemu, offset) for offset in range(0, CONFIG_SIZE, 4)]
        sizes = []
        for offset in BARS:
            write_config(qemu, offset, 0xffffffff)
            sizes.append(read_config(qemu, offset))
        for number, offset in enumerate(BARS[:-1]):
            low = registers[offset // 4] & 1
            upper_half = number and registers[BARS[number - 1] // 4] & 7 == 4
            value = 0 if upper_half else 0xc000 + 0x100 * number if low else 0xe0000000 + number * 0x2000000
            write_config(qemu, offset, value)
        write_config(qemu, 4, MEMORY_ENABLE)
        tree = qemu.qmp.human('info mtree')
    words = r'virtio-(?:pci|vga|gpu)|vga|bochs|qemu extended|vbe'
    regions = {line.strip() for line in tree.splitlines() if re.search(words, line) and 'address-space' not in line}
    return registers, sizes, sorted(regions)


@pytest.mark.parametrize('machine', ('pc', 'q35'))
@pytest.mark.parametrize('properties', VARIANTS)
@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
def test_registers_bars_and_regions_are_where_stock_has_them(modules, stock, device, properties, machine):
    registers, sizes, regions = layout(modules, device + properties, machine)
    reference = layout(stock, device + properties, machine)
    assert registers == reference[0]
    assert sizes == reference[1]
    assert regions == reference[2]
    assert any('virtio-pci-notify' in line for line in regions)
