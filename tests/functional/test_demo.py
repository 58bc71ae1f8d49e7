# SPDX-License-Identifier: GPL-2.0-or-later
"""Every pixel that a guest draws is on the display: kms-demo's frames are computed on the host as well."""

from __future__ import annotations

import numpy
import pytest

from vgpu.guest import demo_picture
from vgpu.screendump import assert_same, screendump
from vgpu.wait import ticks, wait_for

MODE = (1280, 800)
FRAMES = 25


def wait_for_frame(guest, width: int, height: int, frame: int, device: str | None = None, head: int = 0,
                   ground: int | None = None) -> None:
    """Waits until a frame is shown, to the last pixel."""
    expected = demo_picture(width, height, frame, ground, head)
    last = screendump(guest.qemu, device, head)
    for _ in ticks(30, 0.1):
        if numpy.array_equal(last, expected):
            break
        last = screendump(guest.qemu, device, head)
    assert_same(last, expected)


def output_path(guest) -> str:
    """The QOM path of the device behind the wrapper."""
    return '/machine/peripheral/gpu0/virtio-backend'


def stats_of(guest) -> dict[str, int]:
    """The counters of the first head."""
    return guest.qemu.qmp.command('qom-get', path=output_path(guest), property='scanout-stats')[0]


@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
@pytest.mark.parametrize('ioeventfd', ('off', 'on'))
def test_a_flipped_frame_is_shown_to_the_last_pixel(start_guest, device, ioeventfd):
    guest = start_guest('-device', f'{device},ioeventfd={ioeventfd}')
    guest.send(f'kms-demo -n {FRAMES} -k -r 0 -c')
    guest.wait_for(f'hold frame {FRAMES}')
    wait_for_frame(guest, *MODE, FRAMES)


def test_a_picture_changed_in_place_is_shown_to_the_last_pixel(start_guest):
    guest = start_guest('-device', 'virtio-gpu-pci,id=gpu0')
    guest.send(f'kms-demo -d -n {FRAMES} -k -r 0')
    guest.wait_for(f'hold frame {FRAMES}')
    wait_for_frame(guest, *MODE, FRAMES, ground=0)


@pytest.mark.ours_only('outputs change at run time by a property of ours')
def test_a_changed_output_reaches_the_guest_as_its_new_mode(start_guest):
    guest = start_guest('-device', 'virtio-vga,id=gpu0')
    guest.send('kms-demo -n 5 -k -r 0')
    guest.wait_for('hold frame 5')
    for width, height in ((1024, 768), (1600, 900), MODE):
        guest.qemu.qmp.command('qom-set', path=output_path(guest), property='output[0]', value=f'{width}x{height}')
        guest.wait_for(f'mode {width}x{height}')
        wait_for_frame(guest, width, height, 5)


@pytest.mark.ours_only('heads are enabled at run time by a property of ours')
def test_a_second_head_is_plugged_in_and_shows_its_own_picture(start_guest):
    guest = start_guest('-device', 'virtio-gpu-pci,id=gpu0,max_outputs=2')
    guest.qemu.qmp.command('qom-set', path=output_path(guest), property='output[1]', value='800x600')
    wait_for(lambda: guest.run('modetest -M virtio_gpu -c').count('\tconnected\t') == 2, 'the second head', 60, 0.1)
    guest.send('kms-demo -a 2 -n 5 -k -r 0')
    guest.wait_for('hold frame 5')
    wait_for_frame(guest, *MODE, 5, 'gpu0', 0)
    wait_for_frame(guest, 800, 600, 5, 'gpu0', 1)


@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
def test_a_guest_draws_again_after_a_reset_of_the_machine(start_guest, device):
    guest = start_guest('-device', device)
    for frames in (3, 7):
        guest.send(f'kms-demo -n {frames} -k -r 0')
        guest.wait_for(f'hold frame {frames}')
        wait_for_frame(guest, *MODE, frames)
        if frames == 3:
            guest.qemu.qmp.command('system_reset')
            guest.boot()


@pytest.mark.ours_only('stock has no counters')
def test_counters_follow_the_guest(start_guest):
    guest = start_guest('-device', 'virtio-gpu-pci,id=gpu0')
    before = stats_of(guest)
    guest.run('kms-demo -n 10 -r 0')
    # The guest does not wait for its last frames to be taken off the queue.
    wait_for(lambda: stats_of(guest)['flushes'] - before['flushes'] >= 10, 'ten flushes')
    after = stats_of(guest)
    assert after['bytes-copied'] - before['bytes-copied'] >= 10 * MODE[0] * MODE[1] * 4
    assert after['damaged-pixels'] > before['damaged-pixels']
    assert after['longest-command-ns'] > 0
