# SPDX-License-Identifier: GPL-2.0-or-later
"""The qtest protocol: reads and writes of I/O ports and guest addresses by a socket."""

from __future__ import annotations

import base64
import socket
from typing import Callable


class Qtest:
    """A client of one qtest server; every call is one round trip."""

    def __init__(self, sock: socket.socket, closed: Callable[[], Exception], timeout: float = 60):
        """closed makes the exception to raise when QEMU has closed the connection."""
        self._sock = sock
        self._closed = closed
        self._sock.settimeout(timeout)
        self._buffer = b''

    def close(self) -> None:
        """Closes the connection."""
        self._sock.close()

    def command(self, text: str) -> str:
        """Sends one command and returns what follows OK in its answer."""
        try:
            self._sock.sendall(text.encode() + b'\n')
            while True:
                line = self._line()
                if not line.startswith('IRQ '):
                    break
        except (BrokenPipeError, ConnectionResetError) as error:
            raise self._closed() from error
        if not line.startswith('OK'):
            raise RuntimeError(f'qtest: {text!r} answered {line!r}')
        return line[2:].strip()

    def _line(self) -> str:
        while b'\n' not in self._buffer:
            data = self._sock.recv(1 << 20)
            if not data:
                raise self._closed()
            self._buffer += data
        line, self._buffer = self._buffer.split(b'\n', 1)
        return line.decode()

    def outl(self, port: int, value: int) -> None:
        """Writes 32 bits to an I/O port."""
        self.command(f'outl {port:#x} {value:#x}')

    def outw(self, port: int, value: int) -> None:
        """Writes 16 bits to an I/O port."""
        self.command(f'outw {port:#x} {value:#x}')

    def outb(self, port: int, value: int) -> None:
        """Writes 8 bits to an I/O port."""
        self.command(f'outb {port:#x} {value:#x}')

    def inl(self, port: int) -> int:
        """Reads 32 bits from an I/O port."""
        return int(self.command(f'inl {port:#x}'), 16)

    def inw(self, port: int) -> int:
        """Reads 16 bits from an I/O port."""
        return int(self.command(f'inw {port:#x}'), 16)

    def inb(self, port: int) -> int:
        """Reads 8 bits from an I/O port."""
        return int(self.command(f'inb {port:#x}'), 16)

    def write(self, address: int, value: int, size: int) -> None:
        """Writes `size` (1, 2, 4 or 8) bytes to a guest address."""
        self.command(f'write{"bwlq"[size.bit_length() - 1]} {address:#x} {value:#x}')

    def read(self, address: int, size: int) -> int:
        """Reads `size` (1, 2, 4 or 8) bytes from a guest address."""
        return int(self.command(f'read{"bwlq"[size.bit_length() - 1]} {address:#x}'), 16)

    def write_bytes(self, address: int, data: bytes) -> None:
        """Writes bytes to guest addresses that are not RAM."""
        encoded = base64.b64encode(data).decode()
        self.command(f'b64write {address:#x} {len(data):#x} {encoded}')

    def read_bytes(self, address: int, size: int) -> bytes:
        """Reads bytes from guest addresses that are not RAM."""
        return base64.b64decode(self.command(f'b64read {address:#x} {size:#x}'))
