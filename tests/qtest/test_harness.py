# SPDX-License-Identifier: GPL-2.0-or-later
"""The tools of the other tests notice what they are there to notice."""

from __future__ import annotations

import os
import signal

import numpy
import pytest

from vgpu import edid, wire
from vgpu.formats import Format, from_rgb, gradient, to_rgb
from vgpu.image import Backing
from vgpu.modules import DEVICE_MODULES, Modules, ModulesError
from vgpu.qemu import Qemu, QemuFailed
from vgpu.screendump import describe_difference, parse_ppm
from vgpu.virtqueue import DeviceMisbehaved
from vgpu.wait import ticks


def test_a_crash_is_reported_with_what_qemu_wrote(modules):
    qemu = Qemu('-device', 'virtio-gpu-pci', modules=modules)
    qemu.qtest.inb(0x80)
    os.kill(qemu.pid, signal.SIGSEGV)
    with pytest.raises(QemuFailed, match='status -11|status -6'):
        for _ in ticks(30):
            qemu.qtest.inb(0x80)


def test_a_wrong_end_is_reported(modules):
    qemu = Qemu('-device', 'virtio-gpu-pci,no-such-property=1', modules=modules)
    with pytest.raises(QemuFailed, match='no-such-property'):
        qemu.finish()


def test_a_sanitizers_report_is_noticed_though_qemu_ends_well(modules):
    qemu = Qemu(modules=modules)
    os.write(qemu._stderr.fileno(), b'device.c:1:2: runtime error: index 9 out of bounds\n')
    with pytest.raises(QemuFailed, match='out of bounds'):
        qemu.quit()


def test_modules_from_elsewhere_are_noticed(modules):
    with Qemu('-device', 'virtio-gpu-pci', modules=modules) as qemu:
        qemu.qtest.inb(0x80)
        qemu.check_modules()
        qemu.modules = Modules(qemu.modules.home / 'elsewhere')
        with pytest.raises(QemuFailed, match='expected them from'):
            qemu.check_modules()


def test_a_folder_without_all_modules_is_refused(tmp_path):
    (tmp_path / DEVICE_MODULES[0]).touch()
    with pytest.raises(ModulesError, match=DEVICE_MODULES[1]):
        Modules.parse(str(tmp_path))


def test_an_element_that_was_returned_twice_is_noticed(shared_gpu):
    queue = shared_gpu.control
    shared_gpu.ok('get_display_info')
    used, = queue.memory.unpack(queue.used + 2, 'H')
    last = queue.used + 4 + 8 * ((used - 1) % queue.size)
    queue.memory.write(queue.used + 4 + 8 * (used % queue.size), queue.memory.read(last, 8))
    queue.memory.pack(queue.used + 2, 'H', used + 1)
    with pytest.raises(DeviceMisbehaved, match='nobody waits'):
        queue.collect()


def test_an_answer_that_does_not_come_is_noticed(shared_gpu):
    queue = shared_gpu.control
    request = shared_gpu.submit('get_display_info')
    with pytest.raises(TimeoutError):
        queue.wait(request, timeout=0.2)
    queue.kick()
    queue.wait(request)


@pytest.mark.parametrize('width', (16, 17, 18, 19))
def test_padded_rows_of_a_screendump_are_understood(width):
    rgb = gradient(width, 5)
    rows = [row.tobytes().ljust((3 * width + 3) & ~3, b'\0') for row in rgb]
    assert (parse_ppm(b'P6\n%d 5\n255\n' % width + b''.join(rows)) == rgb).all()
    assert (parse_ppm(b'P6\n%d 5\n255\n' % width + rgb.tobytes()) == rgb).all()


def test_a_difference_of_one_pixel_is_described():
    one, other = gradient(32, 32), gradient(32, 32)
    other[7, 9] ^= 1
    assert '1 pixels differ, rows 7-7, columns 9-9' in describe_difference(one, other)
    assert 'size' in describe_difference(one, other[:16])
    assert describe_difference(one, one) == ''


@pytest.mark.parametrize('fmt', Format, ids=lambda fmt: fmt.name)
def test_formats_put_their_first_letter_into_the_first_byte(fmt):
    rgb = numpy.zeros((1, 1, 3), numpy.uint8)
    rgb[0, 0] = (1, 2, 3)
    pixel = from_rgb(rgb, fmt, filler=4)
    assert pixel[0, 0].tolist() == [{'R': 1, 'G': 2, 'B': 3, 'A': 4, 'X': 4}[letter] for letter in fmt.channels]
    assert (to_rgb(pixel, fmt) == rgb).all()


def test_scattered_backing_hides_no_byte(shared_gpu):
    backing = Backing(shared_gpu.memory, 5 * 4096 + 100, scatter=3)
    data = bytes(range(256)) * 81
    backing.write(0, data[:backing.size])
    found = b''.join(shared_gpu.memory.read(address, length) for address, length in backing.entries)
    assert found == data[:backing.size]
    backing.write(4000, b'x' * 200)
    found = b''.join(shared_gpu.memory.read(address, length) for address, length in backing.entries)
    assert found == data[:4000] + b'x' * 200 + data[4200:backing.size]


SIZES = {'get_display_info': 24, 'resource_create_2d': 40, 'resource_unref': 32, 'set_scanout': 48,
         'resource_flush': 48, 'transfer_to_host_2d': 56, 'resource_attach_backing': 32, 'get_capset_info': 32,
         'get_capset': 32, 'get_edid': 32, 'resource_create_blob': 56, 'set_scanout_blob': 96, 'ctx_create': 96,
         'ctx_destroy': 24, 'ctx_attach_resource': 32, 'resource_create_3d': 72, 'transfer_to_host_3d': 72,
         'submit_3d': 32, 'resource_map_blob': 40, 'update_cursor': 56, 'move_cursor': 56}


@pytest.mark.parametrize('name', SIZES)
def test_commands_have_the_sizes_of_the_specification(name):
    assert wire.COMMANDS[name].size == SIZES[name] == len(wire.encode(name))


def test_a_broken_edid_is_noticed():
    blob = bytearray(128)
    blob[:8] = edid.MAGIC
    blob[127] = -sum(blob[:127]) & 0xff
    assert edid.parse(bytes(blob)).checksums_right
    blob[20] += 1
    assert not edid.parse(bytes(blob)).checksums_right
    with pytest.raises(ValueError):
        edid.parse(bytes(128))
