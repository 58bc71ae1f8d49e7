# SPDX-License-Identifier: GPL-2.0-or-later
"""A blob resource with a picture in it, as a guest makes and shows one."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Iterator

import numpy

from vgpu import wire
from vgpu.formats import BYTES_PER_PIXEL, Format
from vgpu.gpu import Gpu
from vgpu.image import GuestImage
from vgpu.memory import PAGE
from vgpu.modules import Modules
from vgpu.qemu import Qemu
from vgpu.wire import MemEntry, Rect

from .rfb import Viewer


DEVICE = 'virtio-gpu-pci,blob=on'
BACKEND = '/machine/peripheral/gpu0/virtio-backend'


@contextlib.contextmanager
def watched_device(modules: Modules, display: str, folder: Path) -> Iterator[tuple[Gpu, Viewer]]:
    """A device with blob resources, a display, and a viewer of its VNC server."""
    vnc = folder / 'vnc'
    with Qemu('-device', f'{DEVICE},id=gpu0', '-vnc', f'unix:{vnc}', modules=modules,
              display=display, timeout=120) as qemu:
        gpu = Gpu(qemu, device='gpu0')
        qemu.check_modules()
        with Viewer(vnc) as viewer:
            yield gpu.start(), viewer


class Blob:
    """One resource and the guest memory behind it."""

    def __init__(self, gpu: Gpu, width: int, height: int, resource_id: int = 1,
                 scatter: int | None = None, pieces: int | None = None, adjacent: bool = False):
        """Allocates the memory.

        scatter seeds the order of its pages; pieces divides it into so many ranges of whole
        pages, in reverse order, or adjacent ones in their natural order.
        """
        self.gpu = gpu
        self.resource_id = resource_id
        self.image = GuestImage(gpu.memory, width, height, Format.B8G8R8X8, scatter)
        backing = self.image.backing
        if pieces:
            backing.entries = divide(backing.entries[0], pieces, adjacent)
        self.entries = [round_up(entry) for entry in backing.entries]
        self.size = sum(entry.length for entry in self.entries)

    @property
    def whole(self) -> Rect:
        """The rectangle of all pixels."""
        return Rect(0, 0, self.image.width, self.image.height)

    def create_fields(self) -> dict[str, Any]:
        """The command that creates the resource."""
        return {'resource_id': self.resource_id, 'blob_mem': wire.BLOB_MEM_GUEST,
                'blob_flags': wire.BLOB_FLAG_SHAREABLE, 'nr_entries': len(self.entries),
                'size': self.size, 'tail': wire.pack_entries(self.entries)}

    def create(self) -> 'Blob':
        """Creates the resource."""
        self.gpu.ok('resource_create_blob', **self.create_fields())
        return self

    def draw(self, rgb: numpy.ndarray) -> None:
        """Changes guest memory; the device is not told."""
        self.image.draw(rgb)

    def scanout_fields(self, rect: Rect | None = None) -> dict[str, Any]:
        """The command that makes head 0 show a rectangle of the picture, or all of it."""
        width, height = self.image.width, self.image.height
        return {'r': rect or self.whole, 'resource_id': self.resource_id, 'width': width, 'height': height,
                'format': self.image.format, 'strides': (width * BYTES_PER_PIXEL, 0, 0, 0)}

    def set_scanout(self, rect: Rect | None = None) -> None:
        """Makes head 0 show a rectangle of the picture, or all of it."""
        self.gpu.ok('set_scanout_blob', **self.scanout_fields(rect))

    def flush(self) -> None:
        """Tells the device that the picture changed."""
        self.gpu.flush(self.resource_id, self.whole)

    def show(self, rgb: numpy.ndarray) -> None:
        """Draws a picture and shows it."""
        self.draw(rgb)
        self.set_scanout()
        self.flush()

    def unref(self) -> None:
        """Destroys the resource."""
        self.gpu.ok('resource_unref', resource_id=self.resource_id)

    def whole_life(self) -> list[tuple[str, dict[str, Any]]]:
        """Commands that create, show, hide and destroy the resource."""
        return [('resource_create_blob', self.create_fields()),
                ('set_scanout_blob', self.scanout_fields()),
                ('resource_flush', {'r': self.whole, 'resource_id': self.resource_id}),
                ('set_scanout', {'resource_id': 0}),
                ('resource_unref', {'resource_id': self.resource_id})]


def divide(entry: MemEntry, count: int, adjacent: bool) -> list[MemEntry]:
    """Splits a range that is a multiple of `count` pages into equal ones."""
    length = entry.length // count
    assert length * count == entry.length and length % PAGE == 0
    order = range(count) if adjacent else reversed(range(count))
    return [MemEntry(entry.address + piece * length, length) for piece in order]


def round_up(entry: MemEntry) -> MemEntry:
    """The entry in whole pages, which is what guests give to blobs."""
    return MemEntry(entry.address, (entry.length + PAGE - 1) // PAGE * PAGE)
