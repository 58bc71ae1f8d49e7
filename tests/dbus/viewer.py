# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer of one console: implements the listener's interfaces and rebuilds the picture."""

from __future__ import annotations

import mmap
import os
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy
from gi.repository import Gio, GLib

from peer import PREFIX, Peer, connect

XRGB = 0x20020888
ARGB = 0x20028888

LISTENER = f'{PREFIX}.Listener'
MAP = f'{LISTENER}.Unix.Map'
DMABUF2 = f'{LISTENER}.Unix.ScanoutDMABUF2'

METHODS = {
    LISTENER: {
        'Scanout': 'uuuu(ay)', 'Update': 'iiiiuu(ay)', 'ScanoutDMABUF': 'huuuutb',
        'UpdateDMABUF': 'iiii', 'Disable': '', 'MouseSet': 'iii', 'CursorDefine': 'iiii(ay)',
    },
    MAP: {'ScanoutMap': 'huuuuu', 'UpdateMap': 'iiii'},
    DMABUF2: {'ScanoutDMABUF2': '(ah)uuuu(au)(au)uuuutb'},
}


def types(signature: str) -> list[str]:
    """Splits a signature; a type of several letters stands in parentheses."""
    found = []
    while signature:
        end = signature.index(')') + 1 if signature[0] == '(' else 1
        found.append(signature[:end].strip('()'))
        signature = signature[end:]
    return found


def interface_info(name: str, has_capabilities: bool) -> Gio.DBusInterfaceInfo:
    """The description that GDBus wants of an interface."""
    methods = ''.join(
        f'<method name="{method}">' + ''.join(f'<arg type="{kind}"/>' for kind in types(signature)) + '</method>'
        for method, signature in METHODS[name].items())
    if name == LISTENER and has_capabilities:
        methods += '<property name="Interfaces" type="as" access="read"/>'
    node = Gio.DBusNodeInfo.new_for_xml(f'<node><interface name="{name}">{methods}</interface></node>')
    return node.interfaces[0]


@dataclass
class Box:
    """The part of a buffer that is shown."""

    x: int
    y: int
    width: int
    height: int


@dataclass
class Call:
    """A call that the viewer got; pixel data is left out of the arguments."""

    method: str
    arguments: tuple
    size: int = 0       # bytes of pixel data


@dataclass
class Cursor:
    """What is known of the cursor."""

    size: tuple[int, int] = (0, 0)
    hot: tuple[int, int] = (0, 0)
    data: bytes = b''
    position: tuple[int, int, int] | None = None


@dataclass
class Picture:
    """The picture so far: rows of pixels that the calls have filled or mapped."""

    width: int = 0
    height: int = 0
    stride: int = 0
    format: int = 0
    rows: numpy.ndarray | None = None       # height x stride bytes

    def rgb(self) -> numpy.ndarray:
        """height x width x 3."""
        assert self.rows is not None and self.format in (XRGB, ARGB), hex(self.format)
        pixels = self.rows[:, :self.width * 4].reshape(self.height, self.width, 4)
        return pixels[:, :, 2::-1]


