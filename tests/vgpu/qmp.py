# SPDX-License-Identifier: GPL-2.0-or-later
"""The QEMU machine protocol: JSON commands, answers and events by a socket."""

from __future__ import annotations

import json
import socket
import time
from typing import Any, Callable


class QmpError(Exception):
    """A command was refused; the text is QEMU's description."""


class Qmp:
    """A client of one QMP server."""

    def __init__(self, sock: socket.socket, closed: Callable[[], Exception], timeout: float = 60):
        """closed makes the exception to raise when QEMU has closed the connection."""
        self._sock = sock
        self._closed = closed
        self._sock.settimeout(timeout)
        self._buffer = b''
        self._ready = False
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        """Closes the connection."""
        self._sock.close()

    def command(self, name: str, **arguments: Any) -> Any:
        """Runs a command and returns its value; '_' in argument names stands for '-'."""
        self._send(name, arguments)
        return self._answer()

    def _answer(self) -> Any:
        while True:
            message = self._message()
            if 'event' in message:
                self.events.append(message)
            elif 'error' in message:
                raise QmpError(message['error']['desc'])
            else:
                return message['return']

    def pass_fd(self, name: str, fd: int) -> None:
        """Gives QEMU a descriptor, which commands can then name."""
        self.command('query-status')
        request = {'execute': 'getfd', 'arguments': {'fdname': name}}
        socket.send_fds(self._sock, [json.dumps(request).encode() + b'\n'], [fd])
        self._answer()

    def wait_event(self, name: str, timeout: float = 20) -> dict[str, Any]:
        """Waits for an event, or takes it from those that have come already."""
        deadline = time.monotonic() + timeout
        while True:
            for event in self.events:
                if event['event'] == name:
                    self.events.remove(event)
                    return event
            if time.monotonic() > deadline:
                raise TimeoutError(f'no event {name} in {timeout} s')
            self.command('query-status')
            time.sleep(0.01)

    def quit(self) -> None:
        """Asks QEMU to end; an answer is not waited for."""
        self._send('quit', {})

    def human(self, text: str) -> str:
        """Runs a command of the human monitor."""
        return self.command('human-monitor-command', **{'command-line': text})

    def _send(self, name: str, arguments: dict[str, Any]) -> None:
        if not self._ready:
            self._ready = True
            self._message()
            self.command('qmp_capabilities')
        request = {'execute': name,
                   'arguments': {key.replace('_', '-'): value for key, value in arguments.items()}}
        try:
            self._sock.sendall(json.dumps(request).encode() + b'\n')
        except (BrokenPipeError, ConnectionResetError) as error:
            raise self._closed() from error

    def _message(self) -> dict[str, Any]:
        while b'\n' not in self._buffer:
            try:
                data = self._sock.recv(1 << 20)
            except ConnectionResetError:
                data = b''
            if not data:
                raise self._closed()
            self._buffer += data
        line, self._buffer = self._buffer.split(b'\n', 1)
        return json.loads(line)
