# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's driver with blob resources: the device copies nothing, and the picture is right."""

from __future__ import annotations

import pytest

from functional.test_demo import FRAMES, MODE, output_path, stats_of, wait_for_frame
from vgpu.wait import wait_for

pytestmark = pytest.mark.ours_only('stock needs /dev/udmabuf for blobs')
SHADOW = 8


@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
def test_frames_are_shown_without_a_copy(start_guest, device):
    guest = start_guest('-device', f'{device},id=gpu0,blob=on')
    assert '+resource_blob' in guest.run('dmesg')
    guest.send(f'kms-demo -n {FRAMES} -k -r 0 -c')
    guest.wait_for(f'hold frame {FRAMES}')
    wait_for_frame(guest, *MODE, FRAMES)
    # A frame is seen as soon as it is on the scanout.
    wait_for(lambda: stats_of(guest)['flushes'] >= FRAMES, 'the last flush')
    assert stats_of(guest)['bytes-copied'] == 0
    blobs = guest.qemu.qmp.command('qom-get', path=output_path(guest), property='blobs')
    assert blobs and all(blob['view'] in ('udmabuf', 'host', 'file') for blob in blobs)


@pytest.mark.parametrize('dirty', (False, True), ids=('flips', 'in-place'))
def test_a_copy_shows_the_same_where_nothing_else_is_possible(start_guest, dirty):
    guest = start_guest('-device', f'virtio-gpu-pci,id=gpu0,blob=on,x-blob-views={SHADOW}')
    guest.send(f'kms-demo {"-d" if dirty else ""} -n {FRAMES} -k -r 0')
    guest.wait_for(f'hold frame {FRAMES}')
    wait_for_frame(guest, *MODE, FRAMES, ground=0 if dirty else None)
    blobs = guest.qemu.qmp.command('qom-get', path=output_path(guest), property='blobs')
    assert {blob['view'] for blob in blobs} == {'shadow'}


def test_a_picture_changed_in_place_is_shown_to_the_last_pixel(start_guest):
    guest = start_guest('-device', 'virtio-gpu-pci,id=gpu0,blob=on')
    guest.send(f'kms-demo -d -n {FRAMES} -k -r 0')
    guest.wait_for(f'hold frame {FRAMES}')
    wait_for_frame(guest, *MODE, FRAMES, ground=0)
