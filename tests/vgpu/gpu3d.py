# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver of the 3D half of virtio-gpu: contexts, textures and command streams."""

from __future__ import annotations

import itertools
import struct
from typing import Any

from . import virgl
from .formats import Format
from .gpu import Gpu
from .virtqueue import Request
from .wire import FLAG_FENCE, FLAG_INFO_RING_IDX, Response

CAPSET_VIRGL = 1
CAPSET_VIRGL2 = 2
CAPSET_VENUS = 4


class Gpu3d:
    """One context on a device, and what is drawn in it."""

    def __init__(self, gpu: Gpu, ctx_id: int = 1, context_init: int = 0, first_fence: int = 1 << 33):
        self.gpu = gpu
        self.ctx_id = ctx_id
        self._fences = itertools.count(first_fence)
        self._handles = itertools.count(1)
        name = b'test'
        gpu.ok('ctx_create', ctx_id=ctx_id, nlen=len(name), debug_name=name, context_init=context_init)

    def create(self, resource_id: int, width: int, height: int = 1, **fields: Any) -> None:
        """Creates a resource of one layer and puts it into the context."""
        fields = {'target': virgl.TARGET_2D, 'format': Format.B8G8R8X8, 'depth': 1, 'array_size': 1,
                  'bind': virgl.BIND_RENDER_TARGET | virgl.BIND_SCANOUT} | fields
        self.gpu.ok('resource_create_3d', resource_id=resource_id, width=width, height=height, **fields)
        self.gpu.ok('ctx_attach_resource', ctx_id=self.ctx_id, resource_id=resource_id)

    def create_vertices(self, resource_id: int) -> None:
        """Creates a buffer for virgl.triangle()."""
        self.create(resource_id, 48, target=virgl.TARGET_BUFFER, format=64, bind=virgl.BIND_VERTEX_BUFFER)

    def queue(self, stream: bytes, ring: int | None = None, **fields: Any) -> Request:
        """Queues a stream with a fence, without telling the device."""
        flags = FLAG_FENCE if ring is None else FLAG_FENCE | FLAG_INFO_RING_IDX
        return self.gpu.submit('submit_3d', ctx_id=self.ctx_id, size=len(stream), tail=stream, flags=flags,
                               fence_id=next(self._fences), ring_idx=ring or 0, **fields)

    def submit(self, stream: bytes, **fields: Any) -> Response:
        """Runs a stream and waits for its fence."""
        return self.gpu.finish(self.queue(stream, **fields))

    def run(self, *streams: bytes) -> None:
        """Runs streams that must succeed."""
        response = self.submit(b''.join(streams))
        assert response.type_name == 'OK_NODATA', response.type_name

    def target(self, resource_id: int, fmt: int = Format.B8G8R8X8) -> bytes:
        """The stream that draws to a resource from now on."""
        handle = next(self._handles)
        return virgl.surface(handle, resource_id, fmt) + virgl.framebuffer(handle)

    def fill(self, resource_id: int, red: float, green: float, blue: float) -> None:
        """Gives all of a resource a colour."""
        self.run(self.target(resource_id), virgl.clear(red, green, blue))

    def attach_memory(self, resource_id: int, size: int) -> int:
        """Backs a resource by new guest memory; returns its address."""
        address = self.gpu.memory.alloc(size)
        self.gpu.attach(resource_id, [(address, size)])
        return address

    def transfer(self, direction: str, resource_id: int, box: tuple[int, ...], **fields: Any) -> Response:
        """Sends transfer_to_host_3d or transfer_from_host_3d for the context."""
        return self.gpu.command(f'transfer_{direction}_host_3d', ctx_id=self.ctx_id, box=box,
                                resource_id=resource_id, flags=FLAG_FENCE, fence_id=next(self._fences), **fields)


def capsets(gpu: Gpu, count: int) -> list[tuple[int, int, int]]:
    """Id, version and size of each capability set."""
    answers = [gpu.ok('get_capset_info', capset_index=index) for index in range(count)]
    return [struct.unpack_from('<III', answer.body) for answer in answers]
