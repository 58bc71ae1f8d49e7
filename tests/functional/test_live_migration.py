# SPDX-License-Identifier: GPL-2.0-or-later
"""Live migration by a socket while the guest draws: it draws on, and what is shown is what it drew."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from functional.test_demo import MODE, wait_for_frame
from vgpu.guest import Guest, demo_frame, demo_picture
from vgpu.migration import wait_loaded, wait_sent
from vgpu.screendump import screendump
from vgpu.wait import wait_for

SECONDS = 60
PASSES = 4
MORE_FRAMES = 5
# TCG of QEMU 7.2 forgets to watch pages it has sent, unless memory is no multiple of 256 KiB.
MEMORY_MIB = 256 + 8 / 1024
FIRST_PASS = {'max-bandwidth': 256 << 20, 'downtime-limit': 1}
# Less than the guest draws: without an end.
MORE_PASSES = {'max-bandwidth': 8 << 20}
LAST_PASS = {'max-bandwidth': 1 << 30, 'downtime-limit': 20000}


def shows_frame_after(guest: Guest, frame: int) -> bool:
    """Whether a later frame is on the screen, to the last pixel."""
    dump = screendump(guest.qemu)
    return demo_frame(dump) > frame and numpy.array_equal(dump, demo_picture(*MODE, demo_frame(dump)))


def wait_for_frames_after(guest: Guest, frame: int) -> None:
    """Waits until the guest has drawn and shown some more."""
    wait_for(lambda: shows_frame_after(guest, frame + MORE_FRAMES), f'frames after {frame}', SECONDS, 0.05)


def migrate_while_drawing(guest: Guest, socket: Path) -> None:
    """Sends the memory several times over, as the guest goes on changing it, and then the rest."""
    qmp = guest.qemu.qmp
    qmp.command('migrate-set-parameters', **FIRST_PASS)
    qmp.command('migrate', uri=f'unix:{socket}')
    wait_sent(guest.qemu, SECONDS, 1)
    qmp.command('migrate-set-parameters', **MORE_PASSES)
    wait_sent(guest.qemu, SECONDS, PASSES)
    wait_for_frames_after(guest, demo_frame(screendump(guest.qemu)))
    qmp.command('migrate-set-parameters', **LAST_PASS)
    wait_sent(guest.qemu, SECONDS)


@pytest.mark.parametrize('device, direction', (
    ('virtio-vga', 'here-stock'), ('virtio-vga', 'stock-here'), ('virtio-vga', 'here-here'),
    pytest.param('virtio-gpu-pci,blob=on', 'here-here', marks=pytest.mark.ours_only('stock does not migrate blobs')),
), indirect=['direction'])
def test_a_guest_that_draws_is_moved_and_draws_on(start_guest, tmp_path, device, direction):
    socket = tmp_path / 'migration'
    source = start_guest('-device', device, modules=direction[0], memory=MEMORY_MIB)
    source.send('kms-demo -c -r 0 &')
    wait_for_frames_after(source, 0)
    moved = start_guest('-device', device, '-incoming', f'unix:{socket}', '-S', modules=direction[1],
                        memory=MEMORY_MIB, boot=False)
    assert moved.qemu.qmp.command('query-status')['status'] == 'inmigrate'
    migrate_while_drawing(source, socket)
    last = demo_frame(screendump(source.qemu))
    wait_loaded(moved.qemu)
    wait_for_frames_after(moved, last)
    moved.run('killall kms-demo; wait')
    moved.send('kms-demo -c -n 7 -k -r 0')
    moved.wait_for('hold frame 7')
    wait_for_frame(moved, *MODE, 7)
