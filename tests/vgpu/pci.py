# SPDX-License-Identifier: GPL-2.0-or-later
"""PCI as a firmware sees it: configuration space, capabilities, BARs, bridges."""

from __future__ import annotations

from typing import Iterator

from .qtest import Qtest

CONFIG_ADDRESS = 0xcf8
CONFIG_DATA = 0xcfc
WINDOW_START = 0xe0000000
HUGE_WINDOW_START = 1 << 36

VENDOR_ID = 0x00
DEVICE_ID = 0x02
COMMAND = 0x04
CLASS_DEVICE = 0x0a
HEADER_TYPE = 0x0e
BAR0 = 0x10
SUBSYSTEM_ID = 0x2e
CAPABILITY_LIST = 0x34
PRIMARY_BUS = 0x18
MEMORY_BASE = 0x20
PREF_MEMORY_BASE = 0x24

COMMAND_IO = 1
COMMAND_MEMORY = 2
COMMAND_MASTER = 4

CAP_ID_VENDOR = 0x09
CAP_ID_MSIX = 0x11

BAR_IO = 1
BAR_64BIT = 4


class PciBus:
    """All functions of the machine, and the address window that BARs are placed in."""

    def __init__(self, qtest: Qtest):
        self.qtest = qtest
        self._next_memory = WINDOW_START
        self._next_io = 0xc000
        self._next_bus = 1

    def read(self, bus: int, devfn: int, offset: int, size: int = 4) -> int:
        """Reads 1, 2 or 4 bytes of configuration space."""
        self._select(bus, devfn, offset)
        port = CONFIG_DATA + (offset & 3)
        return {1: self.qtest.inb, 2: self.qtest.inw, 4: self.qtest.inl}[size](port)

    def write(self, bus: int, devfn: int, offset: int, value: int, size: int = 4) -> None:
        """Writes 1, 2 or 4 bytes of configuration space."""
        self._select(bus, devfn, offset)
        port = CONFIG_DATA + (offset & 3)
        {1: self.qtest.outb, 2: self.qtest.outw, 4: self.qtest.outl}[size](port, value)

    def _select(self, bus: int, devfn: int, offset: int) -> None:
        self.qtest.outl(CONFIG_ADDRESS, 1 << 31 | bus << 16 | devfn << 8 | offset & 0xfc)

    def take_memory(self, size: int) -> int:
        """An address for a memory BAR of `size` bytes."""
        address = (self._next_memory + size - 1) // size * size
        self._next_memory = address + size
        return address

    def take_io(self, size: int) -> int:
        """An address for an I/O BAR of `size` bytes."""
        address = (self._next_io + size - 1) // size * size
        self._next_io = address + size
        return address

    def open_bridge(self, devfn: int, window: int = 64 << 20) -> int:
        """Gives a bridge of bus 0 a bus number and a memory window; returns the bus behind it."""
        bus = self._next_bus
        self._next_bus += 1
        base = self.take_memory(window)
        limit = base + window - 1
        self.write(0, devfn, PRIMARY_BUS, bus << 16 | bus << 8)
        self.write(0, devfn, MEMORY_BASE, (limit >> 20 << 4) << 16 | base >> 20 << 4)
        self.write(0, devfn, PREF_MEMORY_BASE, 0x0000fff0)
        self.write(0, devfn, COMMAND, COMMAND_MEMORY | COMMAND_MASTER, 2)
        self._next_memory = base
        return bus

    def find(self, vendor: int, device: int, bus: int = 0) -> 'PciDevice':
        """The first function with these ids on a bus."""
        for devfn in range(0, 256, 8):
            if self.read(bus, devfn, VENDOR_ID) == device << 16 | vendor:
                return PciDevice(self, bus, devfn)
        raise LookupError(f'no PCI device {vendor:04x}:{device:04x} on bus {bus}')


class PciDevice:
    """One function of a bus."""

    def __init__(self, pci: PciBus, bus: int, devfn: int):
        self.pci = pci
        self.bus = bus
        self.devfn = devfn
        self.bars: dict[int, int] = {}
        self.bar_sizes: dict[int, int] = {}

    def read(self, offset: int, size: int = 4) -> int:
        """Reads configuration space."""
        return self.pci.read(self.bus, self.devfn, offset, size)

    def write(self, offset: int, value: int, size: int = 4) -> None:
        """Writes configuration space."""
        self.pci.write(self.bus, self.devfn, offset, value, size)

    def enable(self) -> None:
        """Enables decoding and bus mastering; places all BARs unless a firmware has done so."""
        if self.read(COMMAND, 2) & COMMAND_MEMORY:
            self._adopt_bars()
        elif not self.bars:
            self._place_bars()
        for number, address in self.bars.items():
            self._write_bar(number, address)
        self.write(COMMAND, COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER, 2)

    def _write_bar(self, number: int, address: int) -> None:
        offset = BAR0 + 4 * number
        kind = self.read(offset)
        self.write(offset, address & 0xffffffff)
        if not kind & BAR_IO and kind & BAR_64BIT:
            self.write(offset + 4, address >> 32)

    def _adopt_bars(self) -> None:
        number = 0
        while number < 6:
            low = self.read(BAR0 + 4 * number)
            if not low & BAR_IO and low & BAR_64BIT:
                high = self.read(BAR0 + 4 * number + 4)
                self.bars[number] = high << 32 | low & ~15
                number += 1
            elif low:
                self.bars[number] = low & (~3 if low & BAR_IO else ~15)
            number += 1

    def _place_bars(self) -> None:
        number = 0
        while number < 6:
            number += self._place_bar(number)

    def _place_bar(self, number: int) -> int:
        """Sizes and places one BAR; returns how many registers it takes."""
        offset = BAR0 + 4 * number
        self.write(offset, 0xffffffff)
        mask = self.read(offset)
        if mask in (0, 0xffffffff):
            return 1
        if mask & ~15 == 0:
            return self._place_huge_bar(number)
        is_io = mask & BAR_IO
        size = -(mask & (~3 if is_io else ~15) | (0xffff0000 if is_io else 0)) & 0xffffffff
        self.bar_sizes[number] = size
        self.bars[number] = self.pci.take_io(size) if is_io else self.pci.take_memory(size)
        if not is_io and mask & BAR_64BIT:
            self.write(offset + 4, 0)
            return 2
        return 1

    def _place_huge_bar(self, number: int) -> int:
        """Places a BAR of 4 GiB or more, one of them."""
        self.write(BAR0 + 4 * number + 4, 0xffffffff)
        size = -(self.read(BAR0 + 4 * number + 4) << 32) & 0xffffffffffffffff
        self.bar_sizes[number] = size
        self.bars[number] = max(HUGE_WINDOW_START, size)
        return 2

    def capabilities(self) -> Iterator[tuple[int, int]]:
        """The (id, offset) pairs of the capability list."""
        offset = self.read(CAPABILITY_LIST, 1)
        while offset:
            word = self.read(offset, 2)
            yield word & 0xff, offset
            offset = word >> 8

    def bar_read(self, number: int, offset: int, size: int) -> int:
        """Reads a register of a memory BAR."""
        return self.pci.qtest.read(self.bars[number] + offset, size)

    def bar_write(self, number: int, offset: int, value: int, size: int) -> None:
        """Writes a register of a memory BAR."""
        self.pci.qtest.write(self.bars[number] + offset, value, size)
