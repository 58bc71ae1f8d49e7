# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU with a window: its device, its screen and the counters of its consoles."""

from __future__ import annotations

import time
from functools import cached_property
from typing import Callable

import numpy

from vgpu.gpu import Gpu
from vgpu.qemu import Qemu
from vgpu.wire import parse_display_info

from .screen import Screen


def wait_until(condition: Callable[[], bool], timeout: float = 15) -> bool:
    """Waits for a condition; False when it does not come true in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Machine:
    """One process; its window is in the corner of the screen."""

    def __init__(self, qemu: Qemu, screen: Screen):
        self.qemu = qemu
        self.screen = screen

    @cached_property
    def gpu(self) -> Gpu:
        """The virtio-gpu, started."""
        return Gpu(self.qemu, device='gpu0').start()

    @property
    def modes(self) -> list[tuple[int, int] | None]:
        """The sizes that the device tells the guest, None for heads that are off."""
        info = parse_display_info(self.gpu.ok('get_display_info'))
        return [(mode.rect.width, mode.rect.height) if mode.enabled else None for mode in info]

    def counter(self, name: str, console: int = 0) -> int:
        """A counter of the window: draws, pixels."""
        return self.qemu.qmp.command('qom-get', path=f'/backend/console[{console}]',
                                     property=f'x-gtk-{name}')

    def wait_until_quiet(self, console: int = 0, timeout: float = 15) -> int:
        """Waits until nothing is drawn any more; returns how often it was."""
        deadline = time.monotonic() + timeout
        draws = -1
        while draws != self.counter('draws', console):
            assert time.monotonic() < deadline, 'the window draws and draws'
            draws = self.counter('draws', console)
            time.sleep(0.3)
        return draws

    def assert_shows(self, rgb: numpy.ndarray, **where) -> None:
        """The picture is in the window, or will be."""
        self.screen.assert_shows(rgb, **where)
