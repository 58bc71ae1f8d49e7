# SPDX-License-Identifier: GPL-2.0-or-later
"""What /proc tells of a process: memory and CPU time."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from .wait import wait_for


@dataclass(frozen=True)
class CpuTime:
    """Nanoseconds on a CPU."""

    main: int       # the main thread
    total: int      # the whole process, threads that have ended included

    def __sub__(self, other: 'CpuTime') -> 'CpuTime':
        return CpuTime(self.main - other.main, self.total - other.total)


def process_clock(pid: int) -> int:
    """The clock id of a process's CPU time, as clock_getcpuclockid() makes it."""
    return ~pid << 3 | 2


def cpu_time(pid: int) -> CpuTime:
    """The CPU time of a process so far, to the nanosecond."""
    main = int(Path(f'/proc/{pid}/task/{pid}/schedstat').read_text().split()[0])
    return CpuTime(main, time.clock_gettime_ns(process_clock(pid)))


def sleeps_of(pid: int) -> int:
    """How often the main thread has gone to sleep, and thus has been woken."""
    status = Path(f'/proc/{pid}/status').read_text()
    return int(re.search(r'^voluntary_ctxt_switches:\s+(\d+)', status, re.M)[1])


def wait_at_work(pid: int, seconds: float) -> None:
    """Waits until threads other than the main one have worked for so long from now on."""
    before = cpu_time(pid)

    def worked() -> bool:
        more = cpu_time(pid) - before
        return more.total - more.main >= seconds * 1e9
    wait_for(worked, f'{seconds} s of work', 60)


@dataclass(frozen=True)
class MemoryUse:
    """Bytes of memory a process holds."""

    rss: int
    pss: int
    private: int    # of its own, without the guest's RAM


def memory_use(pid: int) -> MemoryUse:
    """Reads the summed maps of a process."""
    text = Path(f'/proc/{pid}/smaps_rollup').read_text()

    def field(name: str) -> int:
        return int(re.search(rf'^{name}:\s+(\d+) kB', text, re.M)[1]) << 10
    return MemoryUse(field('Rss'), field('Pss'), field('Anonymous'))


def mapping_count(pid: int) -> int:
    """How many memory mappings a process has."""
    return Path(f'/proc/{pid}/maps').read_text().count('\n')
