# SPDX-License-Identifier: GPL-2.0-or-later
"""The plain loop that a full-frame copy is compared with, built when it is needed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Sequence

SOURCE = Path(__file__).parent / 'plain_copy.c'


class PlainCopy:
    """A process that copies the very pages of a guest, in the order of a backing."""

    def __init__(self, qemu_pid: int, pages: Sequence[int]):
        self._folder = tempfile.TemporaryDirectory(prefix='vgpu-bench-')
        folder = Path(self._folder.name)
        program, listing = folder / 'plain-copy', folder / 'pages'
        subprocess.run(['gcc', '-std=gnu11', '-O2', '-o', str(program), str(SOURCE)], check=True)
        listing.write_text('\n'.join(map(str, pages)))
        self._process = subprocess.Popen([str(program), guest_memory_of(qemu_pid), str(listing)],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def measure(self, times: int) -> float:
        """Nanoseconds of CPU time of one copy, averaged over some."""
        self._process.stdin.write(f'{times}\n')
        self._process.stdin.flush()
        return int(self._process.stdout.readline()) / times

    def close(self) -> None:
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
        self._folder.cleanup()


def guest_memory_of(pid: int) -> str:
    """The memfd of a guest's RAM as a path."""
    for entry in os.scandir(f'/proc/{pid}/fd'):
        if 'memfd:memory-backend-memfd' in os.readlink(entry.path):
            return entry.path
    raise RuntimeError(f'process {pid} has no guest memory')
