# SPDX-License-Identifier: GPL-2.0-or-later
"""The BAR that shows the renderer's memory, and what becomes of blobs in it when something ends."""

from __future__ import annotations

import re
import time

import pytest

from hosts import DEVICE, HOSTMEM, OPTIONS, SLOT, make_host, unplug
from vgpu import virgl
from vgpu.gpu import Gpu
from vgpu.gpu3d import CAPSET_VENUS, capsets
from vgpu.hostmem import FILE, MEMORY, PAGE, HostBlobs
from vgpu.pci import BAR0, CAP_ID_VENDOR
from vgpu.virtio import CAP_DEVICE, CAP_SHARED_MEMORY
from vgpu.wire import BLOB_FLAG_MAPPABLE, BLOB_MEM_HOST3D, SHM_ID_HOST_VISIBLE, Config, Feature

GPU_OPTIONS = OPTIONS
MIB = 1 << 20
INVALID = 'ERR_INVALID_PARAMETER'
BAR_64BIT_PREFETCHABLE = 0xc


# ---- the BAR

@pytest.mark.parametrize('device, bar, msix', (('virtio-gpu-gl-pci', 2, 1), ('virtio-vga-gl', 4, 1)))
def test_the_window_is_a_prefetchable_bar_of_64_bits(start_gl, device, bar, msix):
    gpu = start_gl(f'{device},blob=on,hostmem=64M')
    region = gpu.virtio.regions[CAP_SHARED_MEMORY]
    assert (region.bar, region.offset, region.length) == (bar, 0, 64 * MIB)
    assert gpu.pci.read(BAR0 + 4 * bar) & 15 == BAR_64BIT_PREFETCHABLE
    assert gpu.pci.bar_sizes[bar] == 64 * MIB
    assert set(gpu.pci.bars) >= {bar, msix, gpu.virtio.regions[CAP_DEVICE].bar}


@pytest.mark.parametrize('device', ('virtio-gpu-gl-pci', 'virtio-vga-gl'))
def test_the_capability_names_the_host_visible_memory(start_gl, device):
    pci = start_gl(f'{device},blob=on,hostmem=4M').pci
    found = [offset for cap_id, offset in pci.capabilities()
             if cap_id == CAP_ID_VENDOR and pci.read(offset + 3, 1) == CAP_SHARED_MEMORY]
    assert len(found) == 1
    at = found[0]
    assert (pci.read(at + 2, 1), pci.read(at + 5, 1)) == (24, SHM_ID_HOST_VISIBLE)
    assert [pci.read(at + offset) for offset in (8, 12, 16, 20)] == [0, 4 * MIB, 0, 0]


@pytest.mark.parametrize('device', ('virtio-gpu-gl-pci', 'virtio-vga-gl'))
def test_a_window_of_many_gigabytes_costs_nothing(start_gl, device):
    size = 256 << 30
    gpu = start_gl(f'{device},blob=on,hostmem=256G')
    assert size in gpu.pci.bar_sizes.values()
    at = [offset for cap_id, offset in gpu.pci.capabilities()
          if cap_id == CAP_ID_VENDOR and gpu.pci.read(offset + 3, 1) == CAP_SHARED_MEMORY][0]
    assert gpu.pci.read(at + 20) << 32 | gpu.pci.read(at + 12) == size
    host = HostBlobs(gpu)
    host.show(MEMORY, 1, PAGE, size - PAGE)
    host.window.write(size - PAGE, b'far away')
    assert host.window.read(size - PAGE, 8) == b'far away'


@pytest.mark.parametrize('device', ('virtio-gpu-gl-pci', 'virtio-vga-gl'))
def test_without_hostmem_bars_are_where_they_were(start_gl, device):
    gpu = start_gl(f'{device},blob=on')
    assert CAP_SHARED_MEMORY not in gpu.virtio.regions
    assert sorted(gpu.pci.bars) == ([1, 4] if device == 'virtio-gpu-gl-pci' else [0, 2, 4])


def test_notifying_by_ports_finds_another_bar(start_gl):
    gpu = start_gl('virtio-gpu-gl-pci,blob=on,hostmem=4M,modern-pio-notify=on')
    assert sorted(gpu.pci.bars) == [0, 1, 2, 4]
    assert gpu.virtio.regions[CAP_SHARED_MEMORY].bar == 2


