# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's RAM, mapped into the test: rings and pixels are written without a round trip."""

from __future__ import annotations

import mmap
import os
import struct

PAGE = 4096
FIRST_FREE = 1 << 20


class OutOfGuestMemory(Exception):
    """The guest is too small for what the test allocates."""


class GuestMemory:
    """Guest RAM from address 0 up to the hole, with an allocator that only grows."""

    def __init__(self, fd: int, size: int):
        self.size = size
        self.map = mmap.mmap(fd, size)
        self.view = memoryview(self.map)
        self._next = FIRST_FREE

    @classmethod
    def of_process(cls, pid: int, name: str, size: int) -> 'GuestMemory':
        """Maps the memory-backend-memfd of another process."""
        for entry in os.scandir(f'/proc/{pid}/fd'):
            if f'memfd:{name}' in os.readlink(entry.path):
                fd = os.open(entry.path, os.O_RDWR)
                try:
                    return cls(fd, size)
                finally:
                    os.close(fd)
        raise RuntimeError(f'process {pid} has no memfd {name}')

    def alloc(self, size: int, align: int = 16) -> int:
        """Takes `size` bytes and returns their guest address."""
        address = (self._next + align - 1) // align * align
        if address + size > self.size:
            raise OutOfGuestMemory(f'{size} bytes at {address:#x} of {self.size:#x}')
        self._next = address + size
        return address

    def alloc_pages(self, count: int) -> int:
        """Takes whole pages and returns their guest address."""
        return self.alloc(count * PAGE, PAGE)

    def position(self) -> int:
        """Where the allocator stands; for `rewind`."""
        return self._next

    def rewind(self, position: int) -> None:
        """Gives back everything that was allocated since `position`."""
        self._next = position

    def store(self, data: bytes, align: int = 16) -> int:
        """Allocates room for `data`, copies it there and returns the guest address."""
        address = self.alloc(len(data), align)
        self.write(address, data)
        return address

    def write(self, address: int, data: bytes) -> None:
        """Copies bytes to a guest address."""
        self.view[address:address + len(data)] = data

    def read(self, address: int, size: int) -> bytes:
        """Copies bytes from a guest address."""
        return bytes(self.view[address:address + size])

    def fill(self, address: int, size: int, byte: int) -> None:
        """Sets a range of bytes."""
        self.view[address:address + size] = bytes([byte]) * size

    def pack(self, address: int, layout: str, *values: int) -> None:
        """Writes a struct of the given little-endian layout."""
        struct.pack_into('<' + layout, self.map, address, *values)

    def unpack(self, address: int, layout: str) -> tuple[int, ...]:
        """Reads a struct of the given little-endian layout."""
        return struct.unpack_from('<' + layout, self.map, address)