@dataclass
class Viewer:
    """One listener on a console.

    Nothing happens unless the test pumps the viewer: one that is not pumped is a client that has
    stopped to answer. `hold` keeps the answers of calls back, which it still carries out.
    """

    peer: Peer | None
    console: str = 'Console_0'
    interfaces: tuple[str, ...] | None = None   # None: a client of QEMU 7.2
    refuse: tuple[str, ...] = ()                # methods that are answered with an error
    hold: bool = False
    calls: list[Call] = field(default_factory=list)
    held: list[Gio.DBusMethodInvocation] = field(default_factory=list)
    picture: Picture = field(default_factory=Picture)
    shown: Picture = field(default_factory=Picture)     # what a map looked like when last updated
    cursor: Cursor = field(default_factory=Cursor)
    map_fd: int = -1
    planes: list[int] = field(default_factory=list)     # of a dmabuf that has several
    disabled: bool = False

    def __post_init__(self) -> None:
        self.context = GLib.MainContext.new()
        self.connection: Gio.DBusConnection | None = None

    def open(self) -> 'Viewer':
        """Registers with the console and connects."""
        ours, theirs = socket.socketpair()
        with theirs:
            self.peer.call(self.console, 'Console', 'RegisterListener', '(h)', 0, fds=[theirs.fileno()])
        return self.attach(ours)

    def attach(self, ours: socket.socket) -> 'Viewer':
        """Connects over a socket whose other end is registered, or will be."""
        self.context.push_thread_default()
        try:
            flags = Gio.DBusConnectionFlags
            self.connection = connect(ours, flags.AUTHENTICATION_CLIENT | flags.DELAY_MESSAGE_PROCESSING)
            for name in (LISTENER, *(self.interfaces or ())):
                info = interface_info(name, self.interfaces is not None)
                self.connection.register_object('/org/qemu/Display1/Listener', info,
                                                self._called, self._asked, None)
            self.connection.start_message_processing()
        finally:
            self.context.pop_thread_default()
        return self

    def close(self) -> None:
        """Hangs up."""
        if self.connection and not self.connection.is_closed():
            self.connection.close_sync(None)
        self._forget_map()

    def pump(self, seconds: float = 0) -> None:
        """Takes the calls that have come, and those that come within a time."""
        deadline = time.monotonic() + seconds
        while True:
            while self.context.iteration(False):
                pass
            if time.monotonic() >= deadline:
                return
            time.sleep(0.001)

    def wait(self, condition: Callable[[], Any], what: str = 'a call', timeout: float = 20) -> Any:
        """Takes calls until a condition holds, and returns its value."""
        deadline = time.monotonic() + timeout
        while True:
            self.pump()
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise TimeoutError(f'waited {timeout} s for {what}; the last calls: {self.calls[-5:]}')
            time.sleep(0.001)

    def wait_picture(self, timeout: float = 20) -> Picture:
        """Waits for the first picture."""
        self.wait(lambda: self.picture.rows is not None, 'a picture', timeout)
        return self.picture

    def take_calls(self, *methods: str) -> list[Call]:
        """The calls so far, which are forgotten; only some methods, if any are named."""
        taken = [call for call in self.calls if not methods or call.method in methods]
        self.calls.clear()
        return taken

    def answer_held(self) -> None:
        """Sends the answers that were kept back, and no more are kept."""
        self.hold = False
        for invocation in self.held:
            invocation.return_value(None)
        self.held.clear()

    def _asked(self, _connection, _sender, _path, _interface, name: str) -> GLib.Variant:
        assert name == 'Interfaces'
        return GLib.Variant('as', self.interfaces)

    def _called(self, _connection, _sender, _path, _interface, method: str, parameters: GLib.Variant,
                invocation: Gio.DBusMethodInvocation) -> None:
        arguments = [parameters.get_child_value(i) for i in range(parameters.n_children())]
        plain = tuple(argument.unpack() for argument in arguments if argument.get_type_string() != 'ay')
        data = b''
        if arguments and arguments[-1].get_type_string() == 'ay':
            data = arguments[-1].get_data_as_bytes().get_data() or b''
        self.calls.append(Call(method, plain, len(data)))
        if method in self.refuse:
            invocation.return_dbus_error('org.freedesktop.DBus.Error.NotSupported', 'the test wants it')
            return
        fds = invocation.get_message().get_unix_fd_list()
        getattr(self, f'_on_{method}')(plain, data, fds.steal_fds() if fds else [])
        if self.hold:
            self.held.append(invocation)
        else:
            invocation.return_value(None)

    def _on_Scanout(self, arguments: tuple, data: bytes, _fds: list[int]) -> None:
        width, height, stride, pixel_format = arguments
        assert len(data) == stride * height
        self._forget_map()
        rows = numpy.frombuffer(data, numpy.uint8).reshape(height, stride).copy()
        self.picture = Picture(width, height, stride, pixel_format, rows)

    def _on_Update(self, arguments: tuple, data: bytes, _fds: list[int]) -> None:
        x, y, width, height, stride, pixel_format = arguments
        picture = self.picture
        assert picture.rows is not None and pixel_format == picture.format
        assert len(data) == stride * height
        assert 0 <= x < x + width <= picture.width and 0 <= y < y + height <= picture.height
        rows = numpy.frombuffer(data, numpy.uint8).reshape(height, stride)
        picture.rows[y:y + height, x * 4:(x + width) * 4] = rows[:, :width * 4]

    def _on_ScanoutMap(self, arguments: tuple, _data: bytes, fds: list[int]) -> None:
        handle, offset, width, height, stride, pixel_format = arguments
        self._forget_map()
        self.map_fd = fds[handle]
        memory = mmap.mmap(self.map_fd, offset + stride * height, mmap.MAP_SHARED, mmap.PROT_READ)
        rows = numpy.frombuffer(memory, numpy.uint8, stride * height, offset).reshape(height, stride)
        self.shown = Picture(width, height, stride, pixel_format, rows)
        self.picture = Picture(width, height, stride, pixel_format, rows.copy())

    def _on_UpdateMap(self, arguments: tuple, _data: bytes, _fds: list[int]) -> None:
        x, y, width, height = arguments
        if self.planes:
            return
        assert self.shown.rows is not None and self.picture.rows is not None
        assert 0 <= x < x + width <= self.shown.width and 0 <= y < y + height <= self.shown.height
        part = numpy.s_[y:y + height, x * 4:(x + width) * 4]
        self.picture.rows[part] = self.shown.rows[part]

    def _on_ScanoutDMABUF(self, arguments: tuple, _data: bytes, fds: list[int]) -> None:
        handle, width, height, stride, _fourcc, _modifier, y0_top = arguments
        assert not y0_top
        self._map_dmabuf(fds, handle, Box(0, 0, width, height), (height, stride), 0)

    def _on_ScanoutDMABUF2(self, arguments: tuple, _data: bytes, fds: list[int]) -> None:
        handles, x, y, width, height, offsets, strides, planes = arguments[:8]
        assert planes == len(handles) == len(offsets) == len(strides) and not arguments[-1]
        if planes > 1:      # in the order of a driver: they are kept, not looked at
            self._forget_map()
            self.planes = [fds[handle] for handle in handles]
            return
        backing_height = arguments[10]
        self._map_dmabuf(fds, handles[0], Box(x, y, width, height), (backing_height, strides[0]), offsets[0])

    def _on_UpdateDMABUF(self, arguments: tuple, data: bytes, fds: list[int]) -> None:
        self._on_UpdateMap(arguments, data, fds)

    def _map_dmabuf(self, fds: list[int], handle: int, box: Box, shape: tuple[int, int], offset: int) -> None:
        self._forget_map()
        self.map_fd = fds[handle]
        height, stride = shape
        memory = mmap.mmap(self.map_fd, offset + stride * height, mmap.MAP_SHARED, mmap.PROT_READ)
        rows = numpy.frombuffer(memory, numpy.uint8, stride * height, offset).reshape(height, stride)
        part = rows[box.y:box.y + box.height, box.x * 4:(box.x + box.width) * 4]
        self.shown = Picture(box.width, box.height, box.width * 4, XRGB, part)
        self.picture = Picture(box.width, box.height, box.width * 4, XRGB, part.copy())

    def _on_Disable(self, _arguments: tuple, _data: bytes, _fds: list[int]) -> None:
        self._forget_map()
        self.picture = Picture()
        self.disabled = True

    def _on_MouseSet(self, arguments: tuple, _data: bytes, _fds: list[int]) -> None:
        self.cursor.position = arguments

    def _on_CursorDefine(self, arguments: tuple, data: bytes, _fds: list[int]) -> None:
        width, height, hot_x, hot_y = arguments
        assert len(data) == width * height * 4
        self.cursor.size, self.cursor.hot, self.cursor.data = (width, height), (hot_x, hot_y), bytes(data)

    def _forget_map(self) -> None:
        self.shown = Picture()
        if self.map_fd >= 0:
            os.close(self.map_fd)
            self.map_fd = -1
        while self.planes:
            os.close(self.planes.pop())
