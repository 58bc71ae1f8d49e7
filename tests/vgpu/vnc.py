# SPDX-License-Identifier: GPL-2.0-or-later
"""A small VNC client: sees pictures and cursors as a remote viewer does, and asks for another size."""

from __future__ import annotations

import re
import select
import socket
import struct
import time
import zlib
from dataclasses import dataclass

import numpy

from .qemu import Qemu

ENCODING_RAW = 0
ENCODING_ZLIB = 6
ENCODING_DESKTOP_SIZE = -223
ENCODING_COMPRESS_BEST = -247
ENCODING_CURSOR = -239
ENCODING_EXTENDED_DESKTOP_SIZE = -308
ENCODING_ALPHA_CURSOR = -314
ENCODING_CLIPBOARD = -0x3f5e1a32        # 0xc0a1e5ce

SET_PIXEL_FORMAT = 0
SET_ENCODINGS = 2
UPDATE_REQUEST = 3
CUT_TEXT = 6
SET_DESKTOP_SIZE = 251

# What an extended text of the clipboard is: its kind, and what is done with it.
CLIPBOARD_TEXT = 1 << 0
CLIPBOARD_CAPS, CLIPBOARD_REQUEST = 1 << 24, 1 << 25
CLIPBOARD_PEEK, CLIPBOARD_NOTIFY, CLIPBOARD_PROVIDE = 1 << 26, 1 << 27, 1 << 28

BGRX = struct.pack('>BBBBHHHBBB3x', 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)

# Arguments for QEMU with which the functions below know what its servers do.
TRACES = ('-trace', 'vnc_server_dpy*', '-trace', 'vnc_job_add_rect')

# QEMU 7.2 sends cursors as they lie in its memory, blue first, where the protocol wants red first.
QEMU_CURSOR_ORDER = [2, 1, 0, 3]


@dataclass(frozen=True)
class Cursor:
    """A cursor's image as height x width x 4 (red, green, blue, alpha) and its hot spot."""

    hot_x: int
    hot_y: int
    rgba: numpy.ndarray


def surfaces_given(qemu: Qemu) -> int:
    """How many surfaces consoles have given to the servers."""
    return qemu.stderr().count('vnc_server_dpy')


def has_clients(qemu: Qemu) -> bool:
    """Whether the VNC server knows of a client."""
    return any(server['clients'] for server in qemu.qmp.command('query-vnc-servers'))


def encoded_for(qemu: Qemu) -> list[str]:
    """The clients of the rectangles that the servers have found to be sent, in their order."""
    return re.findall(r'vnc_job_add_rect .*state=(\S+)', qemu.stderr())


