# SPDX-License-Identifier: GPL-2.0-or-later
"""Migration between stock and ours in every direction, and streams that are not what they should be."""

from __future__ import annotations

import random
import struct
import time
from pathlib import Path
from typing import Callable

import pytest

from vgpu.formats import Format, gradient
from vgpu.gpu import Gpu
from vgpu.image import GuestImage
from vgpu.migration import SavedGpu, incoming, read_gpu, save, wait_loaded
from vgpu.modules import Modules
from vgpu.qemu import Qemu
from vgpu.screendump import assert_same, screendump
from vgpu.wire import Rect, Resp

FIRST = (0x5a5a0001, 200, 100, Format.B8G8R8X8)
DEVICE = 'max_outputs=4,addr=4'
PARTIAL_HEAD = 1


def start(start_qemu: Callable[..., Qemu], modules: Modules, device: str, *args: str) -> Qemu:
    """One side of a migration."""
    return start_qemu('-device', f'{device},id=gpu0,{DEVICE}', *args, modules=modules)


def migrate(start_qemu, gpu: Gpu, modules: Modules, device: str, path: Path) -> Gpu:
    """Moves a running device into a new process."""
    save(gpu.qemu, path)
    gpu.qemu.quit()
    qemu = start(start_qemu, modules, device, *incoming(path))
    qemu.memory.read(0, 1)
    wait_loaded(qemu)
    return gpu.moved(qemu)


def populate(gpu: Gpu) -> dict[int, GuestImage]:
    """Resources of all formats, three lit heads (one with a part of its resource), and a cursor."""
    images = {}
    for number, fmt in enumerate(Format):
        resource = FIRST[0] + number
        image = gpu.create_image(resource, 200 - number, 100 + number, fmt, scatter=number)
        image.draw(gradient(image.width, image.height, number), filler=0x80)
        gpu.transfer(resource, Rect(0, 0, image.width, image.height))
        images[resource] = image
    gpu.set_scanout(0, FIRST[0], Rect(0, 0, 200, 100))
    gpu.set_scanout(1, FIRST[0] + 4, Rect(10, 20, 101, 61))
    gpu.set_scanout(3, FIRST[0] + 7, Rect(0, 0, 193, 107))
    for resource, image in images.items():
        gpu.flush(resource, Rect(0, 0, image.width, image.height))
    images[7] = gpu.create_image(7, 64, 64, Format.B8G8R8A8)
    images[7].draw(gradient(64, 64, 9), filler=0x7f)
    gpu.transfer(7, Rect(0, 0, 64, 64))
    gpu.set_cursor(7, 33, 44, hot=(5, 6))
    gpu.move_cursor(11, 22, scanout_id=1)
    return images


def pictures(gpu: Gpu):
    """What the lit heads show."""
    return {head: screendump(gpu.qemu, 'gpu0', head) for head in (0, 1, 3)}


def compare(after, before, destination: Modules) -> None:
    """The pictures are equal; stock forgets which part of a resource a head showed."""
    for head, picture in before.items():
        if head != PARTIAL_HEAD or not destination.is_stock:
            assert_same(after[head], picture)


@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
def test_pictures_are_equal_after_migration(start_qemu, tmp_path, direction, device):
    source, destination = direction
    gpu = Gpu(start(start_qemu, source, device), device='gpu0').start()
    populate(gpu)
    before = pictures(gpu)
    moved = migrate(start_qemu, gpu, destination, device, tmp_path / 'state')
    compare(pictures(moved), before, destination)


def test_the_driver_goes_on_where_it_was(start_qemu, tmp_path, direction):
    source, destination = direction
    gpu = Gpu(start(start_qemu, source, 'virtio-gpu-pci'), device='gpu0').start()
    images = populate(gpu)
    moved = migrate(start_qemu, gpu, destination, 'virtio-gpu-pci', tmp_path / 'state')
    for resource, image in images.items():
        image.backing.memory = moved.memory
        image.draw(gradient(image.width, image.height, 33))
        moved.transfer(resource, Rect(0, 0, image.width, image.height))
        moved.flush(resource, Rect(0, 0, image.width, image.height))
    assert_same(screendump(moved.qemu, 'gpu0', 0), gradient(200, 100, 33))
    assert_same(screendump(moved.qemu, 'gpu0', 3), gradient(193, 107, 33))
    for resource in images:
        moved.ok('resource_detach_backing', resource_id=resource)
        moved.ok('resource_unref', resource_id=resource)
    moved.set_cursor(0)
    moved.show(1, gradient(64, 64))
    assert_same(screendump(moved.qemu, 'gpu0'), gradient(64, 64))


