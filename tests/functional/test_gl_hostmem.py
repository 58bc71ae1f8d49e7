# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest's programs use the host's memory through the BAR: buffers of GL that stay mapped."""

from __future__ import annotations

import pytest

from vgpu.wait import wait_for

pytestmark = pytest.mark.ours_only('stock has no host-visible memory')

DEVICE = 'virtio-gpu-gl-pci,id=gpu0,blob=on'
BACKEND = '/machine/peripheral/gpu0/virtio-backend'
N_BUFFERS = 4
# The renderer's process need not have whole pages for it; llvmpipe has.
LEAST_BUFFERS = 1


def mapped(guest) -> int:
    """How many blobs the guest has in its window."""
    blobs = guest.qemu.qmp.command('qom-get', path=BACKEND, property='blobs')
    return sum(blob['mapped'] for blob in blobs)


@pytest.mark.parametrize('device', (DEVICE, DEVICE.replace('gpu-gl-pci', 'vga-gl')), ids=('pci', 'vga'))
def test_buffers_stay_mapped_in_the_host_s_memory(start_guest, device):
    guest = start_guest('-device', f'{device},hostmem=256M', '-vga', 'none', gl=True, display='none')
    assert '+host_visible' in guest.run('dmesg | grep features:')
    for _ in range(2):
        guest.send('gl-persistent')
        assert 'virgl' in guest.wait_for(r'gl-persistent: renderer (.*)\n').group(1)
        guest.wait_for('gl-persistent: mapped', timeout=120)
        assert LEAST_BUFFERS <= mapped(guest) <= N_BUFFERS + 4
        guest.send('')
        assert guest.wait_for(r'gl-persistent: wrong bytes (\d+)').group(1) == '0'
        wait_for(lambda: not mapped(guest), 'the guest\'s driver to take back what a program had', 60, 0.1)


def test_without_hostmem_the_guest_s_gl_does_without(start_guest):
    guest = start_guest('-device', DEVICE, '-vga', 'none', gl=True, display='none')
    assert '-host_visible' in guest.run('dmesg | grep features:')
    assert 'no buffer storage' in guest.run('gl-persistent 2>&1', status=1, timeout=120)
