# SPDX-License-Identifier: GPL-2.0-or-later
"""Every way to draw on every window system, for one head and two, at the usual size and at twice that."""

from __future__ import annotations

from typing import Callable

import pytest

from vgpu.formats import gradient
from vgpu.wait import wait_for

from .hands import Hands
from .machine import Machine
from .screen import Screen
from .weston import Weston

SIZE = (320, 256)


@pytest.fixture(params=(1, 2), ids='scale-{}'.format)
def scale(request: pytest.FixtureRequest) -> int:
    """How many pixels of the monitor a desktop takes for one."""
    return request.param


@pytest.fixture(params=('x11', 'wayland'))
def desktop(request: pytest.FixtureRequest, screen: Screen, start_weston: Callable[..., Weston],
            scale: int) -> Screen | Weston:
    """Of each window system one."""
    if request.param == 'wayland':
        return start_weston(scale=scale)
    screen.scale = scale
    return screen


@pytest.mark.parametrize('heads', (1, 2), ids='heads-{}'.format)
@pytest.mark.parametrize('gl', ('off', 'on', 'es'))
def test_pictures_of_all_heads_are_shown_pixel_by_pixel(start_machine: Callable[..., Machine], screen: Screen,
                                                        desktop: Screen | Weston, hands: Hands, gl: str, heads: int):
    machine = start_machine(f'virtio-gpu-pci,max_outputs={heads}', options=f',gl={gl}')
    machine.gpu.show(1, gradient(*SIZE, 1))
    screen.place_of(gradient(*SIZE, 1))
    if heads > 1:
        if desktop is screen:
            hands.focus()       # compositors give it to new windows
        hands.key('ctrl+alt+2')
        wait_for(lambda: machine.modes[1], 'the second head')
        machine.gpu.show(2, gradient(*SIZE, 2), scanout_id=1)
        screen.place_of(gradient(*SIZE, 2))
        hands.key('ctrl+alt+1')
        screen.place_of(gradient(*SIZE, 1))
