# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's own driver with blob resources, on a GL display."""

from __future__ import annotations

from vgpu.guest import Guest, demo_picture

from .blob import BACKEND, DEVICE
from .rfb import Viewer
from .udmabuf import dmabuf_fds, kernel_buffers

SIZE = (800, 600)
FRAMES = 60


def bytes_copied(guest: Guest) -> int:
    """What the device has copied for the first head since it was made."""
    stats = guest.qemu.qmp.command('qom-get', path=BACKEND, property='scanout-stats')
    return stats[0]['bytes-copied']


def test_guest_flips_between_blobs(modules, guest_files, tmp_path):
    frame_bytes = SIZE[0] * SIZE[1] * 4
    demo = f'kms-demo -k -m {SIZE[0]}x{SIZE[1]}'
    with Guest('-device', f'{DEVICE},id=gpu0', '-vnc', f'unix:{tmp_path}/vnc', modules=modules,
               display='egl-headless', timeout=120) as guest:
        guest.boot()
        assert '+resource_blob' in guest.run('dmesg | grep "drm. features"')
        guest.send(f'{demo} -n {FRAMES}')
        guest.wait_for(f'hold frame {FRAMES}', 120)
        with Viewer(tmp_path / 'vnc') as viewer:
            viewer.wait_for(demo_picture(*SIZE, FRAMES), 30)
        assert [size for size in kernel_buffers() if frame_bytes <= size < 2 * frame_bytes]
        assert len(dmabuf_fds(guest.qemu.pid)) >= 2
        if not modules.is_stock:
            assert bytes_copied(guest) == 0
