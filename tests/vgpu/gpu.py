# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver of virtio-gpu: sends commands and waits for their answers."""

from __future__ import annotations

import copy
from typing import Any, Iterable, Sequence

import numpy

from . import wire
from .formats import Format
from .image import GuestImage
from .pci import PciBus, PciDevice
from .qemu import Qemu
from .virtio import CAP_DEVICE, F_INDIRECT_DESC, VENDOR, VirtioPci
from .virtqueue import Request, VirtQueue
from .wire import COMMANDS, HEADER, Config, Feature, MemEntry, Rect, Resp, Response

DEFAULT_FEATURES = Feature.EDID | Feature.RESOURCE_BLOB | Feature.VIRGL | Feature.CONTEXT_INIT
DEFAULT_FEATURES |= Feature.RESOURCE_UUID | 1 << F_INDIRECT_DESC


class CommandFailed(AssertionError):
    """A command that should work was answered by an error."""


class Gpu:
    """One device of a running QEMU."""

    def __init__(self, qemu: Qemu, pci: PciDevice | None = None, device: str | None = None):
        """pci None means the first one on bus 0; device is the QOM id for screendumps."""
        self.qemu = qemu
        self.device = device
        self.memory = qemu.memory
        self.pci = pci or PciBus(qemu.qtest).find(VENDOR, wire.PCI_DEVICE_ID)
        self.pci.enable()
        self.virtio = VirtioPci(self.pci, self.memory)

    def start(self, features: int = DEFAULT_FEATURES, size: int | None = None,
              vectors: bool = False) -> 'Gpu':
        """Brings the device to DRIVER_OK with both queues; also after a reset."""
        self.virtio.start(features, 2, size, vectors)
        return self

    def moved(self, qemu: Qemu) -> 'Gpu':
        """The same driver, continuing in a process that the machine has migrated to."""
        gpu = copy.copy(self)
        gpu.qemu = qemu
        gpu.memory = qemu.memory
        gpu.memory.rewind(self.memory.position())
        gpu.pci = copy.copy(self.pci)
        gpu.pci.pci = PciBus(qemu.qtest)
        gpu.virtio = self.virtio.moved(gpu.pci, gpu.memory)
        return gpu

    @property
    def control(self) -> VirtQueue:
        """The control queue."""
        return self.virtio.queues[wire.QUEUE_CONTROL]

    @property
    def cursor(self) -> VirtQueue:
        """The cursor queue."""
        return self.virtio.queues[wire.QUEUE_CURSOR]

    def config(self, field: Config) -> int:
        """Reads a field of the device's configuration."""
        return self.virtio.read(CAP_DEVICE, field, 4)

    def set_config(self, field: Config, value: int) -> None:
        """Writes a field of the device's configuration."""
        self.virtio.write(CAP_DEVICE, field, value, 4)

    def submit(self, name: str, room: int | None = None, tail: bytes = b'', **fields: Any) -> Request:
        """Queues a command without telling the device; `tail` goes into a buffer of its own."""
        spec = COMMANDS[name]
        out = [wire.encode(name, **fields)] + ([tail] if tail else [])
        room = wire.response_size(name) if room is None else room
        return self.virtio.queues[spec.queue].add(out, [room] if room else [])

    def command(self, name: str, room: int | None = None, tail: bytes = b'', **fields: Any) -> Response:
        """Sends a command and returns the answer."""
        return self.finish(self.submit(name, room, tail, **fields))

    def finish(self, request: Request) -> Response:
        """Tells the device about a queued request and waits for the answer."""
        request.queue.kick()
        request.queue.wait(request)
        return answer(request)

    def raw(self, out: Sequence[bytes], room: Sequence[int] = (HEADER.size,),
            queue: int = wire.QUEUE_CONTROL, indirect: bool = False, timeout: float = 20) -> Request:
        """Sends bytes as they are and waits until the element is back."""
        request = self.virtio.queues[queue].add(out, room, indirect)
        request.queue.kick()
        request.queue.wait(request, timeout=timeout)
        return request

    def ok(self, name: str, **fields: Any) -> Response:
        """Sends a command that must succeed."""
        response = self.command(name, **fields)
        if not Resp.OK_NODATA <= response.type < Resp.ERR_UNSPEC:
            raise CommandFailed(f'{name} {fields}: {response.type_name}')
        return response

    def batch(self, commands: Iterable[tuple[str, dict[str, Any]]]) -> list[Response]:
        """Sends several control commands with one kick."""
        requests = [self.submit(name, **fields) for name, fields in commands]
        self.control.kick()
        self.control.wait(*requests)
        return [answer(request) for request in requests]

    def create_2d(self, resource_id: int, width: int, height: int, fmt: int = Format.B8G8R8X8) -> None:
        """Creates a 2D resource."""
        self.ok('resource_create_2d', resource_id=resource_id, format=fmt, width=width, height=height)

    def attach(self, resource_id: int, entries: Sequence[MemEntry | tuple[int, int]]) -> None:
        """Gives a resource its backing."""
        self.ok('resource_attach_backing', resource_id=resource_id, nr_entries=len(entries),
                tail=wire.pack_entries(entries))

    def create_image(self, resource_id: int, width: int, height: int, fmt: Format = Format.B8G8R8X8,
                     scatter: int | None = None) -> GuestImage:
        """Creates a 2D resource that is backed by a new picture in guest memory."""
        image = GuestImage(self.memory, width, height, fmt, scatter)
        self.create_2d(resource_id, width, height, fmt)
        self.attach(resource_id, image.backing.entries)
        return image

    def set_scanout(self, scanout_id: int, resource_id: int, rect: Rect) -> None:
        """Shows a rectangle of a resource on a head; resource 0 disables the head."""
        self.ok('set_scanout', r=rect, scanout_id=scanout_id, resource_id=resource_id)

    def transfer(self, resource_id: int, rect: Rect, offset: int = 0) -> None:
        """Copies a rectangle from the backing into the resource."""
        self.ok('transfer_to_host_2d', r=rect, offset=offset, resource_id=resource_id)

    def flush(self, resource_id: int, rect: Rect) -> None:
        """Brings a rectangle of the resource to the displays."""
        self.ok('resource_flush', r=rect, resource_id=resource_id)

    def set_cursor(self, resource_id: int, x: int = 0, y: int = 0, scanout_id: int = 0,
                   hot: tuple[int, int] = (0, 0)) -> None:
        """Defines the cursor as guest drivers do, without room for an answer; resource 0 hides it."""
        request = self.submit('update_cursor', room=0, pos=(scanout_id, x, y), resource_id=resource_id,
                              hot_x=hot[0], hot_y=hot[1])
        self.cursor.kick()
        self.cursor.wait(request)

    def move_cursor(self, x: int, y: int, scanout_id: int = 0) -> None:
        """Moves the cursor as guest drivers do, without room for an answer."""
        request = self.submit('move_cursor', room=0, pos=(scanout_id, x, y))
        self.cursor.kick()
        self.cursor.wait(request)

    def show(self, resource_id: int, rgb: numpy.ndarray, scanout_id: int = 0,
             fmt: Format = Format.B8G8R8X8, scatter: int | None = None) -> GuestImage:
        """Creates a resource from a picture and shows all of it on a head."""
        height, width, _ = rgb.shape
        image = self.create_image(resource_id, width, height, fmt, scatter)
        image.draw(rgb)
        whole = Rect(0, 0, width, height)
        self.transfer(resource_id, whole)
        self.set_scanout(scanout_id, resource_id, whole)
        self.flush(resource_id, whole)
        return image


def answer(request: Request) -> Response:
    """The answer that a finished request holds."""
    assert request.used_length is not None
    return Response.parse(request.response(), request.used_length)
