# SPDX-License-Identifier: GPL-2.0-or-later
"""Blob resources: shown where they lie, in every way there is, and migrated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from vgpu import wire
from vgpu.formats import Format, gradient
from vgpu.gpu import DEFAULT_FEATURES, Gpu
from vgpu.image import GuestImage
from vgpu.migration import incoming, save, wait_loaded
from vgpu.screendump import assert_same, screendump
from vgpu.wire import Feature, MemEntry, Rect, Resp

pytestmark = pytest.mark.ours_only('stock needs /dev/udmabuf for blobs')

BACKEND = '/machine/peripheral/gpu0/virtio-backend'
WIDTH, HEIGHT = 320, 200
STRIDE = WIDTH * 4
WAYS = {'udmabuf': 1, 'host': 2, 'file': 4, 'shadow': 8}
UDMABUF = Path('/dev/udmabuf')
ALL = Rect(0, 0, WIDTH, HEIGHT)


@dataclass
class Blob:
    """A blob of whole pages with a picture in it."""

    gpu: Gpu
    image: GuestImage
    entries: list[MemEntry]
    resource_id: int

    @property
    def size(self) -> int:
        return sum(entry.length for entry in self.entries)

    def create(self, **fields) -> wire.Response:
        fields = {'resource_id': self.resource_id, 'blob_mem': wire.BLOB_MEM_GUEST,
                  'blob_flags': wire.BLOB_FLAG_SHAREABLE, 'nr_entries': len(self.entries), 'size': self.size, **fields}
        return self.gpu.command('resource_create_blob', tail=wire.pack_entries(self.entries), **fields)

    def show(self, **fields) -> wire.Response:
        fields = {'r': ALL, 'scanout_id': 0, 'resource_id': self.resource_id, 'width': WIDTH, 'height': HEIGHT,
                  'format': Format.B8G8R8X8, 'strides': [STRIDE, 0, 0, 0], 'offsets': [0] * 4, **fields}
        return self.gpu.command('set_scanout_blob', **fields)

    def draw(self, seed: int):
        picture = gradient(WIDTH, HEIGHT, seed)
        self.image.draw(picture)
        return picture


def make_blob(gpu: Gpu, resource_id: int = 1, scatter: int | None = 7) -> Blob:
    """Memory for a blob, scattered page by page or in one piece."""
    image = GuestImage(gpu.memory, WIDTH, HEIGHT, Format.B8G8R8X8, scatter)
    entries = [MemEntry(entry.address, -(-entry.length // 4096) * 4096) for entry in image.backing.entries]
    return Blob(gpu, image, entries, resource_id)


@pytest.fixture(params=('virtio-gpu-pci', 'virtio-vga'))
def blob_gpu(request, start_qemu) -> Gpu:
    return Gpu(start_qemu('-device', f'{request.param},id=gpu0,blob=on'), device='gpu0').start()


def ways_of(qemu) -> dict[int, str]:
    """How each blob is seen."""
    return {blob['id']: blob['view'] for blob in qemu.qmp.command('qom-get', path=BACKEND, property='blobs')}


def stats_of(qemu) -> dict[str, int]:
    return qemu.qmp.command('qom-get', path=BACKEND, property='scanout-stats')[0]


def test_the_feature_is_offered_when_asked_for_only(start_qemu):
    for properties, features in (('', Feature(0)), (',blob=on', Feature.RESOURCE_BLOB),
                                 (',resource_uuid=on', Feature.RESOURCE_UUID),
                                 (',blob=on,blob_alignment=4096', Feature.RESOURCE_BLOB | Feature.BLOB_ALIGNMENT)):
        gpu = Gpu(start_qemu('-device', f'virtio-gpu-pci,id=gpu0{properties}'), device='gpu0')
        offered = gpu.virtio.offered_features()
        assert offered & (Feature.RESOURCE_BLOB | Feature.RESOURCE_UUID | Feature.BLOB_ALIGNMENT) == features


def test_a_flush_shows_what_the_guest_wrote_without_a_transfer(blob_gpu):
    blob = make_blob(blob_gpu)
    assert blob.create().type == Resp.OK_NODATA
    blob.draw(1)
    assert blob.show().type == Resp.OK_NODATA
    for seed in (2, 3):
        picture = blob.draw(seed)
        blob_gpu.flush(1, ALL)
        assert_same(screendump(blob_gpu.qemu, 'gpu0'), picture)
    assert stats_of(blob_gpu.qemu)['bytes-copied'] == 0


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('scatter', (None, 7), ids=('contiguous', 'scattered'))
def test_every_way_shows_the_same_picture(start_qemu, way, scatter):
    qemu = start_qemu('-device', f'virtio-gpu-pci,id=gpu0,blob=on,x-blob-views={WAYS[way]}')
    gpu = Gpu(qemu, device='gpu0').start()
    blob = make_blob(gpu, scatter=scatter)
    blob.draw(4)
    response = blob.create()
    if way == 'udmabuf' and not UDMABUF.exists():
        assert response.type == Resp.ERR_OUT_OF_MEMORY
        pytest.skip('this machine has no /dev/udmabuf: the lab has')
    if way == 'host' and scatter is not None:
        assert response.type == Resp.ERR_OUT_OF_MEMORY
        return
    assert response.type == Resp.OK_NODATA
    assert ways_of(qemu) == {1: way}
    assert blob.show().type == Resp.OK_NODATA
    picture = blob.draw(5)
    gpu.flush(1, ALL)
    assert_same(screendump(qemu, 'gpu0'), picture)


def test_a_copy_follows_the_damage_and_no_more(start_qemu):
    qemu = start_qemu('-device', f'virtio-gpu-pci,id=gpu0,blob=on,x-blob-views={WAYS["shadow"]}')
    gpu = Gpu(qemu, device='gpu0').start()
    blob = make_blob(gpu)
    before = blob.draw(1)
    blob.create()
    blob.show()
    copied = stats_of(qemu)['bytes-copied']
    after = blob.draw(2)
    gpu.flush(1, Rect(10, 20, 64, 32))
    assert stats_of(qemu)['bytes-copied'] - copied == 64 * 32 * 4
    before[20:52, 10:74] = after[20:52, 10:74]
    assert_same(screendump(qemu, 'gpu0'), before)


def test_two_buffers_take_turns(blob_gpu):
    blobs = [make_blob(blob_gpu, number, number) for number in (1, 2)]
    pictures = []
    for blob in blobs:
        blob.create()
        pictures.append(blob.draw(blob.resource_id))
    for _ in range(20):
        for blob, picture in zip(blobs, pictures):
            assert blob.show().type == Resp.OK_NODATA
            answer = blob_gpu.command('resource_flush', r=ALL, resource_id=blob.resource_id, flags=wire.FLAG_FENCE,
                                      fence_id=9)
            assert answer.type == Resp.OK_NODATA and answer.fence_id == 9
            assert_same(screendump(blob_gpu.qemu, 'gpu0'), picture)


def test_a_part_of_a_framebuffer_behind_an_offset_is_shown(blob_gpu):
    blob = make_blob(blob_gpu)
    picture = blob.draw(1)
    blob.create()
    rows, columns = 10, 16
    response = blob.show(r=Rect(0, 5, 100, 50), width=WIDTH - columns, height=HEIGHT - rows,
                         offsets=[rows * STRIDE + columns * 4, 0, 0, 0])
    assert response.type == Resp.OK_NODATA
    blob_gpu.flush(1, Rect(0, 0, WIDTH - columns, HEIGHT - rows))
    assert_same(screendump(blob_gpu.qemu, 'gpu0'), picture[rows + 5:rows + 55, columns:columns + 100])


def test_a_blob_without_pages_is_not_shown_and_shown_again_with_them(blob_gpu):
    blob = make_blob(blob_gpu)
    picture = blob.draw(1)
    blob.create()
    blob.show()
    blob_gpu.ok('resource_detach_backing', resource_id=1)
    assert screendump(blob_gpu.qemu, 'gpu0').shape != picture.shape or (
        screendump(blob_gpu.qemu, 'gpu0') != picture).any()
    assert blob.show().type == Resp.ERR_UNSPEC
    assert ways_of(blob_gpu.qemu) == {1: 'none'}
    blob_gpu.attach(1, blob.entries)
    assert blob.show().type == Resp.OK_NODATA
    blob_gpu.flush(1, ALL)
    assert_same(screendump(blob_gpu.qemu, 'gpu0'), picture)


BAD_BLOBS = {
    'longer-than-its-pages': ({'size': (1 << 20)}, Resp.ERR_INVALID_PARAMETER),
    'of-no-length': ({'size': 0}, Resp.ERR_INVALID_PARAMETER),
    'of-absurd-length': ({'size': 1 << 63}, Resp.ERR_INVALID_PARAMETER),
    'of-no-pages': ({'nr_entries': 0}, Resp.ERR_INVALID_PARAMETER),
    'of-more-pages-than-given': ({'nr_entries': 0xffffffff}, Resp.ERR_INVALID_PARAMETER),
    'of-the-host': ({'blob_mem': wire.BLOB_MEM_HOST3D}, Resp.ERR_INVALID_PARAMETER),
    'of-unknown-memory': ({'blob_mem': 9}, Resp.ERR_INVALID_PARAMETER),
    'with-unknown-flags': ({'blob_flags': 0x80}, Resp.ERR_INVALID_PARAMETER),
    'without-an-id': ({'resource_id': 0}, Resp.ERR_INVALID_RESOURCE_ID),
}


@pytest.mark.parametrize('name', BAD_BLOBS)
def test_no_blob_is_made(blob_gpu, name):
    fields, expected = BAD_BLOBS[name]
    blob = make_blob(blob_gpu)
    assert blob.create(**fields).type == expected
    assert blob.create().type == Resp.OK_NODATA
    assert blob.create().type == Resp.ERR_INVALID_RESOURCE_ID


BAD_PICTURES = {
    'higher-than-the-blob': {'height': HEIGHT + 40},
    'wider-than-its-stride': {'width': WIDTH + 1},
    'stride-overflows': {'strides': [0xfffffffc, 0, 0, 0], 'height': 0x7fff},
    'offset-overflows': {'offsets': [0xfffffffc, 0, 0, 0]},
    'offset-behind-the-end': {'offsets': [STRIDE * HEIGHT, 0, 0, 0]},
    'stride-of-nothing': {'strides': [0, 0, 0, 0]},
    'odd-stride': {'strides': [STRIDE + 1, 0, 0, 0], 'height': 10},
    'no-width': {'width': 0},
    'no-height': {'height': 0},
    'unknown-format': {'format': 5},
    'rectangle-outside': {'r': Rect(1, 0, WIDTH, HEIGHT)},
    'rectangle-overflows': {'r': Rect(0xffffffff, 0, 2, 2)},
    'rectangle-empty': {'r': Rect(0, 0, 0, 0)},
}


@pytest.mark.parametrize('name', BAD_PICTURES)
def test_no_picture_is_shown(blob_gpu, name):
    blob = make_blob(blob_gpu)
    blob.create()
    assert blob.show(**BAD_PICTURES[name]).type == Resp.ERR_INVALID_PARAMETER
    assert blob.show(scanout_id=16).type == Resp.ERR_INVALID_SCANOUT_ID
    assert blob.show(resource_id=99).type == Resp.ERR_INVALID_RESOURCE_ID
    assert blob.show().type == Resp.OK_NODATA


def test_each_kind_of_resource_has_its_own_commands(blob_gpu):
    blob = make_blob(blob_gpu)
    blob.create()
    blob_gpu.create_2d(2, WIDTH, HEIGHT)
    assert blob.show(resource_id=2).type == Resp.ERR_INVALID_PARAMETER
    assert blob_gpu.command('set_scanout', r=ALL, scanout_id=0, resource_id=1).type == Resp.ERR_INVALID_PARAMETER
    # Linux transfers to blobs as well: there is nothing to do, and nothing wrong.
    assert blob_gpu.command('transfer_to_host_2d', r=ALL, resource_id=1).type == Resp.OK_NODATA


def test_commands_without_their_feature_are_unknown(start_qemu):
    gpu = Gpu(start_qemu('-device', 'virtio-gpu-pci,id=gpu0,blob=on'), device='gpu0')
    gpu.start(features=DEFAULT_FEATURES & ~Feature.RESOURCE_BLOB)
    blob = make_blob(gpu)
    assert blob.create().type == Resp.ERR_UNSPEC
    assert blob.show().type == Resp.ERR_UNSPEC
    assert gpu.command('resource_assign_uuid', resource_id=1).type == Resp.ERR_UNSPEC


def test_alignment_is_told_and_kept(start_qemu):
    gpu = Gpu(start_qemu('-device', 'virtio-gpu-pci,id=gpu0,blob=on,blob_alignment=8192'), device='gpu0')
    gpu.start(features=DEFAULT_FEATURES | Feature.BLOB_ALIGNMENT)
    assert gpu.virtio.read(4, 16, 4) == 8192
    blob = make_blob(gpu)
    assert blob.create(size=4096).type == Resp.ERR_INVALID_PARAMETER
    assert blob.create(size=8192).type == Resp.OK_NODATA


def test_a_resource_keeps_its_uuid(start_qemu):
    gpu = Gpu(start_qemu('-device', 'virtio-gpu-pci,id=gpu0,blob=on,resource_uuid=on'), device='gpu0').start()
    make_blob(gpu).create()
    gpu.create_2d(2, 16, 16)
    uuids = [gpu.command('resource_assign_uuid', resource_id=number) for number in (1, 2, 1)]
    assert {answer.type for answer in uuids} == {Resp.OK_RESOURCE_UUID}
    assert uuids[0].body == uuids[2].body != uuids[1].body
    assert gpu.command('resource_assign_uuid', resource_id=9).type == Resp.ERR_INVALID_RESOURCE_ID


def test_a_cursor_may_be_a_blob(blob_gpu):
    memory = blob_gpu.memory.alloc_pages(4)
    fields = {'blob_mem': wire.BLOB_MEM_GUEST, 'blob_flags': 0, 'nr_entries': 1}
    tail = wire.pack_entries([MemEntry(memory, 16384)])
    for number, size, expected in ((1, 16384, Resp.OK_NODATA), (2, 4096, Resp.ERR_INVALID_PARAMETER)):
        assert blob_gpu.command('resource_create_blob', tail=tail, resource_id=number, size=size,
                                **fields).type == Resp.OK_NODATA
        assert blob_gpu.command('update_cursor', room=24, resource_id=number).type == expected


@pytest.mark.parametrize('way', ('', f',x-blob-views={WAYS["shadow"]}'), ids=('best', 'shadow'))
def test_blobs_migrate(start_qemu, tmp_path, way):
    device = f'virtio-gpu-pci,id=gpu0,addr=4,blob=on,resource_uuid=on,max_outputs=2{way}'
    gpu = Gpu(start_qemu('-device', device), device='gpu0').start()
    blob = make_blob(gpu)
    picture = blob.draw(3)
    blob.create()
    blob.show()
    blob.show(scanout_id=1, r=Rect(8, 8, 64, 64))
    gpu.flush(1, ALL)
    uuid = gpu.command('resource_assign_uuid', resource_id=1).body
    save(gpu.qemu, tmp_path / 'state')
    gpu.qemu.quit()
    qemu = start_qemu('-device', device, *incoming(tmp_path / 'state'))
    qemu.memory.read(0, 1)
    wait_loaded(qemu)
    gpu = gpu.moved(qemu)
    assert_same(screendump(qemu, 'gpu0', 0), picture)
    assert_same(screendump(qemu, 'gpu0', 1), picture[8:72, 8:72])
    assert gpu.command('resource_assign_uuid', resource_id=1).body == uuid
    blob.gpu = gpu
    assert blob.show().type == Resp.OK_NODATA


def test_a_stock_destination_refuses_blobs_and_takes_a_device_without(start_qemu, stock, tmp_path):
    """blob=on cannot be had from stock here, so the features differ as well; what counts is a clean end."""
    gpu = Gpu(start_qemu('-device', 'virtio-gpu-pci,id=gpu0,addr=4,resource_uuid=on'), device='gpu0')
    gpu.start(features=DEFAULT_FEATURES & ~Feature.RESOURCE_BLOB & ~Feature.RESOURCE_UUID)
    gpu.create_2d(1, 16, 16)
    save(gpu.qemu, tmp_path / 'plain')
    gpu.qemu.quit()
    qemu = start_qemu('-device', 'virtio-gpu-pci,id=gpu0,addr=4', *incoming(tmp_path / 'plain'), modules=stock)
    wait_loaded(qemu)

    gpu = Gpu(start_qemu('-device', 'virtio-gpu-pci,id=gpu0,addr=4,blob=on'), device='gpu0').start()
    make_blob(gpu).create()
    save(gpu.qemu, tmp_path / 'blobs')
    gpu.qemu.quit()
    qemu = start_qemu('-device', 'virtio-gpu-pci,id=gpu0,addr=4', *incoming(tmp_path / 'blobs'), modules=stock)
    assert 'virtio-gpu' in qemu.finish(status=1)
