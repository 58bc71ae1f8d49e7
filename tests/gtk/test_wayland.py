# SPDX-License-Identifier: GPL-2.0-or-later
"""Under Wayland, too, what is typed, clicked and moved in the window reaches the guest."""

from __future__ import annotations

import pytest

from vgpu.formats import gradient
from vgpu.input import BTN_LEFT, BTN_RIGHT, EV_KEY, EV_REL, InputDevice
from vgpu.wait import wait_for

from .screen import enlarged, find
from .weston import ARROW

WIDTH, HEIGHT = 640, 480
ZOOM = 2
KEY_A, KEY_LEFTCTRL, KEY_LEFTALT, KEY_102ND = 30, 29, 56, 86


@pytest.fixture
def desktop(start_weston):
    """A compositor whose output is twice as large as the picture."""
    return start_weston((ZOOM * WIDTH, ZOOM * HEIGHT))


@pytest.fixture
def start_input(start_machine):
    """Starts a machine with an input device and a picture on the whole output; the pointer is over it."""

    def start(device, *args):
        machine = start_machine('virtio-gpu-pci', '-device', device, *args, options=',full-screen=on')
        machine.gpu.show(1, gradient(WIDTH, HEIGHT))
        input_device = InputDevice(machine.gpu.pci.pci, machine.gpu.memory)
        machine.assert_shows(enlarged(gradient(WIDTH, HEIGHT), ZOOM)[:-ARROW])
        return input_device, machine

    return start


def settle(device, hands):
    """Waits until the window has done what it was asked for, and the compositor what the window asked for."""
    for _ in range(2):
        hands.click(3)
        wait_for(lambda: (EV_KEY, BTN_RIGHT, 0) in device.events(), 'a click')


def test_keys_reach_the_guest(start_input, hands):
    device, _ = start_input('virtio-keyboard-pci')
    hands.key('a', KEY_102ND + 8)
    device.expect(*[(EV_KEY, code, down) for code in (KEY_A, KEY_102ND) for down in (1, 0)])


def test_modifiers_are_released_when_the_focus_goes(start_input, hands):
    device, _ = start_input('virtio-keyboard-pci')
    hands.do('keydown', 'Control_L', 'keydown', 'Alt_L')
    device.expect((EV_KEY, KEY_LEFTCTRL, 1), (EV_KEY, KEY_LEFTALT, 1))
    hands.look_away()
    assert sorted(device.take(2)) == [(EV_KEY, KEY_LEFTCTRL, 0), (EV_KEY, KEY_LEFTALT, 0)]
    hands.do('keyup', 'Control_L', 'keyup', 'Alt_L')


def test_positions_are_exact_to_the_pixel(start_input, hands):
    device, _ = start_input('virtio-tablet-pci')
    for x, y in ((0, 0), (1, 1), (639, 480), (ZOOM * WIDTH - 1, ZOOM * HEIGHT - 1)):
        hands.move(x, y)
        device.expect_position((x // ZOOM, y // ZOOM), (WIDTH, HEIGHT))


def test_clicks_and_the_wheel_reach_the_guest(start_input, hands):
    device, _ = start_input('virtio-tablet-pci')
    hands.move(100, 100)
    device.expect_position((50, 50), (WIDTH, HEIGHT))
    hands.click()
    found = [event for event in device.take(4) if event[0] == EV_KEY]
    assert found == [(EV_KEY, BTN_LEFT, 1), (EV_KEY, BTN_LEFT, 0)]
    hands.click(4)
    assert [event[2] for event in device.take(2) if event[0] == EV_REL] == [1]


def test_a_grabbed_pointer_is_locked(start_input, hands):
    """The compositor reports motions and leaves the pointer where it was."""
    device, _ = start_input('virtio-mouse-pci')
    hands.move(100, 120)
    hands.push(5, 5)
    assert device.events() == []
    hands.click()
    settle(device, hands)
    hands.move(115, 105)
    assert device.moved_by((5, -10)) == (5, -10)
    hands.key('ctrl+alt+g')
    device.events()
    hands.push(5, 5)
    assert device.events() == []


def test_a_grabbed_tablet_stays_on_the_picture(start_input, hands):
    device, machine = start_input('virtio-tablet-pci')
    picture = gradient(WIDTH, HEIGHT)
    wait_for(lambda: hands.key('ctrl+alt+0') or find(machine.screen.picture, picture), 'a smaller picture')
    x, y = find(machine.screen.picture, picture)
    hands.move(x + 10, y + 10)
    device.expect_position((10, 10), (WIDTH, HEIGHT))
    hands.click()       # Weston holds the pointer only in windows that were clicked
    hands.key('ctrl+alt+g')
    settle(device, hands)
    hands.move(x + WIDTH + 50, y + 20)
    device.expect_position((WIDTH - 1, 20), (WIDTH, HEIGHT))
    hands.key('ctrl+alt+g')
    hands.move(x - 100, y + 30)
    device.expect_position((0, 30), (WIDTH, HEIGHT))


def test_a_key_quits(start_input, hands):
    _, machine = start_input('virtio-keyboard-pci')
    hands.key('ctrl+alt+q')
    machine.qemu.finish()
