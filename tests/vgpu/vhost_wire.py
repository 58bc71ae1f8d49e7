# SPDX-License-Identifier: GPL-2.0-or-later
"""The vhost-user-gpu protocol: what a back end sends to the display, and what comes back."""

from __future__ import annotations

import array
import socket
import struct

import numpy

HEADER = struct.Struct('<III')
FLAG_REPLY = 1 << 2

GET_PROTOCOL_FEATURES = 1
SET_PROTOCOL_FEATURES = 2
GET_DISPLAY_INFO = 3
CURSOR_POS = 4
CURSOR_POS_HIDE = 5
CURSOR_UPDATE = 6
SCANOUT = 7
UPDATE = 8
DMABUF_SCANOUT = 9
DMABUF_UPDATE = 10
GET_EDID = 11
DMABUF_SCANOUT2 = 12

F_EDID = 1 << 0
F_DMABUF2 = 1 << 1

DISPLAY_INFO_SIZE = 24 + 16 * 24
EDID_SIZE = 24 + 8 + 1024
CURSOR_SIDE = 64
XRGB8888 = 0x34325258
FLAG_BOTTOM_UP = 1


def words(*values: int) -> bytes:
    """32-bit numbers."""
    return struct.pack(f'<{len(values)}I', *values)


def message(kind: int, payload: bytes = b'', size: int | None = None) -> bytes:
    """A message; size is what it says of its payload."""
    return HEADER.pack(kind, 0, len(payload) if size is None else size) + payload


def scanout(width: int, height: int, head: int = 0) -> bytes:
    """Sets the size of a head."""
    return message(SCANOUT, words(head, width, height))


def pixels_of(rgb: numpy.ndarray) -> bytes:
    """A picture as x8r8g8b8."""
    height, width, _ = rgb.shape
    pixels = numpy.full((height, width, 4), 0xff, numpy.uint8)
    pixels[:, :, :3] = rgb[:, :, ::-1]
    return pixels.tobytes()


def update(rgb: numpy.ndarray, x: int = 0, y: int = 0, head: int = 0) -> bytes:
    """Draws a picture at a place."""
    height, width, _ = rgb.shape
    return message(UPDATE, words(head, x, y, width, height) + pixels_of(rgb))


def dmabuf_scanout(width: int, height: int, head: int = 0, x: int = 0, y: int = 0, fd_width: int | None = None,
                   fd_height: int | None = None, stride: int | None = None, fourcc: int = XRGB8888,
                   modifier: int | None = None, flags: int = 0) -> bytes:
    """Shows a dmabuf, whose descriptor goes with the message."""
    fd_width = width if fd_width is None else fd_width
    fd_height = height if fd_height is None else fd_height
    stride = fd_width * 4 if stride is None else stride
    payload = words(head, x, y, width, height, fd_width, fd_height, stride, flags, fourcc)
    if modifier is None:
        return message(DMABUF_SCANOUT, payload)
    return message(DMABUF_SCANOUT2, payload + struct.pack('<Q', modifier))


def cursor(x: int, y: int, hot: tuple[int, int] = (0, 0), argb: int = 0xff00ff00, head: int = 0) -> bytes:
    """Defines a cursor of one colour."""
    return message(CURSOR_UPDATE, words(head, x, y, *hot) + words(argb) * CURSOR_SIDE ** 2)


def send_with_fds(sock: socket.socket, data: bytes, *fds: int) -> None:
    """Sends a message with descriptors."""
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))] if fds else []
    sock.sendmsg([data], rights)


def read_reply(sock: socket.socket) -> tuple[int, bytes]:
    """The next reply: its type and payload."""
    kind, flags, size = HEADER.unpack(read(sock, HEADER.size))
    assert flags & FLAG_REPLY
    return kind, read(sock, size)


def read(sock: socket.socket, size: int) -> bytes:
    """Exactly that many bytes; EOFError when the other side hung up."""
    data = bytearray()
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def ask(sock: socket.socket, kind: int, payload: bytes = b'') -> bytes:
    """Sends a request and returns the payload of the reply to it."""
    sock.sendall(message(kind, payload))
    got, answer = read_reply(sock)
    assert got == kind
    return answer


def is_cut_off(sock: socket.socket) -> bool:
    """Whether the other side hangs up now."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True
