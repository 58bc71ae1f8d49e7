# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for what other processes do."""

from __future__ import annotations

import time
from typing import Any, Callable, Iterator


def ticks(timeout: float, interval: float = 0.005) -> Iterator[None]:
    """Comes back after every interval, in seconds, until the time is over."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        yield
        time.sleep(interval)


def wait_for(condition: Callable[[], Any], what: str, timeout: float = 30, interval: float = 0.005) -> Any:
    """Waits until a condition holds, and returns its value."""
    for _ in ticks(timeout, interval):
        value = condition()
        if value:
            return value
    raise TimeoutError(f'waited {timeout} s for {what}')
