# SPDX-License-Identifier: GPL-2.0-or-later
"""virtio-vga-gl is a VGA for firmware, then a GPU with 3D for the guest, and a VGA again after a reset."""

from __future__ import annotations

import pytest

from looks import Look
from test_firmware import GRAPHICS_HEIGHT_MIN, OVMF, TEXT_MODE, colours, wait_until
from test_gl_displays import check_demo

pytestmark = pytest.mark.ours_only('stock has 3D on displays with GL only')

FIRMWARE_SECONDS = 240


def wait_for_text(qemu) -> None:
    """Waits for a VGA text screen with something on it."""
    wait_until(qemu, lambda dump: dump.shape[:2] == TEXT_MODE and dump.any(), 60)


def test_seabios_then_3d_then_a_reset_and_3d_again(start_gl_guest):
    look = Look()
    guest = start_gl_guest(look, 'virtio-vga-gl', boot=False)
    for frame in (2, 4):
        wait_for_text(guest.qemu)
        guest.boot()
        check_demo(guest, look, frame)
        if frame == 2:
            guest.qemu.qmp.command('system_reset')
    guest.qemu.check_modules()


@pytest.mark.skipif(not OVMF.exists(), reason='the package ovmf is not installed')
def test_ovmf_then_3d(start_gl_guest):
    look = Look()
    guest = start_gl_guest(look, 'virtio-vga-gl', '-bios', str(OVMF), boot=False)
    wait_until(guest.qemu, lambda dump: dump.shape[0] >= GRAPHICS_HEIGHT_MIN and colours(dump) > 8, FIRMWARE_SECONDS)
    guest.boot(FIRMWARE_SECONDS)
    check_demo(guest, look, 3)
