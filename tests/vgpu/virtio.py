# SPDX-License-Identifier: GPL-2.0-or-later
"""A modern virtio device on PCI: registers, features, interrupts, queues to be enabled."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass

from .memory import GuestMemory
from .pci import CAP_ID_MSIX, CAP_ID_VENDOR, PciDevice
from .virtqueue import VirtQueue

VENDOR = 0x1af4
MODERN_DEVICE_ID = 0x1040

CAP_COMMON = 1
CAP_NOTIFY = 2
CAP_ISR = 3
CAP_DEVICE = 4
CAP_SHARED_MEMORY = 8

STATUS_ACKNOWLEDGE = 1
STATUS_DRIVER = 2
STATUS_DRIVER_OK = 4
STATUS_FEATURES_OK = 8
STATUS_NEEDS_RESET = 0x40

F_INDIRECT_DESC = 28
F_EVENT_IDX = 29
F_VERSION_1 = 32

ISR_QUEUE = 1
ISR_CONFIG = 2
NO_VECTOR = 0xffff

COMMON = {
    'device_feature_select': (0, 4), 'device_feature': (4, 4),
    'driver_feature_select': (8, 4), 'driver_feature': (12, 4),
    'config_msix_vector': (16, 2), 'num_queues': (18, 2),
    'device_status': (20, 1), 'config_generation': (21, 1),
    'queue_select': (22, 2), 'queue_size': (24, 2), 'queue_msix_vector': (26, 2),
    'queue_enable': (28, 2), 'queue_notify_off': (30, 2),
    'queue_desc_low': (32, 4), 'queue_desc_high': (36, 4),
    'queue_driver_low': (40, 4), 'queue_driver_high': (44, 4),
    'queue_device_low': (48, 4), 'queue_device_high': (52, 4),
    'queue_reset': (58, 2),
}


@dataclass(frozen=True)
class Region:
    """A place inside a BAR that a capability points to."""

    bar: int
    offset: int
    length: int


class VirtioPci:
    """The registers of one device; `start` brings it to DRIVER_OK."""

    def __init__(self, pci: PciDevice, memory: GuestMemory):
        self.pci = pci
        self.memory = memory
        self.regions: dict[int, Region] = {}
        self.notify_multiplier = 0
        self.features = 0
        self.queues: list[VirtQueue] = []
        self._find_regions()

    def moved(self, pci: PciDevice, memory: GuestMemory) -> 'VirtioPci':
        """The same state of the driver for a device that has migrated."""
        device = copy.copy(self)
        device.pci = pci
        device.memory = memory
        device.queues = [queue.moved(device) for queue in self.queues]
        return device

    def _find_regions(self) -> None:
        for cap_id, offset in self.pci.capabilities():
            if cap_id != CAP_ID_VENDOR:
                continue
            kind = self.pci.read(offset + 3, 1)
            region = Region(self.pci.read(offset + 4, 1), self.pci.read(offset + 8),
                            self.pci.read(offset + 12))
            self.regions.setdefault(kind, region)
            if kind == CAP_NOTIFY:
                self.notify_multiplier = self.pci.read(offset + 16)

    def read(self, kind: int, offset: int, size: int) -> int:
        """Reads a register of a region."""
        region = self.regions[kind]
        return self.pci.bar_read(region.bar, region.offset + offset, size)

    def write(self, kind: int, offset: int, value: int, size: int) -> None:
        """Writes a register of a region."""
        region = self.regions[kind]
        self.pci.bar_write(region.bar, region.offset + offset, value, size)

    def get(self, name: str) -> int:
        """Reads a field of the common configuration."""
        return self.read(CAP_COMMON, *COMMON[name])

    def set(self, name: str, value: int) -> None:
        """Writes a field of the common configuration."""
        offset, size = COMMON[name]
        self.write(CAP_COMMON, offset, value, size)

    def isr(self) -> int:
        """Reads and clears the interrupt status."""
        return self.read(CAP_ISR, 0, 1)

    def reset(self, timeout: float = 20) -> None:
        """Resets the device and waits until it says so."""
        self.set('device_status', 0)
        deadline = time.monotonic() + timeout
        while self.get('device_status') != 0:
            if time.monotonic() > deadline:
                raise TimeoutError('the device does not finish its reset')
            time.sleep(0.001)
        self.queues = []

    def offered_features(self) -> int:
        """All 64 feature bits of the device."""
        value = 0
        for half in (0, 1):
            self.set('device_feature_select', half)
            value |= self.get('device_feature') << 32 * half
        return value

    def negotiate(self, wanted: int) -> int:
        """Resets, accepts the wanted bits that are offered, and returns them."""
        self.reset()
        self.set('device_status', STATUS_ACKNOWLEDGE)
        self.set('device_status', STATUS_ACKNOWLEDGE | STATUS_DRIVER)
        self.features = self.offered_features() & (wanted | 1 << F_VERSION_1)
        for half in (0, 1):
            self.set('driver_feature_select', half)
            self.set('driver_feature', self.features >> 32 * half & 0xffffffff)
        status = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK
        self.set('device_status', status)
        if self.get('device_status') != status:
            raise RuntimeError('the device refuses the features')
        return self.features

    def enable_queue(self, index: int, size: int | None = None, vector: int = NO_VECTOR) -> VirtQueue:
        """Places a queue in guest memory and enables it; size None means the device's maximum."""
        self.set('queue_select', index)
        size = size or self.get('queue_size')
        queue = VirtQueue(self, index, size, self.get('queue_notify_off'))
        self.set('queue_size', size)
        self.set('queue_msix_vector', vector)
        for name, address in (('desc', queue.desc), ('driver', queue.avail), ('device', queue.used)):
            self.set(f'queue_{name}_low', address & 0xffffffff)
            self.set(f'queue_{name}_high', address >> 32)
        self.set('queue_enable', 1)
        return queue

    def start(self, wanted: int, queue_count: int, size: int | None = None,
              vectors: bool = False) -> None:
        """Negotiates, enables the queues and sets DRIVER_OK; vectors True gives each an MSI-X vector."""
        self.negotiate(wanted)
        self.queues = [self.enable_queue(index, size, index + 1 if vectors else NO_VECTOR)
                       for index in range(queue_count)]
        if vectors:
            self.set('config_msix_vector', 0)
        self.set('device_status', STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK
                 | STATUS_DRIVER_OK)

    def notify(self, queue: VirtQueue) -> None:
        """Tells the device that a queue has new buffers."""
        self.write(CAP_NOTIFY, queue.notify_off * self.notify_multiplier, queue.index, 2)

    def enable_msix(self, count: int) -> list[int]:
        """Lets vector N write N + 1 to the N-th returned guest address instead of interrupting."""
        cap = dict(self.pci.capabilities())[CAP_ID_MSIX]
        table = self.pci.read(cap + 4)
        addresses = []
        for vector in range(count):
            address = self.memory.store(bytes(4))
            entry = (table & ~7) + 16 * vector
            for offset, value in ((0, address), (4, 0), (8, vector + 1), (12, 0)):
                self.pci.bar_write(table & 7, entry + offset, value, 4)
            addresses.append(address)
        self.pci.write(cap + 2, 0x8000, 2)
        return addresses
