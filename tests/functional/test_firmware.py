# SPDX-License-Identifier: GPL-2.0-or-later
"""Firmware drives virtio-vga as a VGA: its screen is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from vgpu.screendump import screendump
from vgpu.wait import wait_for

OVMF = Path('/usr/share/ovmf/OVMF.fd')
TEXT_MODE = (400, 720)
GRAPHICS_HEIGHT_MIN = 480


def wait_until(qemu, seen, seconds: float) -> None:
    """Waits for a screen that `seen` accepts."""
    wait_for(lambda: seen(screendump(qemu)), 'something to see', seconds, 0.2)


def colours(dump) -> int:
    """About how many there are: a text has two, a logo many."""
    return len({tuple(colour) for colour in dump.reshape(-1, 3)[::7]})


def test_seabios_writes_its_text(start_qemu):
    qemu = start_qemu('-device', 'virtio-vga', firmware=True)
    wait_until(qemu, lambda dump: dump.shape[:2] == TEXT_MODE and 0.001 < (dump.max(axis=2) > 128).mean() < 0.3, 30)


@pytest.mark.skipif(not OVMF.exists(), reason='the package ovmf is not installed')
def test_ovmf_shows_its_logo(start_qemu):
    # The logo stays while the firmware waits for a key.
    qemu = start_qemu('-device', 'virtio-vga', '-bios', str(OVMF), '-boot', 'menu=on,splash-time=60000',
                      firmware=True, memory=256)
    wait_until(qemu, lambda dump: dump.shape[0] >= GRAPHICS_HEIGHT_MIN and colours(dump) > 8, 240)
