# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines whose GPU is another process: Debian's back end, or one of the test."""

from __future__ import annotations

import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

import numpy
import pytest

from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.qemu import Qemu
from vgpu.screendump import describe_difference, screendump
from vgpu.vhost_backend import Backend

DEBIAN_BACKEND = Path('/usr/lib/qemu/vhost-user-gpu')
TEXT_SHAPE = (400, 720, 3)
ACCEPTS = '00010000'    # flags of a socket in /proc/net/unix
DEVICES = ('vhost-user-gpu-pci', 'vhost-user-vga')


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The stock device wants KVM, which no test has."""
    if Modules.parse(config.getoption('--modules')).is_stock:
        for item in items:
            item.add_marker(pytest.mark.skip(reason='the stock vhost-user-gpu starts under KVM only'))


def wait_for(condition: Callable[[], object], timeout: float = 20) -> None:
    """Waits until a condition holds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, condition
        time.sleep(0.02)


def wait_shown(qemu: Qemu, rgb: numpy.ndarray, head: int = 0, timeout: float = 20) -> None:
    """Waits until a head of gpu0 shows a picture."""
    deadline = time.monotonic() + timeout
    while True:
        difference = describe_difference(screendump(qemu, 'gpu0', head), rgb)
        if not difference:
            return
        assert time.monotonic() < deadline, difference
        time.sleep(0.02)


def is_shown(qemu: Qemu, rgb: numpy.ndarray, head: int = 0) -> bool:
    """Whether a head of gpu0 shows a picture now."""
    return not describe_difference(screendump(qemu, 'gpu0', head), rgb)


def wait_text(qemu: Qemu, text: numpy.ndarray | None = None, timeout: float = 30) -> numpy.ndarray:
    """Waits until the firmware's text is seen, the given one or any that stays; returns it.

    The cursor blinks.
    """
    deadline = time.monotonic() + timeout
    last, same = text, 0
    while same < (1 if text is not None else 8):
        assert time.monotonic() < deadline, 'no text on the screen'
        time.sleep(0.05)
        dump = screendump(qemu, 'gpu0')
        alike = last is not None and dump.shape == last.shape == TEXT_SHAPE and (dump != last).any(2).sum() < 100
        same = same + 1 if alike and (dump != 0).sum() > 10000 else 0
        last = dump if text is None else text
    return last


def descriptors(qemu: Qemu) -> int:
    """How many files QEMU has open."""
    return len(list(Path(f'/proc/{qemu.pid}/fd').iterdir()))


def wait_descriptors(qemu: Qemu, count: int, timeout: float = 20) -> None:
    """Waits until QEMU has no more files open than that."""
    deadline = time.monotonic() + timeout
    while descriptors(qemu) > count:
        assert time.monotonic() < deadline, f'{descriptors(qemu)} open files, not {count}'
        time.sleep(0.02)


def is_listening(path: Path) -> bool:
    """Whether somebody takes connections at a socket; asked without being one."""
    sockets = (line.split() for line in Path('/proc/net/unix').read_text().splitlines())
    return any(words[-1] == str(path) and words[3] == ACCEPTS for words in sockets)


class Debian:
    """Debian's back end behind a socket that QEMU connects to, as often as it is started."""

    def __init__(self, path: Path):
        self.path = path
        self.process = self._start()

    def _start(self) -> subprocess.Popen:
        self.path.unlink(missing_ok=True)
        process = subprocess.Popen([DEBIAN_BACKEND, '-s', self.path])
        wait_for(lambda: is_listening(self.path))
        return process

    def restart(self) -> None:
        """Ends it, whatever it does, and starts another."""
        self.end()
        self.process = self._start()

    def end(self) -> None:
        """Ends it at once."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def debian(tmp_path: Path) -> Iterator[Debian]:
    """A back end that can be started again."""
    backend = Debian(tmp_path / 'vhost')
    yield backend
    backend.end()


@dataclass
class Machine:
    """A machine and the back end of its GPU."""

    qemu: Qemu
    gpu: Gpu
    backend: Backend

    def start(self, **options) -> socket.socket:
        """Has the guest's driver start the device; the socket for what is shown."""
        self.gpu.start(features=0, **options)
        return self.backend.wait_started()


@pytest.fixture
def start_debian(start_qemu: Callable[..., Qemu]) -> Iterator[Callable[..., Gpu]]:
    """Starts a machine with Debian's back end and drives its GPU."""
    processes: list[subprocess.Popen] = []

    def start(device: str = 'vhost-user-gpu-pci', *args: str, **options) -> Gpu:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            processes.append(subprocess.Popen([DEBIAN_BACKEND, '-f', str(theirs.fileno())],
                                              pass_fds=[theirs.fileno()]))
            qemu = start_qemu('-chardev', f'socket,id=vhost,fd={ours.fileno()}', '-device',
                              with_defaults(device), *args, pass_fds=[ours.fileno()], **options)
        gpu = Gpu(qemu, device='gpu0')
        qemu.check_modules()
        return gpu

    start.processes = processes
    yield start
    for process in processes:
        process.kill()
        process.wait()


def with_defaults(device: str) -> str:
    """The words of a -device option, with an id and the back end's character device."""
    name, _, properties = device.partition(',')
    return ','.join(filter(None, (name, 'id=gpu0,chardev=vhost', properties)))


@pytest.fixture
def start_machine(start_qemu: Callable[..., Qemu]) -> Iterator[Callable[..., Machine]]:
    """Starts a machine whose back end is the test."""
    backends: list[Backend] = []

    def start(device: str = 'vhost-user-gpu-pci', *args: str, backend: dict | None = None, **options) -> Machine:
        ours, theirs = socket.socketpair()
        backends.append(Backend(theirs, **(backend or {})))
        with ours:
            qemu = start_qemu('-chardev', f'socket,id=vhost,fd={ours.fileno()}', '-device',
                              with_defaults(device), *args, pass_fds=[ours.fileno()], **options)
        gpu = Gpu(qemu, device='gpu0')
        qemu.check_modules()
        return Machine(qemu, gpu, backends[-1])

    yield start
    for backend in backends:
        backend.close()


@pytest.fixture(params=DEVICES)
def machine(request: pytest.FixtureRequest, start_machine: Callable[..., Machine]) -> Machine:
    """A machine of each variant, with its driver not started yet."""
    return start_machine(request.param)
