# SPDX-License-Identifier: GPL-2.0-or-later
"""A qemu-system-x86_64 process that is driven from outside: qtest, QMP and shared guest memory."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, Sequence

from .memory import GuestMemory
from .modules import DEVICE_MODULES, Modules
from .qmp import Qmp
from .qtest import Qtest

BINARY = 'qemu-system-x86_64'
MEMORY_ID = 'vgpu-ram'
SANITIZER_REPORT = re.compile(r'AddressSanitizer|runtime error:|UndefinedBehaviorSanitizer|LeakSanitizer')
HALT = bytes.fromhex('fa f4 eb fd')     # cli; hlt; jmp back


class QemuFailed(Exception):
    """QEMU ended although nobody asked it to, or left something ugly on its standard error."""


@lru_cache
def halt_firmware() -> Path:
    """A firmware image that halts at the reset vector, so that nobody moves the BARs."""
    image = bytearray(b'\xf4' * 0x10000)
    image[0xfff0:0xfff0 + len(HALT)] = HALT
    folder = tempfile.mkdtemp(prefix='vgpu-firmware-')
    path = Path(folder) / 'halt.bin'
    path.write_bytes(image)
    _remove_at_exit(path)
    return path


def _remove_at_exit(path: Path) -> None:
    import atexit

    def remove(owner: int = os.getpid()) -> None:
        if os.getpid() == owner:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
    atexit.register(remove)


class Qemu:
    """One process. Use it as a context manager: leaving asks it to quit and checks how it ended."""

    def __init__(self, *args: str, modules: Modules = Modules(), machine: str = 'pc',
                 memory: float = 64, display: str = 'none', firmware: bool = False,
                 env: dict[str, str] | None = None, pass_fds: Sequence[int] = (), terminal: int | None = None,
                 timeout: float = 60):
        """Starts QEMU with `args` after the usual ones.

        memory is in MiB; firmware True leaves SeaBIOS in place of the halting image; display '' adds no
        -display option; terminal is a descriptor for its standard input and output. timeout bounds every
        single answer.
        """
        self.modules = modules
        self.machine = machine
        self._memory_size = int(memory * (1 << 20))
        self._memory: GuestMemory | None = None
        self.expected_status = 0
        self.accounted = False
        self._stderr = tempfile.TemporaryFile()
        qtest, qtest_peer = socket.socketpair()
        qmp, qmp_peer = socket.socketpair()
        self.command_line = self._command_line(args, display, firmware, qtest_peer, qmp_peer)
        environment = modules.environment()
        environment.update(env or {})
        with qtest_peer, qmp_peer:
            self.process = subprocess.Popen(
                self.command_line, env=environment, stderr=self._stderr,
                stdin=subprocess.DEVNULL if terminal is None else terminal,
                stdout=self._stderr if terminal is None else terminal,
                pass_fds=[qtest_peer.fileno(), qmp_peer.fileno(), *pass_fds])
        self.qtest = Qtest(qtest, self._explain_end, timeout)
        self.qmp = Qmp(qmp, self._explain_end, timeout)

    def _command_line(self, args: Sequence[str], display: str, firmware: bool,
                      qtest: socket.socket, qmp: socket.socket) -> list[str]:
        size = f'{self._memory_size >> 10}K'
        line = [BINARY, '-accel', 'tcg,thread=single', '-nodefaults', '-m', size,
                '-machine', f'{self.machine},memory-backend={MEMORY_ID}',
                '-object', f'memory-backend-memfd,id={MEMORY_ID},size={size}',
                '-chardev', f'socket,id=vgpu-qtest,fd={qtest.fileno()}',
                '-object', 'qtest,id=vgpu-qtest,chardev=vgpu-qtest,log=none',
                '-chardev', f'socket,id=vgpu-qmp,fd={qmp.fileno()}',
                '-mon', 'chardev=vgpu-qmp,mode=control']
        if not firmware:
            line += ['-bios', str(halt_firmware())]
        if display:
            line += ['-display', display]
        return line + list(args)

    def __enter__(self) -> 'Qemu':
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> None:
        if kind is None:
            self.quit()
        else:
            self.kill()

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    @property
    def memory(self) -> GuestMemory:
        """The guest's RAM; the first use waits until the machine exists."""
        if self._memory is None:
            self.qtest.inb(0x80)
            self._memory = GuestMemory.of_process(self.pid, 'memory-backend-memfd', self._memory_size)
        return self._memory

    def stderr(self) -> str:
        """What QEMU has written so far."""
        # Not by seek(): QEMU shares the position, and would write over what it has written.
        size = os.fstat(self._stderr.fileno()).st_size
        return os.pread(self._stderr.fileno(), size, 0).decode(errors='replace')

    def loaded_modules(self) -> list[Path]:
        """The QEMU modules that the process has mapped."""
        text = Path(f'/proc/{self.pid}/maps').read_text()
        paths = set(re.findall(r'(/\S+/(?:hw|ui|audio|chardev|accel|block)-[\w-]+\.so)$', text, re.M))
        return sorted(Path(path) for path in paths)

    def check_modules(self) -> None:
        """Raises when a device module came from another place than it should, or none was loaded."""
        loaded = [path for path in self.loaded_modules() if path.name in DEVICE_MODULES]
        strangers = [path for path in loaded if path.parent != self.modules.home]
        if strangers or not loaded:
            raise QemuFailed(f'loaded {loaded}, expected them from {self.modules.home}')

    def screendump_file(self, path: str, **arguments: Any) -> None:
        """Writes a PPM of a console."""
        self.qmp.command('screendump', filename=path, **arguments)

    def quit(self, timeout: float = 30) -> None:
        """Asks QEMU to end and checks that it does so with status 0 and without a sanitizer report."""
        self.qmp.quit()
        self.finish(timeout)

    def finish(self, timeout: float = 30, status: int | None = None) -> str:
        """Waits until QEMU has ended, checks how, and returns what it wrote.

        status None means `expected_status`, which a test may set before QEMU ends.
        """
        self.accounted = True
        status = self.expected_status if status is None else status
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise QemuFailed(f'QEMU did not end in {timeout} s; it wrote:\n{self.stderr()}') from None
        text = self.stderr()
        self._release()
        if code != status or SANITIZER_REPORT.search(text):
            raise QemuFailed(f'QEMU ended with status {code}; it wrote:\n{text}')
        return text

    def kill(self) -> None:
        """Ends QEMU at once; nothing is checked."""
        self.accounted = True
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self._release()

    def _explain_end(self) -> QemuFailed:
        """The error for a connection that QEMU closed: it says how QEMU ended."""
        self.accounted = True
        try:
            status: int | str = self.process.wait(10)
        except subprocess.TimeoutExpired:
            status = 'unknown, it still runs'
        return QemuFailed(f'QEMU closed a connection; status {status}; it wrote:\n{self.stderr()}')

    def _release(self) -> None:
        self.qtest.close()
        self.qmp.close()