@pytest.mark.parametrize('properties, reason', (
    ('virtio-gpu-gl-pci,hostmem=4M', 'hostmem needs blob=on'),
    ('virtio-gpu-gl-pci,blob=on,hostmem=5M', 'hostmem must be a power of 2'),
    ('virtio-gpu-gl-pci,blob=on,hostmem=1024', 'hostmem must be a power of 2'),
    ('virtio-gpu-gl-pci,blob=on,hostmem=4E', 'cannot reserve'),
    ('virtio-vga-gl,blob=on,hostmem=4M,modern-pio-notify=on', 'no BAR left')))
def test_properties_that_cannot_be_are_refused_with_the_reason(start_qemu, properties, reason):
    assert reason in start_qemu('-device', properties).finish(status=1)


def test_a_device_that_fell_back_to_2d_has_the_same_bars(start_gl):
    gpu = start_gl('virtio-gpu-gl-pci,blob=on,hostmem=4M', env={'VGPU_EGL_DEVICE': '/no/such/node'})
    assert gpu.config(Config.NUM_CAPSETS) == 0
    assert gpu.virtio.regions[CAP_SHARED_MEMORY].length == 4 * MIB
    host_less = gpu.command('resource_create_blob', resource_id=1, blob_mem=BLOB_MEM_HOST3D, size=PAGE)
    assert host_less.type_name == INVALID


def test_blobs_are_offered_only_where_asked_for(start_gl):
    assert not start_gl().virtio.offered_features() & Feature.RESOURCE_BLOB
    assert start_gl('virtio-gpu-gl-pci,blob=on').virtio.offered_features() & Feature.RESOURCE_BLOB


# ---- Venus

def test_venus_is_offered_where_there_is_a_vulkan_driver_and_not_elsewhere(start_gl):
    def sets(device, **options):
        gpu = start_gl(device, **options)
        return {capset for capset, _, _ in capsets(gpu, gpu.config(Config.NUM_CAPSETS))}, gpu.qemu

    assert CAPSET_VENUS not in sets('virtio-gpu-gl-pci')[0]
    nothing = {'VK_ICD_FILENAMES': '/dev/null', 'VK_DRIVER_FILES': '/dev/null'}
    offered, qemu = sets('virtio-gpu-gl-pci,venus=on', env=nothing)
    assert CAPSET_VENUS not in offered and qemu.stderr().count('no Venus') == 1
    offered, qemu = sets('virtio-gpu-gl-pci,venus=on')
    assert (CAPSET_VENUS in offered) != ('no Venus' in qemu.stderr())


# ---- the end of blobs

def test_an_unref_unmaps(host, kind):
    for _ in range(5):
        host.show(kind, 1, PAGE, 0)
        host.window.write(0, b'here')
        host.gpu.ok('resource_unref', resource_id=1)
        assert host.window.read(0, 4) == bytes(4)


def test_the_end_of_the_context_leaves_what_is_mapped(host, kind):
    host.show(kind, 1, PAGE, 0)
    host.window.write(0, b'still here')
    host.gpu.ok('ctx_destroy', ctx_id=1)
    if host.has_venus:
        host.gpu.ok('ctx_destroy', ctx_id=2)
    assert host.window.read(0, 10) == b'still here'
    assert host.unmap(1).type_name == 'OK_NODATA'
    assert host.map(1, PAGE).type_name == 'OK_MAP_INFO'
    assert host.window.read(PAGE, 10) == b'still here'


def test_an_id_is_used_again_at_once(host, kind):
    """Commands of one batch: the renderer may not have let go of the blob that had the id before."""
    gpu = host.gpu
    for number in range(20):
        host.gl.run(virgl.pipe_resource(1000 + number, PAGE))
        fields = {'ctx_id': 1, 'blob_id': 1000 + number} if kind == MEMORY else {'ctx_id': 2}
        requests = [gpu.submit('resource_create_blob', resource_id=1, blob_mem=BLOB_MEM_HOST3D,
                               blob_flags=BLOB_FLAG_MAPPABLE, size=PAGE, **fields),
                    gpu.submit('resource_map_blob', resource_id=1),
                    gpu.submit('resource_unref', resource_id=1)]
        gpu.control.kick()
        gpu.control.wait(*requests)
    assert host.request(kind, 1, PAGE).type_name == 'OK_NODATA'


