# SPDX-License-Identifier: GPL-2.0-or-later
"""The pixel formats of virtio-gpu: where red, green and blue lie in the four bytes of a pixel."""

from __future__ import annotations

from enum import IntEnum

import numpy

BYTES_PER_PIXEL = 4


class Format(IntEnum):
    """Format numbers; the name lists the bytes in memory order."""

    B8G8R8A8 = 1
    B8G8R8X8 = 2
    A8R8G8B8 = 3
    X8R8G8B8 = 4
    R8G8B8A8 = 67
    X8B8G8R8 = 68
    A8B8G8R8 = 121
    R8G8B8X8 = 134

    @property
    def channels(self) -> str:
        """The channel in each of the four bytes, such as 'BGRX'."""
        return self.name.replace('8', '')

    @property
    def has_alpha(self) -> bool:
        """Whether the fourth channel is alpha."""
        return 'A' in self.channels


def from_rgb(rgb: numpy.ndarray, fmt: Format, filler: int = 0xff) -> numpy.ndarray:
    """Converts height x width x 3 pixels to the bytes of a format; alpha or unused is `filler`."""
    height, width, _ = rgb.shape
    pixels = numpy.full((height, width, BYTES_PER_PIXEL), filler, numpy.uint8)
    for channel, plane in zip('RGB', range(3)):
        pixels[:, :, fmt.channels.index(channel)] = rgb[:, :, plane]
    return pixels


def to_rgb(pixels: numpy.ndarray, fmt: Format) -> numpy.ndarray:
    """Takes the colours out of height x width x 4 bytes of a format."""
    order = [fmt.channels.index(channel) for channel in 'RGB']
    return pixels[:, :, order]


def gradient(width: int, height: int, seed: int = 0) -> numpy.ndarray:
    """A picture in which every pixel tells its place: height x width x 3."""
    x = numpy.arange(width, dtype=numpy.uint32)[None, :]
    y = numpy.arange(height, dtype=numpy.uint32)[:, None]
    rgb = numpy.empty((height, width, 3), numpy.uint8)
    rgb[:, :, 0] = (x + 17 * seed) & 0xff
    rgb[:, :, 1] = (y + 31 * seed) & 0xff
    rgb[:, :, 2] = ((x ^ y) + (x >> 8) * 16 + (y >> 8) + 53 * seed) & 0xff
    return rgb
