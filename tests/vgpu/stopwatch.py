# SPDX-License-Identifier: GPL-2.0-or-later
"""Time that a machine's QEMU takes for itself."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path
from typing import Any

from .procfs import cpu_time
from .qemu import Qemu


def busy_time() -> float:
    """Seconds that all CPUs have been at work."""
    user, nice, system = Path('/proc/stat').read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf('SC_CLK_TCK')


class Stopwatch:
    """Fails when what is done inside takes longer than it may; what others took of the CPUs does not count."""

    def __init__(self, qemu: Qemu, limit: float):
        """limit is in seconds."""
        self.qemu, self.limit = qemu, limit

    def _cpu_time(self) -> float:
        """Seconds of QEMU's, since anything, also when it has ended."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        running = cpu_time(self.qemu.pid).total / 1e9 if self.qemu.process.poll() is None else 0
        return ended.ru_utime + ended.ru_stime + running

    def __enter__(self) -> None:
        self.cpu, self.busy, self.started = self._cpu_time(), busy_time(), time.perf_counter()

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        elapsed = time.perf_counter() - self.started
        others = busy_time() - self.busy - (self._cpu_time() - self.cpu)
        assert kind or elapsed - max(others, 0) / os.cpu_count() < self.limit
