# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's side of the clipboard: a SPICE agent that speaks to QEMU through a serial port."""

from __future__ import annotations

import struct
from typing import Any

from .qtest import Qtest
from .wait import wait_for

UART = 0x3f8
LINE_CONTROL, LINE_STATUS = UART + 3, UART + 5
HAS_INPUT, TAKES_OUTPUT = 0x01, 0x20
DIVISOR_ACCESS, EIGHT_BITS = 0x80, 0x03

PORT_CLIENT = 1
PROTOCOL = 1
CLIPBOARD, ANNOUNCE, GRAB, REQUEST, RELEASE = 4, 6, 7, 8, 9
CAP_BY_DEMAND, CAP_SELECTION, CAP_GRAB_SERIAL = 5, 6, 17
UTF8_TEXT = 1
HEADER = struct.Struct('<IIQI')

ARGUMENTS = ['-chardev', 'qemu-vdagent,id=agent,clipboard=on', '-device', 'isa-serial,chardev=agent']


class VdAgent:
    """One agent, on the first serial port."""

    def __init__(self, qtest: Qtest, counts: bool = True):
        """counts says whether it numbers what it announces, as newer agents do."""
        self.qtest = qtest
        self.counts = counts
        qtest.outb(LINE_CONTROL, DIVISOR_ACCESS | EIGHT_BITS)
        qtest.outb(UART, 1)
        qtest.outb(LINE_CONTROL, EIGHT_BITS)
        self.serial = 0
        capabilities = 1 << CAP_BY_DEMAND | 1 << CAP_SELECTION | counts << CAP_GRAB_SERIAL
        self.send(ANNOUNCE, struct.pack('<II', 1, capabilities))
        self.expect(ANNOUNCE)

    def send(self, kind: int, data: bytes) -> None:
        """Sends a message."""
        message = HEADER.pack(PROTOCOL, kind, 0, len(data)) + data
        for byte in struct.pack('<II', PORT_CLIENT, len(message)) + message:
            wait_for(lambda: self.qtest.inb(LINE_STATUS) & TAKES_OUTPUT, 'the serial port')
            self.qtest.outb(UART, byte)

    def expect(self, kind: int) -> bytes:
        """Takes messages until one of a kind comes; returns its data."""
        while True:
            found, data = self._message()
            if found == GRAB and self.counts:
                self.serial = struct.unpack_from('<I', data, 4)[0] + 1
            if found == kind:
                return data

    def _message(self) -> tuple[int, bytes]:
        """The next message's kind and data, however many pieces it comes in."""
        message, whole = b'', HEADER.size
        while len(message) < whole:
            message += self._take_bytes(self._take('<II')[1])
            _, kind, _, size = HEADER.unpack_from(message)
            whole = HEADER.size + size
        return kind, message[HEADER.size:]

    def grab(self, selection: int = 0) -> None:
        """Says that the guest has text."""
        serial = struct.pack('<I', self.serial) if self.counts else b''
        self.send(GRAB, struct.pack('<B3x', selection) + serial + struct.pack('<I', UTF8_TEXT))
        self.serial += 1

    def give(self, text: bytes, selection: int = 0) -> None:
        """Hands over the text that was asked for."""
        self.send(CLIPBOARD, struct.pack('<B3xI', selection, UTF8_TEXT) + text)

    def release(self, selection: int = 0) -> None:
        """Says that the guest has nothing any more."""
        self.send(RELEASE, struct.pack('<B3x', selection))

    def paste(self, selection: int = 0) -> bytes:
        """Asks for the text of the other side."""
        self.ask(selection)
        return self.expect(CLIPBOARD)[8:]

    def ask(self, selection: int = 0) -> None:
        """Asks for the text, without waiting for it."""
        self.send(REQUEST, struct.pack('<B3xI', selection, UTF8_TEXT))

    def _take(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack(layout, self._take_bytes(struct.calcsize(layout)))

    def _take_bytes(self, count: int) -> bytes:
        data = bytearray()
        for _ in range(count):
            wait_for(lambda: self.qtest.inb(LINE_STATUS) & HAS_INPUT, 'the agent')
            data.append(self.qtest.inb(UART))
        return bytes(data)
