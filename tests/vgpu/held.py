# SPDX-License-Identifier: GPL-2.0-or-later
"""Holding one thread of a process still: what waits for it then waits for ever, the rest goes on."""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path
from typing import Iterator

from .wait import wait_for

EXECUTOR = 'vgpu-executor'
PTRACE_DETACH = 17
PTRACE_SEIZE = 0x4206
PTRACE_INTERRUPT = 0x4207
WALL = 0x40000000     # threads as well


def thread_of(pid: int, name: str) -> int | None:
    """The id of a thread by its name."""
    for task in Path(f'/proc/{pid}/task').iterdir():
        if (task / 'comm').read_text().strip() == name:
            return int(task.name)
    return None


def _ptrace(request: int, thread: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = (ctypes.c_long(request), ctypes.c_long(thread), ctypes.c_void_p(), ctypes.c_void_p())
    if libc.ptrace(*arguments):
        raise OSError(ctypes.get_errno(), 'ptrace')


def _is_held(pid: int, thread: int) -> bool:
    stat = Path(f'/proc/{pid}/task/{thread}/stat').read_text()
    return stat.rpartition(')')[2].split()[0] == 't'


class HeldThread:
    """A thread that stands still until it is let go."""

    def __init__(self, pid: int, name: str):
        self.thread = wait_for(lambda: thread_of(pid, name), f'a thread {name}')
        _ptrace(PTRACE_SEIZE, self.thread)
        _ptrace(PTRACE_INTERRUPT, self.thread)
        self._ended = False
        wait_for(lambda: _is_held(pid, self.thread), f'{name} to stand still')

    def ended(self) -> bool:
        """Whether the process has ended; until somebody asks, it cannot go."""
        if not self._ended:
            found, status = os.waitpid(self.thread, os.WNOHANG | WALL)
            self._ended = bool(found) and not os.WIFSTOPPED(status)
        return self._ended

    def let_go(self) -> None:
        """Lets the thread go on, if it is still there."""
        if not self.ended():
            _ptrace(PTRACE_DETACH, self.thread)


@contextlib.contextmanager
def held(pid: int, name: str = EXECUTOR) -> Iterator[HeldThread]:
    """Holds the thread of that name, which must be there or come; the process may end meanwhile."""
    thread = HeldThread(pid, name)
    try:
        yield thread
    finally:
        thread.let_go()
