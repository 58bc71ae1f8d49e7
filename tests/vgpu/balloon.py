# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver of virtio-balloon: gives pages of guest RAM back to the host."""

from __future__ import annotations

import struct

from .memory import PAGE, GuestMemory
from .pci import PciBus
from .virtio import VENDOR, VirtioPci

DEVICE = 'virtio-balloon-pci,disable-legacy=on'
PCI_DEVICE_ID = 0x1045
QUEUE_INFLATE = 0


class Balloon:
    """The device that DEVICE adds to a machine."""

    def __init__(self, bus: PciBus, memory: GuestMemory):
        """bus is the one that placed the machine's other devices."""
        pci = bus.find(VENDOR, PCI_DEVICE_ID)
        pci.enable()
        self._virtio = VirtioPci(pci, memory)
        self._virtio.start(0, 2)

    def take(self, address: int) -> None:
        """The page at a guest address goes to the host, which may forget what is in it."""
        inflate = self._virtio.queues[QUEUE_INFLATE]
        inflate.add([struct.pack('<I', address // PAGE)])
        inflate.kick()
        inflate.wait()
