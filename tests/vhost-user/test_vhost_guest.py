# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian guest whose GPU is Debian's back end: what its driver draws is on the display."""

from __future__ import annotations

from conftest import wait_shown, with_defaults
from vgpu.guest import Guest, demo_picture

MODE = (1024, 768)
FRAMES = 10


def test_a_flipped_frame_is_shown_to_the_last_pixel(modules, debian):
    with Guest('-chardev', f'socket,id=vhost,path={debian.path}', '-device',
               with_defaults(f'vhost-user-vga,xres={MODE[0]},yres={MODE[1]}'), modules=modules) as guest:
        guest.boot()
        guest.send(f'kms-demo -n {FRAMES} -k -r 0 -c')
        guest.wait_for(f'hold frame {FRAMES}')
        wait_shown(guest.qemu, demo_picture(*MODE, FRAMES))
