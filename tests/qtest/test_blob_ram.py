# SPDX-License-Identifier: GPL-2.0-or-later
"""RAM that is unplugged, or given back by a balloon, while a blob lies in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from test_blob import ALL, HEIGHT, STRIDE, WAYS, WIDTH, Blob, make_blob
from vgpu import balloon
from vgpu.formats import Format, from_rgb, gradient
from vgpu.gpu import Gpu
from vgpu.memory import PAGE
from vgpu.pci import PciBus
from vgpu.screendump import assert_same, screendump
from vgpu.virtio import VENDOR
from vgpu.wait import wait_for
from vgpu.wire import PCI_DEVICE_ID, MemEntry, Rect, Resp

pytestmark = pytest.mark.ours_only('stock needs /dev/udmabuf for blobs')

DIMM_SIZE = 128 << 20
DIMM = ('-m', '64M,slots=1,maxmem=1G', '-object', f'memory-backend-memfd,id=more,size={DIMM_SIZE}',
        '-device', 'pc-dimm,id=dimm,memdev=more')
# Of the ACPI memory hot-plug interface.
SLOT_SELECT_PORT, SLOT_FLAGS_PORT, SLOT_EJECT = 0xa00, 0xa14, 1 << 3


def unplug_dimm(qemu) -> None:
    """Takes the DIMM and its memory out, as the guest's ACPI code does."""
    qemu.qmp.command('device_del', id='dimm')
    qemu.qtest.outl(SLOT_SELECT_PORT, 0)
    qemu.qtest.outb(SLOT_FLAGS_PORT, SLOT_EJECT)
    wait_for(lambda: not qemu.qmp.command('query-memory-devices'), 'the DIMM to go')
    qemu.qmp.command('object-del', id='more')


def backends(qemu) -> int:
    """How many memory files QEMU has mapped."""
    maps = Path(f'/proc/{qemu.pid}/maps').read_text().splitlines()
    return len({line.split()[4] for line in maps if 'memory-backend-memfd' in line})


@pytest.mark.parametrize('way', ('host', 'file', 'shadow'))
def test_a_blob_keeps_the_ram_that_is_unplugged_under_it(start_qemu, way):
    qemu = start_qemu('-device', f'virtio-gpu-pci,id=gpu0,blob=on,x-blob-views={WAYS[way]}', *DIMM)
    gpu = Gpu(qemu, device='gpu0').start()
    address = qemu.qmp.command('query-memory-devices')[0]['data']['addr']
    size = -(-STRIDE * HEIGHT // PAGE) * PAGE
    blob = Blob(gpu, None, [MemEntry(address, size)], 1)
    picture = gradient(WIDTH, HEIGHT, 1)
    qemu.qtest.write_bytes(address, from_rgb(picture, Format.B8G8R8X8).tobytes())
    assert blob.create().type == Resp.OK_NODATA
    assert blob.show().type == Resp.OK_NODATA
    assert_same(screendump(qemu, 'gpu0'), picture)
    assert backends(qemu) == 2
    unplug_dimm(qemu)
    assert backends(qemu) == 2
    gpu.flush(1, ALL)
    assert_same(screendump(qemu, 'gpu0'), picture)
    # Nothing new can be made of it, and the old one goes with its last user.
    assert blob.create(resource_id=2).type == Resp.ERR_UNSPEC
    gpu.ok('resource_unref', resource_id=1)
    gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
    other = make_blob(gpu, 3, scatter=None)
    assert other.create().type == Resp.OK_NODATA
    assert other.show().type == Resp.OK_NODATA
    picture = other.draw(2)
    gpu.flush(3, ALL)
    assert_same(screendump(qemu, 'gpu0'), picture)
    wait_for(lambda: backends(qemu) == 1, 'the memory of the DIMM to go')


@pytest.mark.parametrize('way', ('host', 'file', 'shadow'))
def test_a_page_of_a_blob_that_a_balloon_took_is_black(start_qemu, way):
    qemu = start_qemu('-device', f'virtio-gpu-pci,id=gpu0,blob=on,x-blob-views={WAYS[way]}', '-device', balloon.DEVICE)
    bus = PciBus(qemu.qtest)
    gpu = Gpu(qemu, bus.find(VENDOR, PCI_DEVICE_ID), 'gpu0').start()
    blob = make_blob(gpu, scatter=None if way == 'host' else 7)
    picture = blob.draw(1).copy()
    assert blob.create().type == Resp.OK_NODATA
    assert blob.show().type == Resp.OK_NODATA
    assert_same(screendump(qemu, 'gpu0'), picture)
    balloon.Balloon(bus, gpu.memory).take(blob.entries[0].address)
    assert not any(gpu.memory.read(blob.entries[0].address, PAGE))
    gpu.flush(1, ALL)
    picture.reshape(-1, 3)[:PAGE // 4] = 0
    assert_same(screendump(qemu, 'gpu0'), picture)
