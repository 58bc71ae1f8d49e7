# SPDX-License-Identifier: GPL-2.0-or-later
"""The structures of virtio-gpu as they lie in memory, little-endian, and their numbers."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Iterable, NamedTuple

PCI_DEVICE_ID = 0x1050
QUEUE_CONTROL = 0
QUEUE_CURSOR = 1
MAX_SCANOUTS = 16
SHM_ID_HOST_VISIBLE = 1


class Feature(IntFlag):
    """Feature bits of the device."""

    VIRGL = 1 << 0
    EDID = 1 << 1
    RESOURCE_UUID = 1 << 2
    RESOURCE_BLOB = 1 << 3
    CONTEXT_INIT = 1 << 4
    BLOB_ALIGNMENT = 1 << 5


class Config(IntEnum):
    """Offsets in the device's configuration space."""

    EVENTS_READ = 0
    EVENTS_CLEAR = 4
    NUM_SCANOUTS = 8
    NUM_CAPSETS = 12


EVENT_DISPLAY = 1

FLAG_FENCE = 1
FLAG_INFO_RING_IDX = 2

BLOB_MEM_GUEST = 1
BLOB_MEM_HOST3D = 2
BLOB_MEM_HOST3D_GUEST = 3
BLOB_FLAG_MAPPABLE = 1
BLOB_FLAG_SHAREABLE = 2
BLOB_FLAG_CROSS_DEVICE = 4


class Resp(IntEnum):
    """Types of responses."""

    OK_NODATA = 0x1100
    OK_DISPLAY_INFO = 0x1101
    OK_CAPSET_INFO = 0x1102
    OK_CAPSET = 0x1103
    OK_EDID = 0x1104
    OK_RESOURCE_UUID = 0x1105
    OK_MAP_INFO = 0x1106
    ERR_UNSPEC = 0x1200
    ERR_OUT_OF_MEMORY = 0x1201
    ERR_INVALID_SCANOUT_ID = 0x1202
    ERR_INVALID_RESOURCE_ID = 0x1203
    ERR_INVALID_CONTEXT_ID = 0x1204
    ERR_INVALID_PARAMETER = 0x1205


class Rect(NamedTuple):
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int


class Box(NamedTuple):
    """A box in texels."""

    x: int
    y: int
    z: int
    width: int
    height: int
    depth: int


class MemEntry(NamedTuple):
    """A piece of guest memory behind a resource."""

    address: int
    length: int


HEADER = struct.Struct('<IIQIB3x')
ENTRY = struct.Struct('<QI4x')
DISPLAY_ONE = struct.Struct('<IIIIII')

RECT = 'IIII'
BOX = 'IIIIII'
POSITION = 'III4x'


@dataclass(frozen=True)
class CommandSpec:
    """A command's number and its fields after the header, in order, with their layouts."""

    opcode: int
    fields: tuple[tuple[str, str], ...]
    queue: int = QUEUE_CONTROL

    @property
    def layout(self) -> str:
        """The layout of all fields."""
        return '<' + ''.join(layout for _, layout in self.fields)

    @property
    def size(self) -> int:
        """Bytes of the whole command, header included."""
        return HEADER.size + struct.calcsize(self.layout)


def _command(opcode: int, *fields: str, queue: int = QUEUE_CONTROL) -> CommandSpec:
    """Reads fields written as 'name:layout'; a nameless one is padding."""
    pairs = tuple((field.partition(':')[0], field.partition(':')[2]) for field in fields)
    return CommandSpec(opcode, pairs, queue)


_RESOURCE_ONLY = ('resource_id:I', ':4x')
_TRANSFER_3D = (f'box:{BOX}', 'offset:Q', 'resource_id:I', 'level:I', 'stride:I', 'layer_stride:I')
_CURSOR = (f'pos:{POSITION}', 'resource_id:I', 'hot_x:I', 'hot_y:I', ':4x')

