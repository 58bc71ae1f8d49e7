# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages of a udmabuf are held: a balloon that took one would leave the guest another than the display."""

from __future__ import annotations

from vgpu import balloon
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.memory import PAGE
from vgpu.modules import Modules
from vgpu.pci import PciBus
from vgpu.qemu import Qemu
from vgpu.screendump import assert_same, screendump
from vgpu.virtio import VENDOR
from vgpu.wire import PCI_DEVICE_ID

from .blob import DEVICE, Blob

SIZE = (640, 480)


def test_balloon_takes_no_page_of_a_udmabuf(modules: Modules):
    with Qemu('-device', f'{DEVICE},id=gpu0', '-device', balloon.DEVICE, modules=modules) as qemu:
        bus = PciBus(qemu.qtest)
        gpu = Gpu(qemu, bus.find(VENDOR, PCI_DEVICE_ID), 'gpu0').start()
        blob = Blob(gpu, *SIZE, scatter=1).create()
        blob.show(gradient(*SIZE))
        first = blob.entries[0].address
        before = gpu.memory.read(first, PAGE)
        pump = balloon.Balloon(bus, gpu.memory)
        pump.take(first)
        assert gpu.memory.read(first, PAGE) == before
        blob.flush()
        assert_same(screendump(qemu, 'gpu0'), gradient(*SIZE))
        gpu.ok('set_scanout', resource_id=0)
        blob.unref()
        pump.take(first)
        assert not any(gpu.memory.read(first, PAGE))
