# SPDX-License-Identifier: GPL-2.0-or-later
"""Migration by way of a file or a socket, and the device's section in such a file."""

from __future__ import annotations

import shlex
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from .qemu import Qemu

SECTION_FULL = 4
SECTION_FOOTER = 0x7e
OUTPUT_SIZE = 40


class MigrationFailed(Exception):
    """A migration ended with an error."""


def save(qemu: Qemu, path: Path, timeout: float = 60, stop: bool = True) -> None:
    """Stops the machine, or lets the migration do it, and writes its state to a file."""
    if stop:
        qemu.qmp.command('stop')
    qemu.qmp.command('migrate', uri=f'exec:cat > {shlex.quote(str(path))}')
    wait_sent(qemu, timeout)


def wait_sent(qemu: Qemu, timeout: float = 60, passes: int | None = None) -> None:
    """Waits until all of the state is sent or, if given, until memory has been sent that many times over."""
    deadline = time.monotonic() + timeout
    while True:
        info = qemu.qmp.command('query-migrate')
        if passes is not None and info.get('ram', {}).get('dirty-sync-count', 0) > passes:
            return
        if info.get('status') == 'completed' and passes is None:
            return
        if info.get('status') in ('completed', 'failed') or time.monotonic() > deadline:
            raise MigrationFailed(str(info))
        time.sleep(0.005)


def incoming(path: Path) -> list[str]:
    """The arguments that make a process load a file."""
    return ['-incoming', f'exec:cat {shlex.quote(str(path))}']


def wait_loaded(qemu: Qemu, timeout: float = 60) -> None:
    """Waits until the state is loaded and lets the machine run."""
    deadline = time.monotonic() + timeout
    while qemu.qmp.command('query-status')['status'] == 'inmigrate':
        if time.monotonic() > deadline:
            raise MigrationFailed('still loading')
        time.sleep(0.005)
    qemu.qmp.command('cont')


@dataclass(frozen=True)
class Section:
    """Where the payload of a device lies in a stream."""

    start: int
    end: int

    def of(self, stream: bytes) -> bytes:
        """The payload."""
        return stream[self.start:self.end]


def find_section(stream: bytes, suffix: str) -> Section:
    """Finds the full section whose name ends with `suffix`."""
    name = suffix.encode()
    position = -1
    while True:
        position = stream.find(name, position + 1)
        if position < 0:
            raise LookupError(f'no section {suffix}')
        begin = stream.rfind(bytes([SECTION_FULL]), position - 64, position)
        while begin >= 0:
            section_id, length = struct.unpack_from('>IB', stream, begin + 1)
            if begin + 6 + length == position + len(name):
                start = position + len(name) + 8
                footer = struct.pack('>BI', SECTION_FOOTER, section_id)
                return Section(start, stream.index(footer, start))
            begin = stream.rfind(bytes([SECTION_FULL]), position - 64, begin)


@dataclass(frozen=True)
class SavedResource:
    """A resource of the stream, and where its fields lie."""

    offset: int
    resource_id: int
    width: int
    height: int
    format: int
    entries: list[tuple[int, int]]
    pixels: bytes
    end: int


def read_resource(stream: bytes, offset: int) -> SavedResource:
    """Reads one resource at an offset."""
    resource_id, width, height, fmt, count = struct.unpack_from('>5I', stream, offset)
    position = offset + 20
    entries = [struct.unpack_from('>QI', stream, position + 12 * index) for index in range(count)]
    position += 12 * count
    end = position + 4 * width * height
    return SavedResource(offset, resource_id, width, height, fmt, entries, stream[position:end], end)


@dataclass(frozen=True)
class SavedOutput:
    """A scanout of the stream."""

    resource_id: int
    width: int
    height: int
    x: int
    y: int
    cursor_id: int
    hot_x: int
    hot_y: int
    cursor_x: int
    cursor_y: int


@dataclass(frozen=True)
class SavedGpu:
    """All that the device itself writes."""

    resources: dict[int, SavedResource]
    enable: int
    outputs: list[SavedOutput]
    outputs_offset: int
    end: int


def read_gpu(stream: bytes, first_resource: tuple[int, int, int, int]) -> SavedGpu:
    """Reads the device's own part, found by the (id, width, height, format) of any of its resources."""
    section = find_section(stream, '/virtio-gpu')
    start = _first_resource(stream, section, first_resource)
    resources = {}
    position = start
    while struct.unpack_from('>I', stream, position)[0]:
        resource = read_resource(stream, position)
        resources[resource.resource_id] = resource
        position = resource.end
    enable, count = struct.unpack_from('>iI', stream, position + 4)
    outputs_offset = position + 4
    outputs = [SavedOutput(*struct.unpack_from('>IIIiiIIIII', stream, outputs_offset + 8 + OUTPUT_SIZE * i))
               for i in range(count)]
    return SavedGpu(resources, enable, outputs, outputs_offset, section.end)


def _first_resource(stream: bytes, section: Section, known: tuple[int, int, int, int]) -> int:
    """Where the list of resources begins, when `known` is its first one."""
    return stream.index(struct.pack('>4I', *known), section.start, section.end)
