# SPDX-License-Identifier: GPL-2.0-or-later
"""A client that speaks, but reads nothing unless it is told to: one that has stopped, or is hostile."""

from __future__ import annotations

import os
import socket
from typing import Any

from gi.repository import Gio, GLib

from peer import PREFIX, ROOT
from vgpu.qemu import Qemu

HANDSHAKE = b'\0AUTH EXTERNAL ' + str(os.getuid()).encode().hex().encode() + b'\r\n'


class MutePeer:
    """A peer-to-peer client without an event loop: what QEMU sends stays in its socket."""

    def __init__(self, qemu: Qemu):
        """Takes the place of the peer before."""
        self.sock, theirs = socket.socketpair()
        with theirs:
            qemu.qmp.pass_fd('mute', theirs.fileno())
            qemu.qmp.command('add_client', protocol='@dbus-display', fdname='mute')
        self.sock.settimeout(20)
        self.serial = 0
        self.sock.sendall(HANDSHAKE)
        assert self.sock.recv(4096).startswith(b'OK')
        self.sock.sendall(b'BEGIN\r\n')
        self.unread = b''
        self.last_call: Gio.DBusMessage | None = None

    def close(self) -> None:
        """Hangs up."""
        self.sock.close()

    def __enter__(self) -> 'MutePeer':
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def call(self, path: str, interface: str, method: str, signature: str = '()', *arguments: Any,
             answer: bool = True, sender: str | None = None) -> bytes:
        """The bytes of a call, for say(): `path` relative to the root, `interface` to the prefix."""
        full = interface if '.' in interface else f'{PREFIX}.{interface}'
        message = Gio.DBusMessage.new_method_call(None, f'{ROOT}/{path}'.rstrip('/'), full, method)
        message.set_body(GLib.Variant(signature, arguments))
        if not answer:
            message.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
        if sender is not None:
            message.set_sender(sender)
        self.serial += 1
        message.set_serial(self.serial)
        return message.to_blob(Gio.DBusCapabilityFlags.NONE)

    def say(self, *calls: bytes) -> bool:
        """Sends them; False when QEMU has hung up."""
        try:
            self.sock.sendall(b''.join(calls))
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def read(self, patience: float = 20) -> Gio.DBusMessage | None:
        """The next message from QEMU, None at the end of the connection."""
        self.sock.settimeout(patience)
        while len(self.unread) < 16 or len(self.unread) < Gio.DBusMessage.bytes_needed(self.unread[:16]):
            try:
                got = self.sock.recv(1 << 20)
            except ConnectionResetError:
                got = b''
            if not got:
                return None
            self.unread += got
        size = Gio.DBusMessage.bytes_needed(self.unread[:16])
        blob, self.unread = self.unread[:size], self.unread[size:]
        return Gio.DBusMessage.new_from_blob(blob, Gio.DBusCapabilityFlags.NONE)

    def calls(self, patience: float = 0.5) -> list[tuple[str, tuple]]:
        """What QEMU has called until it says nothing for a while; nothing is answered."""
        found = []
        try:
            while message := self.read(patience):
                if message.get_message_type() == Gio.DBusMessageType.METHOD_CALL:
                    self.last_call = message
                    body = message.get_body()
                    found.append((message.get_member(), body.unpack() if body else ()))
        except TimeoutError:
            pass
        return found

    def answer_last(self) -> None:
        """Answers the last call of QEMU's, with nothing."""
        reply = Gio.DBusMessage.new_method_reply(self.last_call)
        self.serial += 1
        reply.set_serial(self.serial)
        self.say(reply.to_blob(Gio.DBusCapabilityFlags.NONE))
