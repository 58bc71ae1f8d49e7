# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows under Wayland: tabs, sizes, full screen, closing; with our device and with stock ones."""

from __future__ import annotations

import time
from typing import Callable

import numpy
import pytest

from vgpu.formats import gradient
from vgpu.pci import PciBus
from vgpu.vga import Vga
from vgpu.wait import wait_for

from .hands import Hands
from .machine import Machine
from .screen import Screen, enlarged, find
from .weston import ARROW, MOVE, RESIZE, Weston

SIZE = (400, 300)
FIRST, SECOND = gradient(*SIZE, 1), gradient(*SIZE, 2)
FACTOR = 3
OUTPUT = (FACTOR * SIZE[0], FACTOR * SIZE[1])
CORNER, OTHER_CORNER = (30, 100), (700, 500)    # where two windows do not overlap
TITLE = 18                                      # from the middle of a title bar to the window's inside
SLOTS = (5, 6)


@pytest.fixture
def desktop(start_weston: Callable[..., Weston]) -> Weston:
    """A compositor whose output is a multiple of the pictures."""
    return start_weston(OUTPUT)


@pytest.fixture
def start_ours(start_machine: Callable[..., Machine]) -> Callable[..., Machine]:
    """Starts a machine with two heads of our device; the picture of the first one is in the window."""

    def start(**settings) -> Machine:
        machine = start_machine('virtio-gpu-pci,max_outputs=2', **settings)
        machine.gpu.show(1, FIRST)
        machine.gpu.show(2, SECOND, scanout_id=1)
        machine.screen.place_of(FIRST)
        return machine

    return start


@pytest.fixture
def start_vgas(start_machine: Callable[..., Machine]) -> Callable[..., Machine]:
    """Starts a machine with two VGAs of the distribution; the picture of the first one is in the window."""

    def start(**settings) -> Machine:
        machine = start_machine(f'VGA,addr={SLOTS[0]}', '-device', f'secondary-vga,addr={SLOTS[1]}', ours=False,
                                **settings)
        pci = PciBus(machine.qemu.qtest)
        for slot, picture in zip(SLOTS, (FIRST, SECOND)):
            Vga(pci, slot).show(picture)
        machine.screen.place_of(FIRST)
        return machine

    return start


@pytest.fixture(params=('ours', 'vgas'))
def start_heads(request: pytest.FixtureRequest) -> Callable[..., Machine]:
    """Starts machines of both kinds."""
    return request.getfixturevalue(f'start_{request.param}')


def expect(screen: Screen, picture: numpy.ndarray, place: tuple[int, int]) -> None:
    """The picture is at a place of the screen, or will be."""
    wait_for(lambda: find(screen.picture, picture) == place, f'the picture at {place}', timeout=30)


def move(desktop: Weston, picture: numpy.ndarray, place: tuple[int, int]) -> None:
    """Moves the window with a picture to where the picture is at a place."""
    x, y = desktop.screen.place_of(picture)
    desktop.drag((x + 50, y + 50), (place[0] + 50, place[1] + 50), MOVE)
    expect(desktop.screen, picture, place)


def detach_tab(desktop: Weston, hands: Hands, picture: numpy.ndarray) -> None:
    """Chooses "Detach Tab", the last but one of the menu "View", above the picture in the corner."""
    x, y = CORNER
    hands.move(x + 100, y - 12)
    hands.click()
    wait_for(lambda: desktop.screen.difference(picture, x, y), 'the menu')
    desktop.rest()
    hands.key('Up', 'Up', 'Return')
    wait_for(lambda: find(desktop.screen.picture, picture) not in (None, CORNER), 'another window')


def close(hands: Hands, x: int, y: int) -> None:
    """Closes the window of the picture at (x, y) by the button in its title bar."""
    hands.move(x + SIZE[0] - TITLE, y - TITLE)
    hands.click()


@pytest.mark.parametrize('gl', ('off', 'on'))
def test_tab_becomes_a_window_and_a_tab_again(start_heads, desktop, screen, hands, gl):
    start_heads(options=f',gl={gl}', bare=False)
    move(desktop, FIRST, CORNER)
    hands.key('ctrl+alt+2')
    expect(screen, SECOND, CORNER)
    detach_tab(desktop, hands, SECOND)
    move(desktop, SECOND, OTHER_CORNER)
    expect(screen, FIRST, CORNER)
    close(hands, *OTHER_CORNER)
    expect(screen, SECOND, CORNER)
    desktop.rest()
    hands.key('ctrl+alt+1')
    expect(screen, FIRST, CORNER)


def test_full_screen_of_our_device_is_told_to_the_guest_and_back(start_ours, screen, hands):
    machine = start_ours()
    place = screen.place_of(FIRST)
    hands.key('ctrl+alt+f')
    screen.assert_shows(enlarged(FIRST, FACTOR)[:-ARROW])
    wait_for(lambda: machine.modes[0] == OUTPUT, 'the mode of the output')
    machine.gpu.show(3, gradient(*OUTPUT))
    screen.assert_shows(gradient(*OUTPUT)[:-ARROW])
    hands.key('ctrl+alt+f')
    wait_for(lambda: machine.modes[0] == SIZE, 'the mode of the window')
    machine.gpu.show(4, FIRST)
    expect(screen, FIRST, place)


def test_full_screen_of_a_vga_is_in_the_middle(start_vgas, screen, hands):
    start_vgas()
    place = screen.place_of(FIRST)
    hands.key('ctrl+alt+f')
    expect(screen, FIRST, SIZE)
    hands.key('ctrl+alt+f')
    expect(screen, FIRST, place)


def test_size_of_the_window_becomes_the_guests_mode(start_ours, desktop, screen):
    machine = start_ours()
    assert machine.modes[0] == (1280, 800)
    move(desktop, FIRST, CORNER)
    corner = CORNER[0] + SIZE[0] - 10, CORNER[1] + SIZE[1] - 10
    desktop.drag(corner, (corner[0] + 100, corner[1] + 50), RESIZE)
    wait_for(lambda: machine.modes[0] == (500, 350), 'the new mode')
    machine.gpu.show(3, gradient(500, 350))
    expect(screen, gradient(500, 350), CORNER)


def test_size_that_the_guest_chose_is_not_told_back(start_ours, desktop, screen):
    machine = start_ours()
    move(desktop, FIRST, CORNER)        # where there is room
    for number, size in enumerate(((640, 480), (300, 200)), 3):
        machine.gpu.show(number, gradient(*size))
        expect(screen, gradient(*size), CORNER)
        time.sleep(0.5)
        assert machine.modes[0] == (1280, 800)


def test_closing_the_window_ends_the_machine(start_heads, screen, hands):
    machine = start_heads()
    close(hands, *screen.place_of(FIRST))
    machine.qemu.finish()
