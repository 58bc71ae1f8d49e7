# SPDX-License-Identifier: GPL-2.0-or-later
"""Xvfb, and what is on its screen."""

from __future__ import annotations

import os
import struct
import subprocess
import time
from functools import cached_property
from pathlib import Path

import numpy

from vgpu.screendump import describe_difference
from vgpu.wait import wait_for

XWD_HEADER = struct.Struct('>25I')
XWD_COLOUR = 12


def enlarged(rgb: numpy.ndarray, factor: int) -> numpy.ndarray:
    """A picture with every pixel as a block of pixels."""
    return rgb.repeat(factor, axis=0).repeat(factor, axis=1)


def find(shown: numpy.ndarray, rgb: numpy.ndarray) -> tuple[int, int] | None:
    """Where in a picture another one is."""
    height, width, _ = rgb.shape
    rows, columns = shown.shape[0] - height + 1, shown.shape[1] - width + 1
    if rows < 1 or columns < 1:
        return None
    fitting = numpy.ones((rows, columns), bool)
    for part in (0.1, 0.3, 0.6, 0.9):
        y, x = int(part * height), int(part * width)
        fitting &= (shown[y:y + rows, x:x + columns] == rgb[y, x]).all(axis=2)
    for y, x in numpy.argwhere(fitting):
        if (shown[y:y + height, x:x + width] == rgb).all():
            return int(x), int(y)
    return None


class Screen:
    """An X server of its own; its frame buffer is a file that can be read at any time."""

    def __init__(self, folder: Path, width: int = 1280, height: int = 1024):
        folder.mkdir()
        read, write = os.pipe()
        self.process = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write), '-screen', '0', f'{width}x{height}x24', '-fbdir', str(folder),
             '-nolisten', 'tcp', '-noreset', '-r'], pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise RuntimeError('Xvfb did not start')
        self.display = f':{number}'
        self.scale = 1      # of its windows
        self._memory = numpy.memmap(folder / 'Xvfb_screen0', numpy.uint8, 'r')

    def environment(self) -> dict[str, str]:
        """What a program needs to find this screen, and no other."""
        return {'DISPLAY': self.display, 'GDK_BACKEND': 'x11', 'WAYLAND_DISPLAY': '',
                'GDK_SCALE': str(self.scale)}

    @cached_property
    def _rows(self) -> numpy.ndarray:
        fields = XWD_HEADER.unpack(self._memory[:XWD_HEADER.size].tobytes())
        size, width, height, pitch, colours = fields[0], fields[4], fields[5], fields[12], fields[19]
        start = size + colours * XWD_COLOUR
        rows = self._memory[start:start + pitch * height].reshape(height, pitch)
        return rows[:, :width * 4].reshape(height, width, 4)

    @property
    def picture(self) -> numpy.ndarray:
        """A copy of what is on the screen: height x width x 3."""
        return self._rows[:, :, 2::-1].copy()

    def colours(self, width: int, height: int) -> set[int]:
        """The colours in the corner, 0xrrggbb; no pixel is a mixture of what it was and what it becomes."""
        return set(map(int, numpy.unique(self._rows[:height, :width].view('<u4') & 0xffffff)))

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """One pixel of the screen, quickly."""
        blue, green, red, _ = self._rows[y, x]
        return int(red), int(green), int(blue)

    def place_of(self, rgb: numpy.ndarray) -> tuple[int, int]:
        """Where on the screen a picture is, pixel by pixel, once it is there."""
        return wait_for(lambda: find(self.picture, rgb), 'the picture on the screen', timeout=30)

    def difference(self, rgb: numpy.ndarray, x: int = 0, y: int = 0) -> str:
        """How the picture differs from what is on the screen at (x, y)."""
        height, width, _ = rgb.shape
        return describe_difference(self.picture[y:y + height, x:x + width], rgb)

    def assert_shows(self, rgb: numpy.ndarray, x: int = 0, y: int = 0, timeout: float = 15) -> None:
        """The picture is on the screen at (x, y), or will be."""
        deadline = time.monotonic() + timeout
        while self.difference(rgb, x, y):
            assert time.monotonic() < deadline, self.difference(rgb, x, y)
            time.sleep(0.01)

    def assert_keeps(self, rgb: numpy.ndarray, x: int = 0, y: int = 0, seconds: float = 0.3) -> None:
        """The picture is on the screen at (x, y) and stays there."""
        self.assert_shows(rgb, x, y)
        time.sleep(seconds)
        difference = self.difference(rgb, x, y)
        assert not difference, difference

    def close(self) -> None:
        """Ends the server."""
        self.process.terminate()
        self.process.wait(10)