class VncClient:
    """A viewer of one console; pictures arrive while `wait_for` looks.

    `compressed` makes the server spend much time on each of them; `clipboard` asks for the extended one.
    """

    def __init__(self, path: str, timeout: float = 20, compressed: bool = False, clipboard: bool = False):
        self._timeout = timeout
        self._sock = connect(path, timeout)
        self.cursor: Cursor | None = None
        self.updates: list[tuple[int, int, int, int]] = []
        self.cut_texts: list[tuple[int, bytes]] = []        # flags (0: none, a plain text) and data
        self._handshake()
        width, height = struct.unpack('>HH', self._read(4))
        self._read(16)
        self._read(struct.unpack('>I', self._read(4))[0])
        self.picture = numpy.zeros((height, width, 3), numpy.uint8)
        self._sock.sendall(struct.pack('>B3x', SET_PIXEL_FORMAT) + BGRX)
        self._inflate = zlib.decompressobj()
        pixels = (ENCODING_ZLIB, ENCODING_COMPRESS_BEST) if compressed else (ENCODING_RAW,)
        encodings = (*pixels, ENCODING_DESKTOP_SIZE, ENCODING_EXTENDED_DESKTOP_SIZE, ENCODING_ALPHA_CURSOR)
        encodings += (ENCODING_CLIPBOARD,) if clipboard else ()
        self._sock.sendall(struct.pack(f'>BxH{len(encodings)}i', SET_ENCODINGS, len(encodings), *encodings))
        self._request(incremental=False)

    def _handshake(self) -> None:
        self._read(12)
        self._sock.sendall(b'RFB 003.008\n')
        self._read(self._read(1)[0])
        self._sock.sendall(b'\x01')
        if struct.unpack('>I', self._read(4))[0] != 0:
            raise ConnectionError('the VNC server refuses')
        self._sock.sendall(b'\x01')

    def close(self) -> None:
        """Ends the connection."""
        self._sock.close()

    def set_size(self, width: int, height: int) -> None:
        """Asks for another size of the screen, as a viewer does when its window is resized."""
        self._sock.sendall(struct.pack('>BxHHBx', SET_DESKTOP_SIZE, width, height, 1)
                           + struct.pack('>IHHHHI', 0, 0, 0, width, height, 0))

    def cut(self, text: bytes) -> None:
        """Says that the viewer's desktop has a text, which comes along."""
        self._sock.sendall(struct.pack('>B3xi', CUT_TEXT, len(text)) + text)

    def cut_extended(self, flags: int, data: bytes = b'') -> None:
        """Sends an extended message about the clipboard."""
        self._sock.sendall(struct.pack('>B3xiI', CUT_TEXT, -4 - len(data), flags) + data)

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self._sock.sendall(data)

    def wait_for(self, condition, timeout: float | None = None) -> bool:
        """Takes in updates until the condition holds; false when it does not in time."""
        deadline = time.monotonic() + (timeout or self._timeout)
        while not condition(self):
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            # Only between messages: the rest of one that has begun would be taken for another.
            if not select.select([self._sock], [], [], left)[0]:
                return False
            try:
                self._message()
            except TimeoutError:
                return False
        return True

    def shows(self, rgb: numpy.ndarray, timeout: float | None = None) -> bool:
        """Whether the picture is, or becomes, the given one."""
        return self.wait_for(lambda client: numpy.array_equal(client.picture, rgb), timeout)

    def _request(self, incremental: bool = True) -> None:
        height, width, _ = self.picture.shape
        self._sock.sendall(struct.pack('>BBHHHH', UPDATE_REQUEST, incremental, 0, 0, width, height))

    def _message(self) -> None:
        kind = self._read(1)[0]
        if kind == 0:
            self._framebuffer_update()
        elif kind == 3:
            self._cut_text(*struct.unpack('>3xi', self._read(7)))
        elif kind != 2:
            raise ConnectionError(f'VNC message {kind}')

    def _cut_text(self, length: int) -> None:
        flags = struct.unpack('>I', self._read(4))[0] if length < 0 else 0
        self.cut_texts.append((flags, self._read(length if length >= 0 else -length - 4)))

    def _framebuffer_update(self) -> None:
        _, count = struct.unpack('>BH', self._read(3))
        for _ in range(count):
            x, y, width, height, encoding = struct.unpack('>HHHHi', self._read(12))
            self._rectangle(x, y, width, height, encoding)
        self._request()

    def _rectangle(self, x: int, y: int, width: int, height: int, encoding: int) -> None:
        if encoding in (ENCODING_RAW, ENCODING_ZLIB):
            data = self._zlib() if encoding == ENCODING_ZLIB else self._read(4 * width * height)
            pixels = numpy.frombuffer(data, numpy.uint8)
            self.picture[y:y + height, x:x + width] = pixels.reshape(height, width, 4)[:, :, 2::-1]
            self.updates.append((x, y, width, height))
        elif encoding in (ENCODING_DESKTOP_SIZE, ENCODING_EXTENDED_DESKTOP_SIZE):
            if encoding == ENCODING_EXTENDED_DESKTOP_SIZE:
                self._read(16 * struct.unpack('>B3x', self._read(4))[0])
            if (height, width) != self.picture.shape[:2]:
                self.picture = numpy.zeros((height, width, 3), numpy.uint8)
                self._request(incremental=False)
        elif encoding == ENCODING_ALPHA_CURSOR:
            self._read(4)
            pixels = numpy.frombuffer(self._read(4 * width * height), numpy.uint8)
            self.cursor = Cursor(x, y, pixels.reshape(height, width, 4)[:, :, QEMU_CURSOR_ORDER])
        else:
            raise ConnectionError(f'VNC encoding {encoding}')

    def _zlib(self) -> bytes:
        return self._inflate.decompress(self._read(struct.unpack('>I', self._read(4))[0]))

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self._sock.recv(size - len(data))
            if not piece:
                raise ConnectionError('the VNC server closed the connection')
            data += piece
        return bytes(data)


def connect(path: str, timeout: float) -> socket.socket:
    """Connects to a Unix socket that may not be there yet."""
    deadline = time.monotonic() + timeout
    while True:
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.settimeout(timeout)
            sock.connect(path)
            return sock
        except (FileNotFoundError, ConnectionRefusedError):
            sock.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
