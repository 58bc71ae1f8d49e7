# SPDX-License-Identifier: GPL-2.0-or-later
"""One side of a comparison: a QEMU process with its device, and requests that are ready to be sent.

Waiting is done by looking at the used ring in shared memory, never through QEMU: only the kick itself
costs QEMU anything, and that cost is measured and taken off.
"""

from __future__ import annotations

import gc
import os
import statistics
import time
from dataclasses import dataclass
from typing import Callable, Sequence

from vgpu import wire
from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.procfs import CpuTime, cpu_time
from vgpu.qemu import Qemu
from vgpu.virtqueue import VirtQueue

MEMORY_MIB = 512
SPIN_SECONDS = 200e-6
POLL_SECONDS = 50e-6
TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Cost:
    """What something took: nanoseconds on the main thread's CPU, on all CPUs, and by the clock."""

    main: float
    total: float
    wall: float

    def __sub__(self, other: 'Cost') -> 'Cost':
        return Cost(self.main - other.main, self.total - other.total, self.wall - other.wall)

    def per(self, count: int) -> 'Cost':
        """The cost of one of `count`."""
        return Cost(self.main / count, self.total / count, self.wall / count)


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each kind of cost by itself."""
    return Cost(statistics.median(cost.main for cost in costs),
                statistics.median(cost.total for cost in costs),
                statistics.median(cost.wall for cost in costs))


class Side:
    """A started device of one kind of modules."""

    def __init__(self, name: str, modules: Modules, properties: str = '', ring: int | None = None):
        self.name = name
        self.qemu = Qemu('-device', f'virtio-gpu-pci,id=gpu0{properties}', modules=modules, memory=MEMORY_MIB)
        self.gpu = Gpu(self.qemu, device='gpu0')
        self.qemu.check_modules()
        self.gpu.start(size=ring)

    def close(self) -> None:
        """Ends the process."""
        self.qemu.quit()

    def pin(self, cpu: int) -> None:
        """Keeps QEMU's main thread on one CPU."""
        os.sched_setaffinity(self.qemu.pid, {cpu})

    def cpu(self) -> CpuTime:
        """CPU time of the process so far."""
        return cpu_time(self.qemu.pid)


class Batch:
    """Requests that are laid out once and offered again and again with a single kick.

    The control queue belongs to the batch while it lives: its descriptors and the available ring are
    filled beforehand, so that sending is one store and one kick. `step` requests go with one kick, in
    turns, where it is not all of them.
    """

    def __init__(self, side: Side, commands: Sequence[bytes], tails: Sequence[bytes] = (),
                 step: int | None = None):
        self.side = side
        self.step = step or len(commands)
        self.queue: VirtQueue = side.gpu.control
        self.memory = side.gpu.memory
        self.count = len(commands)
        self.room = self.memory.alloc(wire.HEADER.size * self.count)
        self._requests = [self._lay_out(number, command, tails[number] if tails else b'')
                          for number, command in enumerate(commands)]

    def _lay_out(self, number: int, command: bytes, tail: bytes) -> list[tuple[int, int, bool]]:
        segments = [(self.memory.store(command), len(command), False)]
        if tail:
            segments.append((self.memory.store(tail), len(tail), False))
        segments.append((self.room + wire.HEADER.size * number, wire.HEADER.size, True))
        return segments

    def arm(self) -> None:
        """Writes the descriptors and fills the available ring with their heads."""
        index = 0
        heads = []
        for segments in self._requests:
            heads.append(index)
            for position, (address, length, writable) in enumerate(segments):
                last = position == len(segments) - 1
                flags = (2 if writable else 0) | (0 if last else 1)
                self.memory.pack(self.queue.desc + 16 * index, 'QIHH', address, length, flags,
                                 0 if last else index + 1)
                index += 1
        if index > self.queue.size or self.queue.size % self.count:
            raise ValueError(f'{self.count} requests of {index} descriptors in a ring of {self.queue.size}')
        start = self.queue.avail_index
        for slot in range(self.queue.size):
            head = heads[(slot - start) % self.queue.size % self.count]
            self.memory.pack(self.queue.avail + 4 + 2 * slot, 'H', head)

    def send(self) -> None:
        """Offers everything, or the next step of it, and waits until all of that is back."""
        queue, memory = self.queue, self.memory
        queue.avail_index = (queue.avail_index + self.step) & 0xffff
        memory.pack(queue.avail + 2, 'H', queue.avail_index)
        queue.kick()
        self.wait()

    def wait(self) -> None:
        """Waits until the device has returned all that was offered."""
        queue, memory = self.queue, self.memory
        started = time.monotonic()
        while memory.unpack(queue.used + 2, 'H')[0] != queue.avail_index:
            waited = time.monotonic() - started
            if waited < SPIN_SECONDS:
                os.sched_yield()
            elif waited < TIMEOUT_SECONDS:
                time.sleep(max(POLL_SECONDS, waited / 8))
            else:
                raise TimeoutError('the device does not answer')
        queue.used_index = queue.avail_index

    def check(self, expected: int = wire.Resp.OK_NODATA) -> None:
        """Fails unless every answer is the expected one."""
        for number in range(self.count):
            found, = self.memory.unpack(self.room + wire.HEADER.size * number, 'I')
            if found != expected:
                raise RuntimeError(f'{self.side.name}: answer {found:#x}')

    def measure(self, times: int) -> Cost:
        """The cost of sending everything `times` times."""
        cost = measure_calls(self.side, self.send, times)
        self.check()
        return cost


def measure_empty_kicks(side: Side, times: int) -> Cost:
    """The cost of `times` kicks of an empty control queue."""
    return measure_calls(side, side.gpu.control.kick, times)


def measure_calls(side: Side, call: Callable[[], None], times: int) -> Cost:
    """What calls cost the device: `times` what the median call costs.

    The sum would also hold what other work of the machine does to some of the calls.
    """
    costs = []
    gc.disable()
    try:
        for _ in range(times):
            before = side.cpu()
            started = time.perf_counter_ns()
            call()
            wall = time.perf_counter_ns() - started
            used = side.cpu() - before
            costs.append(Cost(used.main, used.total, wall))
    finally:
        gc.enable()
    found = median(costs)
    return Cost(found.main * times, found.total * times, found.wall * times)