def test_a_device_migrates_before_a_driver_was_there(start_qemu, tmp_path, direction):
    source, destination = direction
    gpu = Gpu(start(start_qemu, source, 'virtio-vga'), device='gpu0')
    moved = migrate(start_qemu, gpu, destination, 'virtio-vga', tmp_path / 'state')
    moved.start()
    moved.show(1, gradient(64, 64))
    assert_same(screendump(moved.qemu, 'gpu0'), gradient(64, 64))


def test_the_state_survives_two_migrations_unchanged(start_qemu, tmp_path, direction):
    """The second stream says the same as the first: resources, pixels, backing, heads and cursors."""
    source, destination = direction
    gpu = Gpu(start(start_qemu, source, 'virtio-gpu-pci'), device='gpu0').start()
    populate(gpu)
    moved = migrate(start_qemu, gpu, destination, 'virtio-gpu-pci', tmp_path / 'first')
    save(moved.qemu, tmp_path / 'second')
    first, second = (saved(tmp_path / name) for name in ('first', 'second'))
    assert first.outputs == second.outputs and first.enable == second.enable
    assert set(first.resources) == set(second.resources)
    for number, resource in first.resources.items():
        other = second.resources[number]
        assert (other.width, other.height, other.format) == (resource.width, resource.height, resource.format)
        assert merged(other.entries) == merged(resource.entries)
        assert other.pixels == resource.pixels
    assert (first.outputs[0].cursor_id, first.outputs[0].hot_x, first.outputs[0].hot_y) == (7, 5, 6)
    assert (first.outputs[1].cursor_x, first.outputs[1].cursor_y) == (11, 22)


