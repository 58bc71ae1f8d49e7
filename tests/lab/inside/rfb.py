# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer of a VNC server: what a remote display shows, as an array of pixels."""

from __future__ import annotations

import socket
import struct
import time
from pathlib import Path

import numpy

from vgpu.screendump import describe_difference

VERSION = b'RFB 003.008\n'
SECURITY_NONE = 1
SET_PIXEL_FORMAT, SET_ENCODINGS, UPDATE_REQUEST = 0, 2, 3
RAW, DESKTOP_SIZE = 0, -223
UPDATE, COLOUR_MAP, BELL, CUT_TEXT = range(4)
BYTES_PER_PIXEL = 4


class Viewer:
    """One connection; use it as a context manager."""

    def __init__(self, path: Path, timeout: float = 30):
        """Connects to a server on a Unix socket."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout)
        self._socket.connect(str(path))
        self._stream = self._socket.makefile('rb')
        self._pixels = numpy.zeros((1, 1, BYTES_PER_PIXEL), numpy.uint8)
        self._greet()

    def __enter__(self) -> 'Viewer':
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._socket.close()

    def picture(self) -> numpy.ndarray:
        """Asks for everything and returns it: height x width x 3."""
        height, width, _ = self._pixels.shape
        self._send('BBHHHH', UPDATE_REQUEST, 0, 0, 0, width, height)
        self._next_update()
        return self._pixels[:, :, :3].copy()

    def wait_for(self, expected: numpy.ndarray, timeout: float = 10) -> None:
        """Looks until the picture is as expected, and fails with the difference otherwise."""
        deadline = time.monotonic() + timeout
        while difference := describe_difference(self.picture(), expected):
            assert time.monotonic() < deadline, difference
            time.sleep(0.05)

    def _greet(self) -> None:
        """The handshake, up to the wanted pixel format: red, green, blue, nothing."""
        assert self._read(len(VERSION))[:4] == VERSION[:4]
        self._socket.sendall(VERSION)
        (count,) = self._unpack('B')
        assert SECURITY_NONE in self._read(count)
        self._send('B', SECURITY_NONE)
        assert self._unpack('I') == (0,)
        self._send('B', 1)
        width, height = self._unpack('HH')
        self._resize(width, height)
        self._unpack('16x')
        (name_length,) = self._unpack('I')
        self._read(name_length)
        self._send('B3xBBBBHHHBBB3x', SET_PIXEL_FORMAT, 32, 24, 0, 1, 255, 255, 255, 0, 8, 16)
        self._send('BxHii', SET_ENCODINGS, 2, RAW, DESKTOP_SIZE)

    def _next_update(self) -> None:
        while True:
            (kind,) = self._unpack('B')
            if kind == UPDATE:
                break
            if kind == CUT_TEXT:
                self._read(self._unpack('3xI')[0])
            elif kind != BELL:
                raise AssertionError(f'unexpected message {kind} of the VNC server')
        for _ in range(self._unpack('xH')[0]):
            self._rectangle(*self._unpack('HHHHi'))

    def _rectangle(self, x: int, y: int, width: int, height: int, encoding: int) -> None:
        if encoding == DESKTOP_SIZE:
            self._resize(width, height)
            return
        assert encoding == RAW, f'encoding {encoding}'
        data = numpy.frombuffer(self._read(width * height * BYTES_PER_PIXEL), numpy.uint8)
        self._pixels[y:y + height, x:x + width] = data.reshape(height, width, BYTES_PER_PIXEL)

    def _resize(self, width: int, height: int) -> None:
        self._pixels = numpy.zeros((height, width, BYTES_PER_PIXEL), numpy.uint8)

    def _send(self, layout: str, *values: int) -> None:
        self._socket.sendall(struct.pack('>' + layout, *values))

    def _unpack(self, layout: str) -> tuple[int, ...]:
        layout = '>' + layout
        return struct.unpack(layout, self._read(struct.calcsize(layout)))

    def _read(self, size: int) -> bytes:
        data = self._stream.read(size)
        assert len(data) == size, 'the VNC server closed the connection'
        return data
