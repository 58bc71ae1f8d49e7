# SPDX-License-Identifier: GPL-2.0-or-later
"""/dev/udmabuf without QEMU: memfds, buffers made of their pages, and what the kernel counts."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import mmap
import os
import re
import struct
import time
from pathlib import Path
from typing import Iterator, Sequence

DEVICE = '/dev/udmabuf'
BUFINFO = Path('/sys/kernel/debug/dma_buf/bufinfo')
LIMITS = Path('/sys/module/udmabuf/parameters')
CREATE = 0x40187542
CREATE_LIST = 0x40087543
CLOEXEC = 1
SYS_PIDFD_GETFD = 438
PAGE = 4096


class Memfd:
    """Memory with a file descriptor that udmabuf accepts: it cannot shrink."""

    def __init__(self, size: int, seal: bool = True):
        self.size = size
        self.fd = os.memfd_create('lab', os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
        os.ftruncate(self.fd, size)
        if seal:
            fcntl.fcntl(self.fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)
        self.map = mmap.mmap(self.fd, size)

    def __enter__(self) -> 'Memfd':
        return self

    def __exit__(self, *_: object) -> None:
        self.map.close()
        os.close(self.fd)

    def dmabuf(self, ranges: Sequence[tuple[int, int]]) -> int:
        """A dmabuf of (offset, size) ranges in this order; the caller closes it."""
        items = b''.join(struct.pack('<IIQQ', self.fd, 0, offset, size) for offset, size in ranges)
        device = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
        try:
            return _ioctl(device, CREATE_LIST, struct.pack('<II', CLOEXEC, len(ranges)) + items)
        finally:
            os.close(device)


def _ioctl(fd: int, request: int, data: bytes) -> int:
    # fcntl.ioctl() takes at most 1 KiB; a list of 1024 entries has 24.
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.ioctl(fd, ctypes.c_ulong(request), data)
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def limit(name: str) -> int:
    """A module parameter of udmabuf."""
    return int((LIMITS / name).read_text())


@contextlib.contextmanager
def lowered_limit(name: str, value: int) -> Iterator[None]:
    """Sets a module parameter of udmabuf for a while."""
    before = limit(name)
    (LIMITS / name).write_text(str(value))
    try:
        yield
    finally:
        (LIMITS / name).write_text(str(before))


def wait_for_buffers(expected: list[int], timeout: float = 5) -> None:
    """Waits until these are all the dmabufs the kernel has; displays may let go late."""
    deadline = time.monotonic() + timeout
    while kernel_buffers() != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    found = kernel_buffers()
    assert found == expected, f'dmabufs of {found} bytes, expected {expected}'


def dmabuf_fds(pid: int) -> list[int]:
    """The descriptors of a process that are dmabufs."""
    fds = []
    for entry in os.scandir(f'/proc/{pid}/fd'):
        try:
            if os.readlink(entry.path).startswith('/dmabuf:'):
                fds.append(int(entry.name))
        except FileNotFoundError:
            continue    # closed since
    return sorted(fds)


def count_fds(pid: int) -> int:
    """How many descriptors a process has open."""
    return len(os.listdir(f'/proc/{pid}/fd'))


def take_fd(pid: int, fd: int) -> int:
    """A descriptor of our own for what another process has open as `fd`."""
    libc = ctypes.CDLL(None, use_errno=True)
    pidfd = os.pidfd_open(pid)
    try:
        taken = libc.syscall(SYS_PIDFD_GETFD, pidfd, fd, 0)
        if taken < 0:
            raise OSError(ctypes.get_errno(), 'pidfd_getfd')
        return taken
    finally:
        os.close(pidfd)


def kernel_buffers() -> list[int]:
    """The sizes of all dmabufs of udmabuf that exist, as the kernel counts them."""
    sizes = [int(size) for size in re.findall(r'^(\d+)\s.*\budmabuf\b', BUFINFO.read_text(), re.M)]
    return sorted(sizes)
