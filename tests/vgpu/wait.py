# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for what other processes do."""

from __future__ import annotations

import time
from typing import Any, Callable, Iterator


def ticks(timeout: float) -> Iterator[None]:
    """Comes back every few milliseconds until the time is over."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        yield
        time.sleep(0.005)


def wait_for(condition: Callable[[], Any], what: str, timeout: float = 15) -> Any:
    """Waits until a condition holds, and returns its value."""
    for _ in ticks(timeout):
        value = condition()
        if value:
            return value
    raise TimeoutError(f'waited {timeout} s for {what}')