@pytest.mark.parametrize('how', ('by-the-driver', 'of-the-machine'))
def test_a_reset_empties_the_window(start_gl, kind, how):
    gpu = start_gl(DEVICE)
    position = gpu.memory.position()
    for number in range(10):
        host = make_host(gpu, kind)
        host.show(kind, 1, 2 * PAGE, 0)
        host.show(kind, 2, PAGE, 4 * PAGE)
        host.window.write(0, b'before')
        host.window.write(5 * PAGE, b'where nothing is')
        if how == 'of-the-machine':
            gpu.qemu.qmp.command('system_reset')
            gpu.qemu.qmp.command('query-status')
            gpu.pci.enable()
        gpu.virtio.reset()
        assert host.window.read(0, 6 * PAGE) == bytes(6 * PAGE)
        gpu.memory.rewind(position)
        gpu.start()


def test_resets_with_maps_under_way_leave_a_working_device(gpu):
    position = gpu.memory.position()
    for moment in range(40):
        host = make_host(gpu, MEMORY)
        kinds = (MEMORY, FILE) if host.has_venus else (MEMORY,)
        for resource_id in range(1, 5):
            host.create(kinds[resource_id % len(kinds)], resource_id, PAGE)
            gpu.submit('resource_map_blob', resource_id=resource_id, offset=resource_id * PAGE)
            if resource_id % 2 == moment % 3:
                gpu.submit('resource_unmap_blob', resource_id=resource_id)
        gpu.control.kick()
        time.sleep(moment % 5 / 2000)
        gpu.virtio.reset()
        gpu.memory.rewind(position)
        gpu.start()
    host = make_host(gpu, MEMORY)
    host.show(MEMORY, 1, PAGE, PAGE)
    host.window.write(PAGE, b'fine')


def test_a_device_is_unplugged_with_blobs_mapped(start_gl, kind):
    gpu = start_gl(f'{DEVICE},addr={SLOT}')
    for _ in range(3):
        host = make_host(gpu, kind)
        host.show(kind, 1, PAGE, 0)
        host.show(kind, 2, PAGE, 2 * PAGE)
        host.window.write(0, b'mapped')
        unplug(gpu)
        assert not re.search('vgpu-(files|blob)', gpu.qemu.qmp.human('info mtree'))
        gpu.qemu.qmp.command('device_add', driver='virtio-gpu-gl-pci', id='gpu0', addr=str(SLOT), blob=True,
                             venus=True, hostmem=HOSTMEM)
        gpu = Gpu(gpu.qemu, device='gpu0').start()


def test_qemu_quits_with_blobs_mapped(start_gl, kind):
    gpu = start_gl(DEVICE)
    make_host(gpu, kind).show(kind, 1, PAGE, 0)
    gpu.qemu.quit()


def test_regions_go_with_their_blobs(gpu):
    host = make_host(gpu, MEMORY)
    for resource_id in range(1, 11):
        host.show(MEMORY, resource_id, PAGE, resource_id * PAGE)

    def parts() -> int:
        return len(set(re.findall('[0-9a-f]{16}-[0-9a-f]{16} .*vgpu-blob', gpu.qemu.qmp.human('info mtree'))))
    assert parts() == 10
    for resource_id in range(1, 6):
        host.unmap(resource_id)
    assert parts() == 5
    gpu.virtio.reset()
    assert parts() == 0
    gpu.start()


def test_what_is_mapped_can_be_looked_at(gpu):
    host = make_host(gpu, MEMORY)
    host.show(MEMORY, 1, PAGE, 0)
    host.create(MEMORY, 2, PAGE)
    path = '/machine/peripheral/gpu0/virtio-backend'
    blobs = {blob['id']: blob for blob in gpu.qemu.qmp.command('qom-get', path=path, property='blobs')}
    assert {number: blob['mapped'] for number, blob in blobs.items()} == {1: True, 2: False}
    assert {blob['view'] for blob in blobs.values()} == {'renderer'}
