# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian guest in QEMU whose shell is driven over its serial port."""

from __future__ import annotations

import re
import select
import socket
import subprocess
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy

from .modules import Modules
from .qemu import Qemu, QemuFailed
from .screendump import parse_ppm

SCRIPTS = Path(__file__).resolve().parents[1] / 'guest'
PROMPT_FREE = 'stty -echo'
READY = re.compile(r'guest: ready')
CODE_PLACE = 12     # middle of the first of the cells that hold a frame's number, highest bit first
CODE_CELL = 8       # pixels


@lru_cache
def guest_folder(gl: bool = False) -> Path:
    """Where the guest, or the one with GL, is kept; it is made if need be."""
    run = subprocess.run([SCRIPTS / ('build-gl' if gl else 'build')], check=True, stdout=subprocess.PIPE, text=True)
    return Path(run.stdout.splitlines()[0])


@lru_cache(maxsize=64)
def demo_picture(width: int, height: int, frame: int, ground: int | None = None, head: int = 0) -> numpy.ndarray:
    """What kms-demo shows in a frame: computed on the host by the code that draws it in the guest."""
    ground = frame if ground is None else ground
    run = subprocess.run([guest_folder() / 'pattern-dump', *map(str, (width, height, frame, ground, head))],
                         check=True, stdout=subprocess.PIPE)
    return parse_ppm(run.stdout)


def demo_frame(picture: numpy.ndarray) -> int:
    """The number that one of kms-demo's frames bears."""
    cells = picture[CODE_PLACE, CODE_PLACE:CODE_PLACE + 32 * CODE_CELL:CODE_CELL, 0] >= 128
    return int(''.join(map(str, cells.astype(int))), 2)


class Guest:
    """A booting or booted guest. Use it as a context manager, like the QEMU in it."""

    def __init__(self, *args: str, modules: Modules = Modules(), job: str = '', memory: float = 512, gl: bool = False,
                 **options: Any):
        """Starts QEMU with the guest's kernel and `args`; job runs in place of the shell."""
        folder = guest_folder(gl)
        self._serial, peer = socket.socketpair()
        self._text = ''
        # An emulated timer may be late on a busy machine, which the kernel would take for a broken one.
        command_line = 'console=ttyS0 quiet panic=-1 no_timer_check'
        if job:
            command_line += ' vgpu.job=' + job.replace(' ', ',')
        disk = ('-drive', f'file={folder / "usr.img"},format=raw,if=none,id=usr,readonly=on',
                '-device', 'virtio-blk-pci,drive=usr') if gl else ()
        with peer:
            self.qemu = Qemu('-chardev', f'socket,id=serial,fd={peer.fileno()}', '-serial', 'chardev:serial',
                             '-kernel', str(folder / 'vmlinuz'), '-initrd', str(folder / 'initrd.gz'),
                             '-append', command_line, *disk, *args, modules=modules, memory=memory, firmware=True,
                             pass_fds=[peer.fileno()], **options)

    def __enter__(self) -> 'Guest':
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        self.qemu.__exit__(kind, value, traceback)
        self._serial.close()

    def read(self, timeout: float) -> str:
        """More text of the serial port, or '' when none comes in time."""
        if not select.select([self._serial], [], [], timeout)[0]:
            return ''
        data = self._serial.recv(65536)
        if not data:
            raise QemuFailed(f'the serial port is closed; QEMU wrote:\n{self.qemu.stderr()}')
        return data.decode(errors='replace').replace('\r', '')

    def wait_for(self, pattern: str | re.Pattern[str], timeout: float = 60) -> re.Match[str]:
        """Waits until the serial port has said something; what came before it is dropped."""
        deadline = time.monotonic() + timeout
        while True:
            found = re.search(pattern, self._text)
            if found:
                self._text = self._text[found.end():]
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f'the guest did not say {pattern!r} in {timeout} s, but:\n{self._text}')
            self._text += self.read(left)

    def boot(self, timeout: float = 120) -> 'Guest':
        """Waits until the shell is there."""
        self.wait_for(READY, timeout)
        self.send(PROMPT_FREE)
        self.run('true')
        return self

    def send(self, line: str) -> None:
        """Types a line."""
        self._serial.sendall(line.encode() + b'\n')

    def run(self, command: str, timeout: float = 60, status: int = 0) -> str:
        """Runs a command and returns what it prints; it must end with `status`."""
        self.send(f'echo begin-$((6*7)); {command}; echo end-$?-$((6*7))')
        self.wait_for('begin-42\n', timeout)
        deadline = time.monotonic() + timeout
        while True:
            found = re.search(r'end-(\d+)-42\n', self._text)
            if found:
                break
            if time.monotonic() > deadline:
                raise TimeoutError(f'{command!r} did not end in {timeout} s:\n{self._text}')
            self._text += self.read(1)
        text, self._text = self._text[:found.start()], self._text[found.end():]
        if int(found.group(1)) != status:
            raise RuntimeError(f'{command!r} ended with status {found.group(1)}:\n{text}')
        return text