def merged(entries: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A backing with what is adjacent put together: how it is cut does not matter."""
    result: list[tuple[int, int]] = []
    for address, length in entries:
        if result and sum(result[-1]) == address:
            address, length = result[-1][0], result.pop()[1] + length
        result.append((address, length))
    return result


def saved(path: Path) -> SavedGpu:
    """The device's part of a stream that `populate` filled, whatever the order of its resources."""
    stream = path.read_bytes()
    candidates = [(FIRST[0] + number, 200 - number, 100 + number, fmt) for number, fmt in enumerate(Format)]
    candidates.append((7, 64, 64, Format.B8G8R8A8))
    found = [read_gpu(stream, candidate) for candidate in candidates if struct.pack('>4I', *candidate) in stream]
    return max(found, key=lambda gpu: len(gpu.resources))


def run_job(qemu: Qemu, command: str, **arguments) -> None:
    """Runs a QMP command that is a job and waits for its end."""
    qemu.qmp.command(command, job_id='job', **arguments)
    deadline = time.monotonic() + 30
    while True:
        (job,) = qemu.qmp.command('query-jobs')
        if job['status'] == 'concluded':
            break
        assert time.monotonic() < deadline, job
        time.sleep(0.005)
    qemu.qmp.command('job-dismiss', id='job')
    assert 'error' not in job, job['error']


def test_snapshots_are_saved_and_loaded_in_one_process(start_qemu, tmp_path, modules):
    disk = tmp_path / 'disk.qcow2'
    disk.touch()
    qemu = start(start_qemu, modules, 'virtio-gpu-pci',
                 '-blockdev', f'driver=file,node-name=file,filename={disk}')
    run_job(qemu, 'blockdev-create', options={'driver': 'qcow2', 'file': 'file', 'size': 64 << 20})
    qemu.qmp.command('blockdev-add', driver='qcow2', node_name='disk', file='file')
    gpu = Gpu(qemu, device='gpu0').start()
    populate(gpu)
    before = pictures(gpu)
    snapshot = {'tag': 'one', 'vmstate': 'disk', 'devices': ['disk']}
    run_job(qemu, 'snapshot-save', **snapshot)
    gpu.set_scanout(1, FIRST[0] + 1, Rect(0, 0, 50, 50))
    gpu.show(99, gradient(111, 66, 5))
    qemu.qmp.command('stop')
    run_job(qemu, 'snapshot-load', **snapshot)
    qemu.qmp.command('cont')
    compare(pictures(gpu), before, modules)


def test_migration_while_commands_are_queued_loses_none(start_qemu, tmp_path, direction):
    source, destination = direction
    gpu = Gpu(start(start_qemu, source, 'virtio-gpu-pci'), device='gpu0').start()
    rgb = gradient(1024, 1024)
    image = gpu.create_image(1, 1024, 1024, scatter=1)
    gpu.set_scanout(0, 1, Rect(0, 0, 1024, 1024))
    image.draw(rgb)
    requests = [gpu.submit('transfer_to_host_2d', r=Rect(0, 0, 1024, 1024), resource_id=1)
                for _ in range(10)]
    requests.append(gpu.submit('resource_flush', r=Rect(0, 0, 1024, 1024), resource_id=1))
    gpu.control.kick()
    save(gpu.qemu, tmp_path / 'state')
    gpu.control.collect()
    assert all(request.done for request in requests)
    moved = migrate_saved(start_qemu, gpu, destination, tmp_path / 'state')
    assert_same(screendump(moved.qemu, 'gpu0'), rgb)


@pytest.mark.ours_only('stock finishes nothing when its machine stops')
def test_what_is_finished_when_a_migration_stops_the_machine_is_shown(start_qemu, tmp_path, modules):
    """It is the thread of the migration that stops the machine then, on which no display may be called."""
    gpu = Gpu(start(start_qemu, modules, 'virtio-gpu-pci'), device='gpu0').start()
    rgb = gradient(2048, 2048)
    image = gpu.create_image(1, 2048, 2048)
    image.draw(rgb)
    gpu.create_2d(2, 2048, 8 * 2048)
    gpu.attach(2, image.backing.entries * 8)
    for _ in range(29):
        gpu.submit('transfer_to_host_2d', r=Rect(0, 0, 2048, 8 * 2048), resource_id=2)
    gpu.submit('set_scanout', r=Rect(0, 0, 2048, 2048), scanout_id=0, resource_id=2)
    gpu.submit('resource_flush', r=Rect(0, 0, 2048, 2048), resource_id=2)
    gpu.control.kick()
    save(gpu.qemu, tmp_path / 'state', stop=False)
    gpu.control.collect()
    assert not gpu.control.outstanding
    assert_same(screendump(gpu.qemu, 'gpu0'), rgb)


def migrate_saved(start_qemu, gpu: Gpu, modules: Modules, path: Path) -> Gpu:
    """The second half of a migration."""
    gpu.qemu.quit()
    qemu = start(start_qemu, modules, 'virtio-gpu-pci', *incoming(path))
    qemu.memory.read(0, 1)
    wait_loaded(qemu)
    return gpu.moved(qemu)


@pytest.fixture
def good_stream(start_qemu, modules, tmp_path) -> bytes:
    """The stream of a device with two resources, the first FIRST, shown with a cursor."""
    gpu = Gpu(start(start_qemu, modules, 'virtio-gpu-pci'), device='gpu0').start()
    gpu.show(FIRST[0], gradient(200, 100), scatter=1)
    gpu.set_cursor(0, 5, 5)
    path = tmp_path / 'good'
    save(gpu.qemu, path)
    gpu.qemu.quit()
    return path.read_bytes()


def load(start_qemu, modules, stream: bytes, tmp_path: Path) -> tuple[bool, str]:
    """Loads a stream; returns whether QEMU took it, and what it wrote when it refused.

    A crash or a sanitizer's report fails the test here or at its end.
    """
    path = tmp_path / 'bad'
    path.write_bytes(stream)
    qemu = start(start_qemu, modules, 'virtio-gpu-pci', *incoming(path))
    try:
        wait_loaded(qemu)
    except Exception:
        return False, qemu.finish(status=1)
    screendump(qemu, 'gpu0')
    qemu.quit()
    return True, ''


def patched(stream: bytes, offset: int, layout: str, *values: int) -> bytes:
    """A stream with some big-endian fields replaced."""
    data = bytearray(stream)
    struct.pack_into('>' + layout, data, offset, *values)
    return bytes(data)


FIELDS = {
    'width-0': (4, 0), 'width-huge': (4, 0x40000001), 'width-all-ones': (4, 0xffffffff), 'height-0': (8, 0),
    'height-huge': (8, 0x7fffffff), 'format-0': (12, 0), 'format-unknown': (12, 99),
    'entries-huge': (16, 0xffffffff), 'entries-many': (16, 0x10000001),
    'entry-outside-ram': (20, 0xffffffff), 'entry-length-huge': (28, 0xffffffff),
}


@pytest.mark.ours_only('stock trusts the stream')
@pytest.mark.parametrize('field', FIELDS)
def test_a_resource_that_cannot_be_is_refused(start_qemu, modules, good_stream, tmp_path, field):
    offset, value = FIELDS[field]
    gpu = read_gpu(good_stream, FIRST)
    stream = patched(good_stream, gpu.resources[FIRST[0]].offset + offset, 'I', value)
    taken, message = load(start_qemu, modules, stream, tmp_path)
    assert not taken and message


@pytest.mark.ours_only('stock trusts the stream')
def test_two_resources_with_one_id_are_refused(start_qemu, modules, good_stream, tmp_path):
    resource = read_gpu(good_stream, FIRST).resources[FIRST[0]]
    copy = good_stream[resource.offset:resource.end]
    taken, message = load(start_qemu, modules, good_stream[:resource.end] + copy + good_stream[resource.end:],
                          tmp_path)
    assert not taken and message


OUTPUTS = {
    'outputs-0': (4, 0), 'outputs-17': (4, 17), 'outputs-huge': (4, 0xffffffff), 'resource-missing': (8, 99),
    'width-outside': (12, 201), 'height-huge': (16, 0x80000000), 'x-outside': (20, 1), 'x-negative': (20, 0xffffffff),
    'y-huge': (24, 0x7fffffff),
}


@pytest.mark.ours_only('stock trusts the stream')
@pytest.mark.parametrize('field', OUTPUTS)
def test_a_scanout_that_cannot_be_is_refused(start_qemu, modules, good_stream, tmp_path, field):
    offset, value = OUTPUTS[field]
    gpu = read_gpu(good_stream, FIRST)
    stream = patched(good_stream, gpu.outputs_offset + offset, 'I', value)
    taken, message = load(start_qemu, modules, stream, tmp_path)
    assert not taken and message


@pytest.mark.ours_only('stock trusts the stream')
@pytest.mark.parametrize('cursor', (99, FIRST[0], 0xffffffff))
def test_a_cursor_that_cannot_be_is_refused_or_not_shown(start_qemu, modules, good_stream, tmp_path, cursor):
    gpu = read_gpu(good_stream, FIRST)
    load(start_qemu, modules, patched(good_stream, gpu.outputs_offset + 28, 'I', cursor), tmp_path)


@pytest.mark.ours_only('stock trusts the stream')
@pytest.mark.parametrize('part', range(8))
def test_a_truncated_stream_is_refused(start_qemu, modules, good_stream, tmp_path, part):
    gpu = read_gpu(good_stream, FIRST)
    begin = gpu.resources[FIRST[0]].offset
    cut = begin + (gpu.end - begin) * part // 8 + part
    taken, message = load(start_qemu, modules, good_stream[:cut], tmp_path)
    assert not taken and message


@pytest.mark.ours_only('stock trusts the stream')
@pytest.mark.parametrize('seed', range(24))
def test_a_mutated_stream_is_taken_or_refused_but_never_crashes(start_qemu, modules, good_stream, tmp_path, seed):
    noise = random.Random(seed)
    gpu = read_gpu(good_stream, FIRST)
    resource = gpu.resources[FIRST[0]]
    stream = bytearray(good_stream)
    for _ in range(noise.randrange(1, 4)):
        low, high = noise.choice(((resource.offset, resource.offset + 64), (gpu.outputs_offset - 4, gpu.end)))
        stream[noise.randrange(low, high)] = noise.getrandbits(8)
    load(start_qemu, modules, bytes(stream), tmp_path)


def test_a_good_stream_is_taken(start_qemu, modules, good_stream, tmp_path):
    assert load(start_qemu, modules, good_stream, tmp_path) == (True, '')


def test_the_destination_refuses_another_number_of_outputs(start_qemu, modules, good_stream, tmp_path):
    path = tmp_path / 'state'
    path.write_bytes(good_stream)
    qemu = start_qemu('-device', 'virtio-gpu-pci,max_outputs=2,addr=4', *incoming(path))
    assert 'virtio-gpu' in qemu.finish(status=1)


def test_a_refused_command_leaves_the_moved_device_working(start_qemu, tmp_path, direction):
    source, destination = direction
    gpu = Gpu(start(start_qemu, source, 'virtio-gpu-pci'), device='gpu0').start()
    populate(gpu)
    moved = migrate(start_qemu, gpu, destination, 'virtio-gpu-pci', tmp_path / 'state')
    response = moved.command('resource_create_2d', resource_id=FIRST[0], format=1, width=8, height=8)
    assert response.type == Resp.ERR_INVALID_RESOURCE_ID
    moved.virtio.reset()
    moved.start()
    assert moved.command('resource_unref', resource_id=FIRST[0]).type == Resp.ERR_INVALID_RESOURCE_ID
