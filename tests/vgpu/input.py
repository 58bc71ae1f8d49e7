# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's driver of a virtio input device, and the codes of its events."""

from __future__ import annotations

import struct

from .memory import GuestMemory
from .pci import PciBus
from .virtio import VENDOR, VirtioPci
from .virtqueue import Request
from .wait import ticks

VIRTIO_INPUT = 0x1052
BUFFERS = 60

EV_SYN, EV_KEY, EV_REL, EV_ABS = range(4)
X, Y = 0, 1
REL_WHEEL = 8
BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA = range(0x110, 0x115)
ABS_MAX = 0x7fff

Event = tuple[int, int, int]


class InputDevice:
    """One device: a keyboard, a mouse or a tablet."""

    def __init__(self, bus: PciBus, memory: GuestMemory):
        """The first one on a bus that the drivers of all devices share."""
        pci = bus.find(VENDOR, VIRTIO_INPUT)
        pci.enable()
        self.virtio = VirtioPci(pci, memory)
        self.virtio.start(0, 2)
        self.queue = self.virtio.queues[0]
        self._waiting: list[Request] = []
        self._position = [-1, -1]
        self._refill()

    def _refill(self) -> None:
        while len(self._waiting) < BUFFERS:
            self._waiting.append(self.queue.add(room=(8,)))
        self.queue.kick()

    def events(self) -> list[Event]:
        """The (type, code, value) triples that have come, without the ends of groups."""
        self.queue.settle(5)
        found = []
        while self._waiting and self._waiting[0].done:
            found.append(struct.unpack('<HHi', self._waiting.pop(0).response()))
        if found:
            self._refill()
        return [event for event in found if event[0] != EV_SYN]

    def take(self, count: int, timeout: float = 15) -> list[Event]:
        """Waits for a number of events."""
        found: list[Event] = []
        for _ in ticks(timeout):
            found += self.events()
            if len(found) >= count:
                break
        return found

    def expect(self, *expected: Event) -> None:
        """Waits for events, these and in this order, and a moment for any that are too many."""
        found = self.take(len(expected)) + self.events()
        assert found == list(expected), f'{found} instead of {list(expected)}'

    def position(self) -> tuple[int, int]:
        """Takes all events; returns the last absolute position of all, -1 where there was none."""
        for kind, code, value in self.events():
            if kind == EV_ABS:
                self._position[code] = value
        return self._position[X], self._position[Y]

    def expect_position(self, expected: tuple[int, int], size: tuple[int, int], timeout: float = 15) -> None:
        """Waits until the position is a pixel of a picture, as guests find it that round down."""
        pixel = (-1, -1)
        for _ in ticks(timeout):
            x, y = self.position()
            pixel = x * size[0] // ABS_MAX, y * size[1] // ABS_MAX
            if pixel == expected:
                return
        raise AssertionError(f'the pointer is at {pixel}, not at {expected}')

    def moved_by(self, wanted: tuple[int, int], timeout: float = 15) -> tuple[int, int]:
        """Adds relative motions up until they have reached what is wanted, or the time is over."""
        total = [0, 0]
        for _ in ticks(timeout):
            for kind, code, value in self.events():
                if kind == EV_REL and code in (X, Y):
                    total[code] += value
            if tuple(total) == wanted:
                break
        return total[X], total[Y]
