# SPDX-License-Identifier: GPL-2.0-or-later
"""A standard VGA (VGA, secondary-vga) as drivers of its Bochs registers use it."""

from __future__ import annotations

import numpy

from .formats import Format, from_rgb
from .pci import PciBus, PciDevice
from .qtest import Qtest

MEMORY_BAR, REGISTER_BAR = 0, 2
ATTRIBUTE_INDEX, MODE = 0x400, 0x500        # within the registers: port 0x3c0, and those below
WIDTH, HEIGHT, DEPTH, ENABLE = 1, 2, 3, 4
SCREEN_ON = 0x20
ENABLED, LINEAR = 0x01, 0x40


class Vga:
    """One device, in a slot of bus 0."""

    def __init__(self, pci: PciBus, slot: int):
        self.pci = PciDevice(pci, 0, slot << 3)
        self.pci.enable()

    @property
    def _qtest(self) -> Qtest:
        return self.pci.pci.qtest

    def _set(self, register: int, value: int) -> None:
        self.pci.bar_write(REGISTER_BAR, MODE + 2 * register, value, 2)

    def show(self, rgb: numpy.ndarray) -> None:
        """Takes the picture's size for a mode, and draws it."""
        height, width, _ = rgb.shape
        self._set(ENABLE, 0)
        for register, value in ((WIDTH, width), (HEIGHT, height), (DEPTH, 32), (ENABLE, ENABLED | LINEAR)):
            self._set(register, value)
        self.pci.bar_write(REGISTER_BAR, ATTRIBUTE_INDEX, SCREEN_ON, 1)
        self._qtest.write_bytes(self.pci.bars[MEMORY_BAR], from_rgb(rgb, Format.B8G8R8X8).tobytes())
