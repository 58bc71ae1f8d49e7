# SPDX-License-Identifier: GPL-2.0-or-later
"""What `gl-demo -p` shows in a guest, computed here without GL; see tests/guest/gl-picture.c."""

from __future__ import annotations

import numpy

COLUMNS, ROWS = 16, 10      # cells of the screen
TEXELS = 8
GROUND_FRAMES = 8

# What differs between two correct renderings: the last bits of colours, and edges by a pixel.
COLOUR_TOLERANCE = 3
EDGE_SHARE = 0.002


class GlPicture:
    """A picture that is drawn in cells."""

    def __init__(self, width: int, height: int):
        self.cell_width, self.cell_height = width / COLUMNS, height / ROWS
        y, x = numpy.mgrid[0:height, 0:width]
        self.x = (x + 0.5) / self.cell_width
        self.y = (y + 0.5) / self.cell_height
        self.pixels = numpy.zeros((height, width, 3))

    def inside(self, x0: float, y0: float, x1: float, y1: float) -> numpy.ndarray:
        """Which pixels lie in an area of cells."""
        return (self.x >= x0) & (self.x < x1) & (self.y >= y0) & (self.y < y1)

    def fill(self, where: numpy.ndarray, colour: tuple[float, float, float], alpha: float = 1) -> None:
        """Colours pixels; colours go from 0 to 1."""
        self.pixels[where] = self.pixels[where] * (1 - alpha) + numpy.array(colour) * alpha

    def draw_ground(self, frame: int) -> None:
        """Red from left to right, green from top to bottom, blue by the frame."""
        self.pixels[:, :, 0] = self.x / COLUMNS
        self.pixels[:, :, 1] = self.y / ROWS
        self.pixels[:, :, 2] = (frame * GROUND_FRAMES & 255) / 255

    def draw_texture(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """The texture of eight by eight texels, the first row at the top."""
        where = self.inside(x0, y0, x1, y1)
        i = ((self.x[where] - x0) / (x1 - x0) * TEXELS).astype(int)
        j = ((self.y[where] - y0) / (y1 - y0) * TEXELS).astype(int)
        texels = numpy.stack([32 * i + 16, 32 * j + 16, ((i ^ j) & 1) * 255], axis=1)
        self.pixels[where] = texels / 255

    def draw_triangle(self) -> None:
        """From (1, 9) and (5, 9) to (3, 6)."""
        half = (self.y - 6) / 3 * 2
        self.fill((self.y >= 6) & (self.y < 9) & (abs(self.x - 3) < half), (0, 1, 0))


def gl_picture(width: int, height: int, frame: int) -> numpy.ndarray:
    """A frame: height x width x 3."""
    picture = GlPicture(width, height)
    picture.draw_ground(frame)
    picture.fill(picture.inside(2, 2, 6, 5), (0, 0.2, 1))
    picture.fill(picture.inside(1, 1, 4, 4), (1, 0.2, 0))
    picture.draw_texture(8, 1, 12, 5)
    picture.fill(picture.inside(5, 3, 9, 6), (1, 1, 1), 0.5)
    picture.draw_triangle()
    picture.fill(picture.inside(7, 6, 11, 9), (1, 1, 0))
    picture.fill(picture.inside(7, 6, 9, 6.75), (0, 1, 1))
    picture.fill(picture.inside(13, 9 - frame % 9, 15, 9), (1, 0.6, 0))
    return numpy.round(picture.pixels * 255).astype(numpy.uint8)


def describe_unlikeness(got: numpy.ndarray, expected: numpy.ndarray, tolerance: int = COLOUR_TOLERANCE,
                        share: float = EDGE_SHARE) -> str:
    """Says how two pictures differ more than two renderings may; an empty text means that they are alike."""
    if got.shape != expected.shape:
        return f'size {got.shape[1]}x{got.shape[0]}, expected {expected.shape[1]}x{expected.shape[0]}'
    wrong = (abs(got.astype(int) - expected) > tolerance).any(axis=2)
    if wrong.mean() <= share:
        return ''
    y, x = numpy.argwhere(wrong)[0]
    return (f'{wrong.mean():.2%} of the pixels differ by more than {tolerance}; ({x}, {y}) is {got[y, x].tolist()}, '
            f'expected {expected[y, x].tolist()}')
