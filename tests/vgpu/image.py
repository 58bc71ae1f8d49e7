# SPDX-License-Identifier: GPL-2.0-or-later
"""Pixels in guest memory: the backing of a resource, in one piece or scattered over pages."""

from __future__ import annotations

import random

import numpy

from .formats import BYTES_PER_PIXEL, Format, from_rgb
from .memory import PAGE, GuestMemory
from .wire import MemEntry


class Backing:
    """`size` bytes of guest memory; scattered backings have their pages in a shuffled order."""

    def __init__(self, memory: GuestMemory, size: int, scatter: int | None = None):
        """scatter seeds the order of the pages; None means one contiguous range."""
        self.memory = memory
        self.size = size
        count = (size + PAGE - 1) // PAGE
        start = memory.alloc_pages(count)
        if scatter is None:
            self.entries = [MemEntry(start, size)]
        else:
            order = list(range(count))
            random.Random(scatter).shuffle(order)
            self.entries = [MemEntry(start + page * PAGE, PAGE) for page in order]
            self.entries[-1] = MemEntry(self.entries[-1].address, size - PAGE * (count - 1))

    def write(self, offset: int, data: bytes) -> None:
        """Copies bytes to where the device will look for byte `offset`."""
        position = 0
        for address, length in self.entries:
            start = max(offset, position)
            end = min(offset + len(data), position + length)
            if start < end:
                self.memory.write(address + start - position, data[start - offset:end - offset])
            position += length


class GuestImage:
    """A picture in guest memory, with the format and size that its resource has."""

    def __init__(self, memory: GuestMemory, width: int, height: int, fmt: Format = Format.B8G8R8X8,
                 scatter: int | None = None):
        self.width = width
        self.height = height
        self.format = fmt
        self.stride = width * BYTES_PER_PIXEL
        self.backing = Backing(memory, self.stride * height, scatter)

    def draw(self, rgb: numpy.ndarray, filler: int = 0xff) -> None:
        """Replaces the whole picture."""
        self.backing.write(0, from_rgb(rgb, self.format, filler).tobytes())

    def draw_at(self, x: int, y: int, rgb: numpy.ndarray, filler: int = 0xff) -> None:
        """Replaces a rectangle of the picture."""
        for row, pixels in enumerate(from_rgb(rgb, self.format, filler)):
            self.backing.write((y + row) * self.stride + x * BYTES_PER_PIXEL, pixels.tobytes())

    def offset(self, x: int, y: int) -> int:
        """Where the pixel (x, y) begins: the offset of a transfer."""
        return y * self.stride + x * BYTES_PER_PIXEL
