# SPDX-License-Identifier: GPL-2.0-or-later
"""A vhost-user-gpu back end that does what a test tells it, right or wrong.

It keeps to the vhost-user protocol, so that QEMU starts it and stops it, and leaves the guest's queues
alone. What it shows, the test sends through `display`.
"""

from __future__ import annotations

import array
import os
import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import Callable

VHOST_HEADER = struct.Struct('<III')
VERSION = 1
REPLY = 1 << 2
NEED_REPLY = 1 << 3

GET_FEATURES = 1
GET_VRING_BASE = 11
GET_PROTOCOL_FEATURES = 15
SET_VRING_ENABLE = 18
GET_QUEUE_NUM = 17
GET_CONFIG = 24
GPU_SET_SOCKET = 33

F_PROTOCOL_FEATURES = 30
F_VERSION_1 = 32
PROTOCOL_F_REPLY_ACK = 3
PROTOCOL_F_CONFIG = 9

CONFIG = struct.pack('<IIII', 0, 0, 1, 0)
FEATURES = 1 << F_PROTOCOL_FEATURES | 1 << F_VERSION_1
PROTOCOL_FEATURES = 1 << PROTOCOL_F_REPLY_ACK | 1 << PROTOCOL_F_CONFIG


def u64(value: int) -> bytes:
    """A 64-bit number."""
    return struct.pack('<Q', value)


def receive(sock: socket.socket, size: int) -> tuple[bytes, list[int]]:
    """Reads exactly that much, and the descriptors that came with it; EOFError at the end."""
    data, fds = bytearray(), array.array('i')
    while len(data) < size:
        piece, ancillary, _, _ = sock.recvmsg(size - len(data), socket.CMSG_SPACE(16 * fds.itemsize))
        if not piece:
            raise EOFError
        data += piece
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                fds.frombytes(content[:len(content) - len(content) % fds.itemsize])
    return bytes(data), fds.tolist()


@dataclass
class Backend:
    """The back end's side of a connection; a thread answers until the other side goes."""

    sock: socket.socket
    features: int = FEATURES
    config: bytes = CONFIG
    on_request: Callable[[int], None] = lambda request: None   # called before each answer, may block
    silent_on: tuple[int, ...] = ()                            # requests that get no answer
    requests: list[int] = field(default_factory=list)          # what was asked, in order
    display: socket.socket | None = None

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Goes away."""
        for sock in (self.sock, self.display):
            if sock:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                sock.close()
        self._thread.join(10)

    def wait_for(self, condition: Callable[['Backend'], bool], timeout: float = 20) -> None:
        """Waits until something holds that a request makes true."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), timeout), self.requests

    def wait_display(self) -> socket.socket:
        """The socket for what is shown."""
        self.wait_for(lambda backend: backend.display is not None)
        assert self.display
        return self.display

    def wait_started(self) -> socket.socket:
        """Waits until the queues are enabled; the socket for what is shown."""
        self.wait_for(lambda backend: SET_VRING_ENABLE in backend.requests)
        return self.wait_display()

    def _serve(self) -> None:
        try:
            while True:
                self._answer()
        except (EOFError, OSError):
            pass

    def _answer(self) -> None:
        header, fds = receive(self.sock, VHOST_HEADER.size)
        request, flags, size = VHOST_HEADER.unpack(header)
        payload, more = receive(self.sock, size) if size else (b'', [])
        self.on_request(request)
        self._take(request, fds + more)
        answer = self._answer_of(request, payload)
        if answer is None and flags & NEED_REPLY:
            answer = u64(0)
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        if answer is not None and request not in self.silent_on:
            self.sock.sendall(VHOST_HEADER.pack(request, VERSION | REPLY, len(answer)) + answer)

    def _take(self, request: int, fds: list[int]) -> None:
        for fd in fds:
            if request == GPU_SET_SOCKET:
                self.display = socket.socket(fileno=fd)
                self.display.settimeout(60)
            else:
                os.close(fd)

    def _answer_of(self, request: int, payload: bytes) -> bytes | None:
        if request == GET_FEATURES:
            return u64(self.features)
        if request == GET_PROTOCOL_FEATURES:
            return u64(PROTOCOL_FEATURES)
        if request == GET_QUEUE_NUM:
            return u64(2)
        if request == GET_VRING_BASE:
            return payload
        if request == GET_CONFIG:
            return payload[:12] + self.config[:len(payload) - 12].ljust(len(payload) - 12, b'\0')
        return None
