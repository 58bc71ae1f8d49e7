# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU with egl-headless: its device, its viewers and the counters of its consoles."""

from __future__ import annotations

import struct
from functools import cached_property
from pathlib import Path
from typing import Sequence

import numpy

from vgpu.formats import Format
from vgpu.gpu import Gpu
from vgpu.image import GuestImage
from vgpu.qemu import Qemu
from vgpu.screendump import describe_difference
from vgpu.vnc import VncClient
from vgpu.wire import FLAG_FENCE, Box, Rect

TEXTURE_2D = 2
BIND_RENDER_TARGET, BIND_SAMPLER_VIEW, BIND_SCANOUT = 1 << 1, 1 << 3, 1 << 18
Y_0_TOP = 1

VIRGL_CREATE_OBJECT, VIRGL_SET_FRAMEBUFFER_STATE, VIRGL_CLEAR = 1, 5, 7
VIRGL_SURFACE = 8
CLEAR_COLOUR = 1 << 2


class Headless:
    """One process; viewers connect when they are first looked at."""

    def __init__(self, qemu: Qemu, sockets: Sequence[Path]):
        self.qemu = qemu
        self._sockets = sockets
        self._viewers: dict[int, VncClient] = {}

    @cached_property
    def gpu(self) -> Gpu:
        """The virtio-gpu, started."""
        return Gpu(self.qemu, device='gpu0').start()

    def viewer(self, head: int = 0) -> VncClient:
        """A VNC client that looks at a head."""
        if head not in self._viewers:
            self._viewers[head] = VncClient(str(self._sockets[head]))
        return self._viewers[head]

    def assert_shows(self, rgb: numpy.ndarray, head: int = 0, timeout: float = 10) -> None:
        """The viewer of a head sees the picture, or will."""
        viewer = self.viewer(head)
        shown = viewer.shows(rgb, timeout)
        assert shown, describe_difference(viewer.picture, rgb)

    def counter(self, name: str, console: int = 0) -> int:
        """A counter of egl-headless: updates, bytes-read, bytes-copied, cursor-bytes."""
        return self.qemu.qmp.command('qom-get', path=f'/backend/console[{console}]',
                                     property=f'x-egl-headless-{name}')

    def close(self) -> None:
        """Ends the viewers' connections."""
        for viewer in self._viewers.values():
            viewer.close()


class Texture:
    """A 3D resource of a virgl device, with a picture in guest memory behind it."""

    def __init__(self, gpu: Gpu, resource_id: int, width: int, height: int, flags: int = 0,
                 fmt: Format = Format.B8G8R8X8):
        self.gpu = gpu
        self.resource_id = resource_id
        self.size = (width, height)
        gpu.ok('resource_create_3d', resource_id=resource_id, target=TEXTURE_2D, format=fmt,
               bind=BIND_RENDER_TARGET | BIND_SAMPLER_VIEW | BIND_SCANOUT, width=width, height=height,
               depth=1, array_size=1, flags=flags)
        self.image = GuestImage(gpu.memory, width, height, fmt)
        gpu.attach(resource_id, self.image.backing.entries)

    def fill(self, rgb: numpy.ndarray) -> None:
        """Brings a picture of the same size into the texture, row 0 first."""
        width, height = self.size
        self.image.draw(rgb)
        self.gpu.ok('transfer_to_host_3d', box=Box(0, 0, 0, width, height, 1), offset=0,
                    resource_id=self.resource_id, stride=self.image.stride)

    def show(self, rect: Rect | None = None, scanout_id: int = 0) -> None:
        """Makes it, or a part of it, the scanout of a head."""
        self.gpu.set_scanout(scanout_id, self.resource_id, rect or Rect(0, 0, *self.size))

    def flush(self, rect: Rect | None = None) -> None:
        """Brings it, or a part of it, to the displays, and waits until they have taken it, as drivers do."""
        self.gpu.ok('resource_flush', r=rect or Rect(0, 0, *self.size), resource_id=self.resource_id,
                    flags=FLAG_FENCE, fence_id=1)


class VirglContext:
    """A context that can clear textures: the least that proves that 3D works."""

    def __init__(self, gpu: Gpu, context_id: int = 1):
        self.gpu = gpu
        self.context_id = context_id
        self._surfaces = 0
        gpu.ok('ctx_create', ctx_id=context_id, nlen=4, debug_name=b'test')

    def clear(self, texture: Texture, colour: tuple[float, float, float]) -> None:
        """Clears a texture through the renderer."""
        self._surfaces += 1
        handle = self._surfaces
        self.gpu.ok('ctx_attach_resource', ctx_id=self.context_id, resource_id=texture.resource_id)
        self.submit(
            self._words(VIRGL_CREATE_OBJECT, VIRGL_SURFACE, handle, texture.resource_id,
                        int(texture.image.format), 0, 0),
            self._words(VIRGL_SET_FRAMEBUFFER_STATE, 0, 1, 0, handle),
            self._words(VIRGL_CLEAR, 0, CLEAR_COLOUR, *struct.unpack('<4I', struct.pack('<4f', *colour, 1)),
                        0, 0, 0))

    def submit(self, *commands: bytes) -> None:
        """Runs a command buffer."""
        data = b''.join(commands)
        self.gpu.ok('submit_3d', ctx_id=self.context_id, size=len(data), tail=data)

    @staticmethod
    def _words(command: int, kind: int, *arguments: int) -> bytes:
        header = command | kind << 8 | len(arguments) << 16
        return struct.pack(f'<{1 + len(arguments)}I', header, *arguments)


def plain(width: int, height: int, rgb: tuple[int, int, int]) -> numpy.ndarray:
    """A picture of one colour."""
    return numpy.full((height, width, 3), rgb, numpy.uint8)
