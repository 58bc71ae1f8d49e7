# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to look at what a guest shows: screendump, a VNC client, a window on an X server."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Callable

import numpy

from gtk.screen import Screen
from vgpu.glpicture import describe_unlikeness
from vgpu.qemu import Qemu
from vgpu.screendump import screendump
from vgpu.vnc import VncClient

WAIT_SECONDS = 30
POLL_SECONDS = 0.1
SAMPLES = 400
SCREEN = (2000, 1400)
LARGEST = (1280, 800)      # GTK centres what is smaller than a window that has not shrunk yet
SDL_CORNER = (660, 440)    # SDL centres its first window of 640 x 480, which then grows to the right and down
MARGINS = (64, 48)         # rows and columns that may come before the picture, as menus do


class Look:
    """A display without anybody at it: pictures come by screendump."""

    display = 'none'
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = {}

    def __init__(self, display: str = 'none'):
        self.display = display
        self.qemu: Qemu | None = None

    def attach(self, qemu: Qemu) -> None:
        """Starts looking."""
        self.qemu = qemu

    def wait_until(self, seen: Callable[[numpy.ndarray], bool], timeout: float) -> numpy.ndarray:
        """Looks until the picture is as wanted or the time is over; returns the last one."""
        deadline = time.monotonic() + timeout
        while True:
            picture = self.picture()
            if seen(picture) or time.monotonic() > deadline:
                return picture
            time.sleep(POLL_SECONDS)

    def picture(self) -> numpy.ndarray:
        """What is shown."""
        return screendump(self.qemu)

    def assert_shows(self, expected: numpy.ndarray, timeout: float = WAIT_SECONDS) -> None:
        """Something like the expected picture is shown, or will be."""
        last = self.wait_until(lambda picture: not describe_unlikeness(self.part(picture, expected), expected), timeout)
        unlikeness = describe_unlikeness(self.part(last, expected), expected)
        assert not unlikeness, f'{self.display}: {unlikeness}; all that was seen is in {saved(last)}'

    def part(self, picture: numpy.ndarray, expected: numpy.ndarray) -> numpy.ndarray:
        """The part of what is seen that may be the expected picture."""
        return picture

    def close(self) -> None:
        """Ends looking."""


class VncLook(Look):
    """A VNC client."""

    def __init__(self, folder: Path, display: str = 'none'):
        super().__init__(display)
        self._path = str(folder / 'vnc')
        self.arguments = ('-vnc', f'unix:{self._path}')
        self._client: VncClient | None = None

    def attach(self, qemu: Qemu) -> None:
        super().attach(qemu)
        self._client = VncClient(self._path)

    def picture(self) -> numpy.ndarray:
        return self._client.picture

    def wait_until(self, seen: Callable[[numpy.ndarray], bool], timeout: float) -> numpy.ndarray:
        self._client.wait_for(lambda client: seen(client.picture), timeout)
        return self._client.picture

    def close(self) -> None:
        if self._client:
            self._client.close()


class WindowLook(Look):
    """A window on an X server of its own."""

    def __init__(self, folder: Path, display: str, corner: tuple[int, int] = (0, 0)):
        super().__init__(display)
        self._corner = corner
        self._screen = Screen(folder / 'screen', *SCREEN)
        self.environment = {**self._screen.environment(), 'SDL_VIDEODRIVER': 'x11', 'NO_AT_BRIDGE': '1'}

    def picture(self) -> numpy.ndarray:
        return self._screen.picture

    def part(self, picture: numpy.ndarray, expected: numpy.ndarray) -> numpy.ndarray:
        height, width, _ = expected.shape
        centred = max(0, (LARGEST[0] - width) // 2), max(0, (LARGEST[1] - height) // 2)
        x, y = place_of(picture, expected, {self._corner, centred})
        return picture[y:y + height, x:x + width]

    def close(self) -> None:
        self._screen.close()


def saved(picture: numpy.ndarray) -> str:
    """Keeps a picture for who wants to know what went wrong; its path."""
    with tempfile.NamedTemporaryFile(prefix='vgpu-seen-', suffix='.ppm', delete=False) as file:
        file.write(b'P6 %d %d 255\n' % (picture.shape[1], picture.shape[0]) + picture.tobytes())
    return file.name


def place_of(screen: numpy.ndarray, picture: numpy.ndarray, corners: set[tuple[int, int]]) -> tuple[int, int]:
    """Where on a screen a picture is most likely, not far below and to the right of one of the corners."""
    height, width, _ = picture.shape
    sample = numpy.random.default_rng(1)
    ys, xs = sample.integers(0, height, SAMPLES), sample.integers(0, width, SAMPLES)
    wanted = picture[ys, xs].astype(int)

    def difference(place: tuple[int, int]) -> int:
        return int(abs(screen[ys + place[1], xs + place[0]] - wanted).sum())

    places = {(x, y) for corner in corners
              for x in range(corner[0], min(corner[0] + MARGINS[1], screen.shape[1] - width + 1))
              for y in range(corner[1], min(corner[1] + MARGINS[0], screen.shape[0] - height + 1))}
    return min(sorted(places), key=difference)


LOOKS: dict[str, Callable[[Path], Look]] = {
    'none': lambda folder: Look(),
    'vnc': VncLook,
    'egl-headless': lambda folder: VncLook(folder, 'egl-headless'),
    'gtk': lambda folder: WindowLook(folder, 'gtk'),
    'gtk-gl': lambda folder: WindowLook(folder, 'gtk,gl=on'),
    'gtk-es': lambda folder: WindowLook(folder, 'gtk,gl=es'),
    'sdl': lambda folder: WindowLook(folder, 'sdl', SDL_CORNER),
    'sdl-gl': lambda folder: WindowLook(folder, 'sdl,gl=on', SDL_CORNER),
}
