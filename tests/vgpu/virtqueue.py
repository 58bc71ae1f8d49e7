# SPDX-License-Identifier: GPL-2.0-or-later
"""A split virtqueue in shared guest memory.

The queue checks the device while it waits: a used entry that nobody is waiting for, and an element that
is answered twice, are errors of the device and raise.
"""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Sequence

if TYPE_CHECKING:
    from .virtio import VirtioPci

DESC_NEXT = 1
DESC_WRITE = 2
DESC_INDIRECT = 4
DESC_SIZE = 16

FILLER = 0xaa
ARENA_SIZE = 1 << 20
REGISTER_READS = 4


class DeviceMisbehaved(AssertionError):
    """The device broke a rule of the ring."""


@dataclass(frozen=True)
class Segment:
    """One buffer of a chain."""

    address: int
    length: int
    writable: bool = False


@dataclass
class Request:
    """One element that was given to the device."""

    queue: 'VirtQueue'
    head: int
    descriptors: list[int]
    segments: Sequence[Segment]
    used_length: int | None = field(default=None)

    @property
    def done(self) -> bool:
        """Whether the device has returned it."""
        return self.used_length is not None

    def response(self) -> bytes:
        """What the writable segments hold."""
        memory = self.queue.memory
        return b''.join(memory.read(s.address, s.length) for s in self.segments if s.writable)


class VirtQueue:
    """The driver's side of one queue."""

    def __init__(self, device: 'VirtioPci', index: int, size: int, notify_off: int):
        self.device = device
        self.memory = device.memory
        self.index = index
        self.size = size
        self.notify_off = notify_off
        self.desc = self.memory.alloc(DESC_SIZE * size, 4096)
        self.avail = self.memory.alloc(6 + 2 * size, 4096)
        self.used = self.memory.alloc(6 + 8 * size, 4096)
        self._arena = self.memory.alloc(ARENA_SIZE, 4096)
        for address, length in ((self.desc, DESC_SIZE * size), (self.avail, 6 + 2 * size),
                                (self.used, 6 + 8 * size)):
            self.memory.fill(address, length, 0)
        self._arena_used = 0
        self._free = list(range(size))
        self._requests: dict[int, Request] = {}
        self.avail_index = 0
        self.used_index = 0

    def moved(self, device: 'VirtioPci') -> 'VirtQueue':
        """The same ring for a device that has migrated; nothing may be outstanding."""
        if self._requests:
            raise RuntimeError('requests are outstanding')
        queue = copy.copy(self)
        queue.device = device
        queue.memory = device.memory
        queue._free = list(self._free)
        queue._requests = {}
        return queue

    @property
    def free_descriptors(self) -> int:
        """How many descriptors a chain could use now."""
        return len(self._free)

    @property
    def outstanding(self) -> list[Request]:
        """Requests that the device still has."""
        return list(self._requests.values())

    def scratch(self, size: int) -> int:
        """Room for a buffer of a request that will soon be over; small ones are recycled."""
        size = (size + 15) & ~15
        if size > ARENA_SIZE // 4:
            return self.memory.alloc(size)
        if self._arena_used + size > ARENA_SIZE:
            self._arena_used = 0
        address = self._arena + self._arena_used
        self._arena_used += size
        return address

    def add(self, out: Sequence[bytes] = (), room: Sequence[int] = (), indirect: bool = False) -> Request:
        """Queues a request of `out` buffers, then writable ones of `room` bytes filled with FILLER."""
        segments = []
        for data in out:
            address = self.scratch(len(data))
            self.memory.write(address, data)
            segments.append(Segment(address, len(data)))
        for length in room:
            address = self.scratch(length)
            self.memory.fill(address, length, FILLER)
            segments.append(Segment(address, length, True))
        return self.add_segments(segments, indirect)

    def add_segments(self, segments: Sequence[Segment], indirect: bool = False) -> Request:
        """Queues a chain of segments that already lie in guest memory, or anywhere."""
        if indirect:
            table = self.scratch(DESC_SIZE * len(segments))
            self._write_chain(table, range(len(segments)), segments)
            indices = [self._free.pop(0)]
            self.memory.pack(self.desc + DESC_SIZE * indices[0], 'QIHH', table,
                             DESC_SIZE * len(segments), DESC_INDIRECT, 0)
        else:
            indices = [self._free.pop(0) for _ in segments]
            self._write_chain(self.desc, indices, segments)
        request = Request(self, indices[0], indices, segments)
        self._requests[request.head] = request
        self.offer(request.head)
        return request

    def _write_chain(self, table: int, indices: Sequence[int], segments: Sequence[Segment]) -> None:
        for position, (index, segment) in enumerate(zip(indices, segments)):
            last = position == len(segments) - 1
            flags = (DESC_WRITE if segment.writable else 0) | (0 if last else DESC_NEXT)
            self.memory.pack(table + DESC_SIZE * index, 'QIHH', segment.address, segment.length,
                             flags, 0 if last else indices[position + 1])

    def offer(self, head: int) -> None:
        """Puts the index of a descriptor into the available ring."""
        self.memory.pack(self.avail + 4 + 2 * (self.avail_index % self.size), 'H', head)
        self.avail_index = (self.avail_index + 1) & 0xffff
        self.memory.pack(self.avail + 2, 'H', self.avail_index)

    def kick(self) -> None:
        """Tells the device that there is something to do."""
        self.device.notify(self)

    def collect(self) -> list[Request]:
        """Takes back what the device has returned since the last call."""
        (device_index,) = self.memory.unpack(self.used + 2, 'H')
        done = []
        while self.used_index != device_index:
            head, length = self.memory.unpack(self.used + 4 + 8 * (self.used_index % self.size), 'II')
            self.used_index = (self.used_index + 1) & 0xffff
            request = self._requests.pop(head, None)
            if request is None:
                raise DeviceMisbehaved(f'queue {self.index}: element {head} returned, nobody waits for it')
            request.used_length = length
            self._free += request.descriptors
            done.append(request)
        return done

    def wait(self, *requests: Request, timeout: float = 20) -> None:
        """Waits until the requests, or all if none is given, are back."""
        waited = requests or tuple(self._requests.values())
        deadline = time.monotonic() + timeout
        attempt = 0
        while True:
            self.collect()
            if all(request.done for request in waited):
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f'queue {self.index}: no answer in {timeout} s')
            self._pause(attempt)
            attempt += 1

    def _pause(self, attempt: int) -> None:
        """Lets QEMU work: register reads give its main loop a turn each, then sleeping costs less."""
        if attempt < REGISTER_READS:
            self.device.get('device_status')
        else:
            time.sleep(min(0.0001 * attempt, 0.002))

    def settle(self, turns: int = 20) -> list[Request]:
        """Gives the device time to do what it should not do; returns what came back."""
        done = []
        for _ in range(turns):
            self.device.get('device_status')
            done += self.collect()
        return done
