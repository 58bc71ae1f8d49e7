# SPDX-License-Identifier: GPL-2.0-or-later
"""Blobs in the renderer's memory, and the BAR in which the guest sees them."""

from __future__ import annotations

import itertools
import struct
from typing import Any

from . import virgl
from .gpu import Gpu
from .gpu3d import CAPSET_VENUS, Gpu3d
from .virtio import CAP_SHARED_MEMORY
from .wire import BLOB_FLAG_MAPPABLE, BLOB_MEM_HOST3D, HEADER, Response

PAGE = 4096
CACHED = 1
# Of what there is to make a blob of; it may be said to be larger.
LARGEST = 64 << 20

# Made of: memory of the renderer's process; a file. Without Vulkan there is nobody to make files.
MEMORY = 'memory'
FILE = 'file'


class HostMemory:
    """The window of a device."""

    def __init__(self, gpu: Gpu):
        region = gpu.virtio.regions[CAP_SHARED_MEMORY]
        self.qtest = gpu.qemu.qtest
        self.size = region.length
        self.address = gpu.pci.bars[region.bar] + region.offset

    def read(self, offset: int, size: int) -> bytes:
        """What the guest reads."""
        return self.qtest.read_bytes(self.address + offset, size)

    def write(self, offset: int, data: bytes) -> None:
        """Writes as the guest does."""
        self.qtest.write_bytes(self.address + offset, data)


class HostBlobs:
    """Makes and maps blobs; needs a device as after a reset."""

    def __init__(self, gpu: Gpu):
        self.gpu = gpu
        self.window = HostMemory(gpu)
        self.gl = Gpu3d(gpu, 1)
        self.has_venus = False
        self._blob_ids = itertools.count(1)

    def start_venus(self) -> bool:
        """Makes the context that files come from; False where the device has none of that kind."""
        response = self.gpu.command('ctx_create', ctx_id=2, context_init=CAPSET_VENUS)
        self.has_venus = response.type_name == 'OK_NODATA'
        return self.has_venus

    def request(self, kind: str, resource_id: int, size: int, **fields: Any) -> Response:
        """Asks for a blob."""
        blob_id = 0
        if kind == MEMORY:
            blob_id = next(self._blob_ids)
            self.gl.run(virgl.pipe_resource(blob_id, max(1, min(size, LARGEST))))
        fields = {'ctx_id': 1 if kind == MEMORY else 2, 'blob_mem': BLOB_MEM_HOST3D, 'blob_id': blob_id,
                  'blob_flags': BLOB_FLAG_MAPPABLE, 'size': size} | fields
        return self.gpu.command('resource_create_blob', resource_id=resource_id, **fields)

    def create(self, kind: str, resource_id: int, size: int, **fields: Any) -> None:
        """Makes a blob."""
        response = self.request(kind, resource_id, size, **fields)
        assert response.type_name == 'OK_NODATA', response.type_name

    def map(self, resource_id: int, offset: int) -> Response:
        """Asks for a blob to be seen at an offset."""
        return self.gpu.command('resource_map_blob', resource_id=resource_id, offset=offset)

    def unmap(self, resource_id: int) -> Response:
        """Asks for it to be seen no more."""
        return self.gpu.command('resource_unmap_blob', resource_id=resource_id)

    def show(self, kind: str, resource_id: int, size: int, offset: int) -> None:
        """Makes a blob and maps it."""
        self.create(kind, resource_id, size)
        response = self.map(resource_id, offset)
        assert response.type_name == 'OK_MAP_INFO', response.type_name


def map_info(response: Response) -> int:
    """How the guest is to cache what was mapped."""
    assert response.used_length == HEADER.size + 8
    info, padding = struct.unpack('<II', response.body[:8])
    assert padding == 0
    return info
