# SPDX-License-Identifier: GPL-2.0-or-later
"""A 3D device behind some display, and what is seen of it."""

from __future__ import annotations

import numpy

from gtk.screen import Screen

from . import virgl
from .formats import Format, from_rgb
from .gpu import Gpu
from .gpu3d import Gpu3d
from .screendump import screendump
from .virtqueue import Request
from .wait import wait_for
from .wire import Rect

SIZE = (320, 200)
TILE = 40
DARKEST = 64
WHOLE = Rect(0, 0, *SIZE)


class Shown:
    """A device behind a display, and one context on it."""

    def __init__(self, gpu: Gpu, screen: Screen | None = None):
        self.gpu = gpu
        self.screen = screen
        self.gl = Gpu3d(gpu)

    def draw(self, resource_id: int, rgb: numpy.ndarray, create: bool = True) -> None:
        """Has a resource drawn that looks like a picture."""
        height, width = rgb.shape[:2]
        data = from_rgb(rgb, Format.B8G8R8X8).tobytes()
        if create:
            self.gl.create(resource_id, width, height)
        for y in range(0, height, 20):
            rows = data[y * width * 4:(y + 20) * width * 4]
            self.gl.run(virgl.inline_write(resource_id, 0, y, width, len(rows) // (width * 4), rows))

    def show(self, resource_id: int, head: int = 0, rect: Rect = WHOLE) -> None:
        """Shows a resource on a head."""
        self.gpu.set_scanout(head, resource_id, rect)
        self.gpu.flush(resource_id, rect)

    def stats(self, head: int = 0) -> dict[str, int]:
        """The counters of a head."""
        devices = self.gpu.qemu.qmp.command('qom-list', path='/machine/peripheral/gpu0')
        backend = next(entry['name'] for entry in devices if entry['name'] == 'virtio-backend')
        return self.gpu.qemu.qmp.command('qom-get', path=f'/machine/peripheral/gpu0/{backend}',
                                         property='scanout-stats')[head]

    def dump(self, head: int = 0) -> numpy.ndarray:
        """What screendump makes of a head."""
        return screendump(self.gpu.qemu, 'gpu0', head)

    def assert_window_shows(self, rgb: numpy.ndarray) -> None:
        """A picture of tiles is all there is on the screen, or will be."""
        assert self.screen is not None
        wait_for(lambda: is_on(self.screen.picture, rgb), 'the picture on the screen')


def tiles(seed: int = 0) -> numpy.ndarray:
    """A picture of tiles, all of them brighter than what is around: it is known again at any size."""
    colours = numpy.random.default_rng(seed).integers(DARKEST, 256, (*SIZE[::-1], 3), numpy.uint8)
    return numpy.repeat(numpy.repeat(colours[::TILE, ::TILE], TILE, axis=0), TILE, axis=1)


def is_on(screen: numpy.ndarray, rgb: numpy.ndarray) -> bool:
    """Whether what is on the screen is a picture of tiles. Stock GTK makes it as large as its window."""
    bright = (screen >= DARKEST).any(axis=2)
    rows, columns = (numpy.flatnonzero(bright.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return False
    seen = screen[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    expected = rgb[TILE // 2::TILE, TILE // 2::TILE]
    places = [(numpy.arange(count) * 2 + 1) * length // (count * 2)
              for length, count in zip(seen.shape, expected.shape[:2])]
    return bool((seen[numpy.ix_(*places)] == expected).all())


def compile_for_long(shown: Shown) -> list[Request]:
    """Has shaders compiled that take seconds each; returns the requests."""
    shown.gl.create(90, *SIZE)
    shown.gl.create_vertices(91)
    shown.gl.run(shown.gl.target(90), virgl.states(*SIZE),
                 virgl.shader(201, virgl.STAGE_VERTEX, virgl.VERTEX_TEXT))
    requests = [shown.gl.queue(virgl.shader(300 + seed, virgl.STAGE_FRAGMENT, virgl.monster(2600, seed))
                               + virgl.triangle(91)) for seed in (1, 2, 3)]
    shown.gpu.control.kick()
    return requests