COMMANDS: dict[str, CommandSpec] = {
    'get_display_info': _command(0x100),
    'resource_create_2d': _command(0x101, 'resource_id:I', 'format:I', 'width:I', 'height:I'),
    'resource_unref': _command(0x102, *_RESOURCE_ONLY),
    'set_scanout': _command(0x103, f'r:{RECT}', 'scanout_id:I', 'resource_id:I'),
    'resource_flush': _command(0x104, f'r:{RECT}', *_RESOURCE_ONLY),
    'transfer_to_host_2d': _command(0x105, f'r:{RECT}', 'offset:Q', *_RESOURCE_ONLY),
    'resource_attach_backing': _command(0x106, 'resource_id:I', 'nr_entries:I'),
    'resource_detach_backing': _command(0x107, *_RESOURCE_ONLY),
    'get_capset_info': _command(0x108, 'capset_index:I', ':4x'),
    'get_capset': _command(0x109, 'capset_id:I', 'capset_version:I'),
    'get_edid': _command(0x10a, 'scanout:I', ':4x'),
    'resource_assign_uuid': _command(0x10b, *_RESOURCE_ONLY),
    'resource_create_blob': _command(0x10c, 'resource_id:I', 'blob_mem:I', 'blob_flags:I',
                                     'nr_entries:I', 'blob_id:Q', 'size:Q'),
    'set_scanout_blob': _command(0x10d, f'r:{RECT}', 'scanout_id:I', 'resource_id:I', 'width:I',
                                 'height:I', 'format:I', ':4x', 'strides:IIII', 'offsets:IIII'),
    'ctx_create': _command(0x200, 'nlen:I', 'context_init:I', 'debug_name:64s'),
    'ctx_destroy': _command(0x201),
    'ctx_attach_resource': _command(0x202, *_RESOURCE_ONLY),
    'ctx_detach_resource': _command(0x203, *_RESOURCE_ONLY),
    'resource_create_3d': _command(0x204, 'resource_id:I', 'target:I', 'format:I', 'bind:I', 'width:I',
                                   'height:I', 'depth:I', 'array_size:I', 'last_level:I',
                                   'nr_samples:I', 'resource_flags:I', ':4x'),
    'transfer_to_host_3d': _command(0x205, *_TRANSFER_3D),
    'transfer_from_host_3d': _command(0x206, *_TRANSFER_3D),
    'submit_3d': _command(0x207, 'size:I', ':4x'),
    'resource_map_blob': _command(0x208, *_RESOURCE_ONLY, 'offset:Q'),
    'resource_unmap_blob': _command(0x209, *_RESOURCE_ONLY),
    'update_cursor': _command(0x300, *_CURSOR, queue=QUEUE_CURSOR),
    'move_cursor': _command(0x301, *_CURSOR, queue=QUEUE_CURSOR),
}

RESPONSE_SIZES = {
    'get_display_info': HEADER.size + MAX_SCANOUTS * DISPLAY_ONE.size,
    'get_edid': HEADER.size + 8 + 1024,
    'get_capset_info': HEADER.size + 16,
    'get_capset': 4096,
    'resource_assign_uuid': HEADER.size + 16,
    'resource_map_blob': HEADER.size + 8,
}


def response_size(name: str) -> int:
    """The room a driver leaves for the answer of a command."""
    return RESPONSE_SIZES.get(name, HEADER.size)


def header(opcode: int, flags: int = 0, fence_id: int = 0, ctx_id: int = 0, ring_idx: int = 0) -> bytes:
    """Packs a control header."""
    return HEADER.pack(opcode, flags, fence_id, ctx_id, ring_idx)


def encode(name: str, *, flags: int = 0, fence_id: int = 0, ctx_id: int = 0, ring_idx: int = 0,
           tail: bytes = b'', **values: int | bytes | Iterable[int]) -> bytes:
    """Packs a command; fields that are not given are 0, `tail` follows the struct."""
    spec = COMMANDS[name]
    unknown = set(values) - {field for field, _ in spec.fields if field}
    if unknown:
        raise TypeError(f'{name} has no {", ".join(sorted(unknown))}')
    parts = [header(spec.opcode, flags, fence_id, ctx_id, ring_idx)]
    for field, layout in spec.fields:
        if field in values:
            value = values[field]
            parts.append(struct.pack('<' + layout, *([value] if isinstance(value, (int, bytes)) else value)))
        else:
            parts.append(bytes(struct.calcsize('<' + layout)))
    return b''.join(parts) + tail


def pack_entries(entries: Iterable[MemEntry | tuple[int, int]]) -> bytes:
    """Packs the list that follows an attach or a blob."""
    return b''.join(ENTRY.pack(address, length) for address, length in entries)


@dataclass(frozen=True)
class Response:
    """An answer: the header's fields and all bytes, those the device left alone included."""

    type: int
    flags: int
    fence_id: int
    ctx_id: int
    ring_idx: int
    data: bytes
    used_length: int

    @classmethod
    def parse(cls, data: bytes, used_length: int) -> 'Response':
        """Reads the bytes of an answer."""
        return cls(*HEADER.unpack_from(data), data=data, used_length=used_length)

    @property
    def body(self) -> bytes:
        """What follows the header."""
        return self.data[HEADER.size:]

    @property
    def type_name(self) -> str:
        """The name of the type, for messages."""
        try:
            return Resp(self.type).name
        except ValueError:
            return f'{self.type:#x}'


class DisplayMode(NamedTuple):
    """One entry of the display information."""

    rect: Rect
    enabled: int
    flags: int


def parse_display_info(response: Response) -> list[DisplayMode]:
    """The modes of all 16 possible heads."""
    modes = []
    for index in range(MAX_SCANOUTS):
        values = DISPLAY_ONE.unpack_from(response.body, index * DISPLAY_ONE.size)
        modes.append(DisplayMode(Rect(*values[:4]), values[4], values[5]))
    return modes


def parse_edid(response: Response) -> bytes:
    """The EDID blob of an answer."""
    size, _ = struct.unpack_from('<II', response.body)
    return response.body[8:8 + size]
