# SPDX-License-Identifier: GPL-2.0-or-later
"""A D-Bus client of a QEMU display: calls methods, reads properties, over a bus or peer to peer."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import Any, Sequence

from gi.repository import Gio, GLib

from vgpu.qemu import Qemu
from vgpu.wait import wait_for as wait_for    # for the tests

ROOT = '/org/qemu/Display1'
PREFIX = 'org.qemu.Display1'
PROPERTIES = 'org.freedesktop.DBus.Properties'
CALL_TIMEOUT_MS = 10000


class Refused(Exception):
    """QEMU answered a call with an error; `name` is the D-Bus name of that error."""

    def __init__(self, error: GLib.Error):
        super().__init__(error.message)
        self.name = Gio.DBusError.get_remote_error(error) or ''


def connect(sock: socket.socket, flags: Gio.DBusConnectionFlags) -> Gio.DBusConnection:
    """A D-Bus connection on a socket, which it takes over."""
    stream = Gio.Socket.new_from_fd(sock.detach()).connection_factory_create_connection()
    return Gio.DBusConnection.new_sync(stream, None, flags, None, None)


class Peer:
    """One client of the display."""

    def __init__(self, connection: Gio.DBusConnection, name: str | None = None):
        """name is QEMU's name on the bus, None peer to peer."""
        self.connection = connection
        self.name = name

    def close(self) -> None:
        """Ends the connection."""
        if not self.connection.is_closed():
            self.connection.close_sync(None)

    def call(self, path: str, interface: str, method: str, signature: str = '()', *arguments: Any,
             fds: Sequence[int] = (), timeout_ms: int = CALL_TIMEOUT_MS) -> tuple:
        """Calls a method; `path` is relative to the display's root, `interface` to its prefix."""
        full = interface if '.' in interface else f'{PREFIX}.{interface}'
        listed = Gio.UnixFDList.new_from_array([os.dup(fd) for fd in fds])
        try:
            reply, _ = self.connection.call_with_unix_fd_list_sync(
                self.name, f'{ROOT}/{path}'.rstrip('/'), full, method,
                GLib.Variant(signature, arguments), None, Gio.DBusCallFlags.NONE, timeout_ms,
                listed, None)
        except GLib.Error as error:
            raise Refused(error) from None
        return reply.unpack()

    def get(self, path: str, interface: str, name: str) -> Any:
        """Reads a property."""
        return self.call(path, PROPERTIES, 'Get', '(ss)', f'{PREFIX}.{interface}', name)[0]

    def objects(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Everything that is exported: path (relative), interface (relative), property."""
        managed, = self.call('', 'org.freedesktop.DBus.ObjectManager', 'GetManagedObjects')
        return {path[len(ROOT) + 1:]: {name[len(PREFIX) + 1:]: values for name, values in interfaces.items()}
                for path, interfaces in managed.items()}

    def introspect(self, path: str) -> Gio.DBusNodeInfo:
        """The interfaces of an object."""
        xml, = self.call(path, 'org.freedesktop.DBus.Introspectable', 'Introspect')
        return Gio.DBusNodeInfo.new_for_xml(xml)


def join_peer(qemu: Qemu) -> Peer:
    """A new peer-to-peer client."""
    ours, theirs = socket.socketpair()
    with theirs:
        qemu.qmp.pass_fd('dbus-client', theirs.fileno())
        qemu.qmp.command('add_client', protocol='@dbus-display', fdname='dbus-client')
    return Peer(connect(ours, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT))


class Bus:
    """A private message bus."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ['dbus-daemon', '--session', '--nofork', '--print-address=1'],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout
        self.address = self.process.stdout.readline().strip().split(',')[0]

    def join(self) -> Peer:
        """A new client, which waits until QEMU is there."""
        flags = Gio.DBusConnectionFlags
        connection = Gio.DBusConnection.new_for_address_sync(
            self.address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        connection.set_exit_on_close(False)
        peer = Peer(connection, 'org.qemu')
        wait_for(lambda: self._has_owner(connection), 'org.qemu on the bus')
        return peer

    @staticmethod
    def _has_owner(connection: Gio.DBusConnection) -> bool:
        reply = connection.call_sync(
            'org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'NameHasOwner',
            GLib.Variant('(s)', ('org.qemu',)), None, Gio.DBusCallFlags.NONE, CALL_TIMEOUT_MS, None)
        return reply.unpack()[0]

    def close(self) -> None:
        """Ends the bus."""
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()
