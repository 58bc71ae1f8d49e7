# SPDX-License-Identifier: GPL-2.0-or-later
"""Every way to draw, for one head and two, on desktops of the usual and of twice the size."""

from __future__ import annotations

from typing import Callable

import numpy
import pytest

from vgpu.formats import gradient
from vgpu.wait import wait_for
from vgpu.wire import parse_display_info

from .hands import Hands
from .machine import Machine
from .screen import find

SIZE = (320, 256)


def assert_shows(machine: Machine, rgb: numpy.ndarray) -> None:
    """The picture is in the window, a pixel of the guest for each of the screen, or will be."""
    wait_for(lambda: find(machine.screen.picture, rgb), 'the picture', timeout=20)


def is_enabled(machine: Machine, head: int) -> bool:
    """Whether the guest is told to use a head."""
    return parse_display_info(machine.gpu.ok('get_display_info'))[head].enabled


@pytest.mark.parametrize('scale', (1, 2), ids='scale-{}'.format)
@pytest.mark.parametrize('heads', (1, 2), ids='heads-{}'.format)
@pytest.mark.parametrize('gl', ('off', 'on', 'es'))
def test_pictures_of_all_heads_are_shown_pixel_by_pixel(start_machine: Callable[..., Machine], hands: Hands,
                                                        gl: str, heads: int, scale: int):
    machine = start_machine(f'virtio-gpu-pci,max_outputs={heads}', options=f',gl={gl}',
                            extra_env={'GDK_SCALE': str(scale)})
    machine.gpu.show(1, gradient(*SIZE, 1))
    assert_shows(machine, gradient(*SIZE, 1))
    if heads > 1:
        hands.focus().key('ctrl+alt+2')
        wait_for(lambda: is_enabled(machine, 1), 'the second head')
        machine.gpu.show(2, gradient(*SIZE, 2), scanout_id=1)
        assert_shows(machine, gradient(*SIZE, 2))
        hands.key('ctrl+alt+1')
        assert_shows(machine, gradient(*SIZE, 1))
