# SPDX-License-Identifier: GPL-2.0-or-later
"""Weston in the guest composes by GL what its clients draw by GL."""

from __future__ import annotations

import numpy
import pytest

from looks import Look

pytestmark = pytest.mark.ours_only('stock has 3D on displays with GL only')

BACKGROUND = (0x33, 0x66, 0x99)     # as weston.ini has it
BEHIND_WINDOW = (0x19, 0x33, 0x4c)  # the window's ground is black that lets half of it through
WINDOW_PIXELS = 250 * 250
START_SECONDS = 60


def like(picture: numpy.ndarray, colour: tuple[int, int, int]) -> numpy.ndarray:
    """Which pixels have a colour."""
    return (abs(picture.astype(int) - colour) <= 2).all(axis=2)


def start_weston(guest) -> None:
    """Starts the compositor; it must have chosen the GL renderer."""
    guest.run('mkdir -p /run /tmp /dev/shm; chmod 700 /run; export XDG_RUNTIME_DIR=/run WAYLAND_DISPLAY=wayland-1')
    guest.send('weston --backend=drm-backend.so --tty=1 -c /usr/share/weston/weston.ini --log=/weston.log &')
    guest.run('while ! grep -q "Output .* enabled" /weston.log; do sleep 0.2; done', START_SECONDS)
    assert 'GL renderer: virgl' in guest.run('cat /weston.log')


def has_triangle(picture: numpy.ndarray) -> bool:
    """Whether the window of weston-simple-egl is there, with its three colours."""
    window = like(picture, BEHIND_WINDOW)
    if not WINDOW_PIXELS * 0.6 < window.sum() < WINDOW_PIXELS:
        return False
    drawn = picture[~window & ~like(picture, BACKGROUND)].astype(int)
    others = drawn.sum(axis=1, keepdims=True) - drawn
    return bool(((drawn > 150) & (others < 110)).any(axis=0).all())


@pytest.mark.parametrize('look', ('none', 'vnc'), indirect=True)
def test_weston_shows_a_gl_client(look: Look, start_gl_guest):
    guest = start_gl_guest(look)
    start_weston(guest)
    picture = look.wait_until(lambda picture: like(picture, BACKGROUND).all(), START_SECONDS)
    assert like(picture, BACKGROUND).all()
    guest.send('weston-simple-egl > /client.log 2>&1 &')
    picture = look.wait_until(has_triangle, START_SECONDS)
    assert has_triangle(picture), guest.run('tail -20 /weston.log /client.log')
