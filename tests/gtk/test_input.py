# SPDX-License-Identifier: GPL-2.0-or-later
"""What is typed, clicked and moved in the window reaches the guest."""

from __future__ import annotations

import numpy
import pytest

from vgpu.formats import gradient
from vgpu.input import (ABS_MAX, BTN_EXTRA, BTN_LEFT, BTN_MIDDLE, BTN_RIGHT, BTN_SIDE, EV_KEY, EV_REL,
                        REL_WHEEL, InputDevice)
from vgpu.wait import wait_for

WIDTH, HEIGHT = 800, 600
MENU_HEIGHT = 60             # not higher than this
KEY_A, KEY_LEFTCTRL, KEY_LEFTALT = 30, 29, 56

# Key codes of X are the kernel's and 8 more; every kind of key, also those that few keyboards have.
KEYS = [2, 15, 16, 28, 30, 41, 43, 44, 57, 58, 59, 68, 69, 70, 71, 78, 83, 86, 87, 88, 89, 92, 93, 94,
        96, 97, 98, 99, 100, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 113, 114, 115, 117, 119, 121,
        124, 125, 126, 127]


@pytest.fixture
def start_input(start_machine, hands):
    """Starts a machine with an input device and a picture; the window has the focus."""

    def start(device: str, *args: str, bare: bool = True, **settings):
        machine = start_machine('virtio-gpu-pci', '-device', device, *args, bare=bare, **settings)
        machine.gpu.show(1, gradient(WIDTH, HEIGHT))
        if bare:
            machine.assert_shows(gradient(WIDTH, HEIGHT))
        hands.focus()
        return InputDevice(machine.gpu.pci.pci, machine.gpu.memory), machine

    return start


def press(code):
    """A key or button goes down."""
    return (EV_KEY, code, 1)


def release(code):
    """A key or button goes up."""
    return (EV_KEY, code, 0)


# Keyboard

def test_every_key_is_itself(start_input, hands):
    device, _ = start_input('virtio-keyboard-pci')
    found = []
    for code in KEYS:
        hands.key(code + 8)
        found.append(device.take(2))
    assert found == [[press(code), release(code)] for code in KEYS]


def test_modifiers_are_released_when_the_focus_goes(start_input, hands):
    device, _ = start_input('virtio-keyboard-pci')
    hands.do('keydown', 'Control_L', 'keydown', 'Alt_L')
    device.expect(press(KEY_LEFTCTRL), press(KEY_LEFTALT))
    hands.look_away()
    assert sorted(device.take(2)) == [release(KEY_LEFTCTRL), release(KEY_LEFTALT)]
    hands.do('keyup', 'Control_L', 'keyup', 'Alt_L')
    hands.focus().key('a')
    device.expect(press(KEY_A), release(KEY_A))


def test_keys_are_released_when_the_window_is_hidden(start_input, hands):
    device, _ = start_input('virtio-keyboard-pci')
    hands.do('keydown', 'Control_L')
    device.expect(press(KEY_LEFTCTRL))
    hands.do('windowunmap', hands.window())
    device.expect(release(KEY_LEFTCTRL))
    hands.do('keyup', 'Control_L')


def test_keys_are_released_before_another_console_is_shown(start_input, hands):
    device, _ = start_input('virtio-keyboard-pci', '-serial', 'vc')
    hands.do('keydown', 'Control_L', 'keydown', 'Alt_L')
    device.expect(press(KEY_LEFTCTRL), press(KEY_LEFTALT))
    hands.key('2')
    assert sorted(device.take(2)) == [release(KEY_LEFTCTRL), release(KEY_LEFTALT)]
    hands.do('keyup', 'Control_L', 'keyup', 'Alt_L')


def test_keys_of_the_desktop_s_toolkits_are_the_guest_s(start_input, hands):
    """F10 opens menus, Alt and a letter too, Tab walks: not here."""
    device, _ = start_input('virtio-keyboard-pci', bare=False)
    for keys, codes in (('F10', [68]), ('alt+m', [KEY_LEFTALT, 50]), ('alt+v', [KEY_LEFTALT, 47]),
                        ('Tab', [15]), ('shift+F10', [42, 68]), ('ctrl+Tab', [KEY_LEFTCTRL, 15])):
        hands.key(keys)
        found = device.take(2 * len(codes))
        assert found[:len(codes)] == [press(code) for code in codes]
        assert sorted(found[len(codes):]) == sorted(release(code) for code in codes)


def test_a_shortcut_s_last_key_does_not_reach_the_guest(start_input, hands):
    device, _ = start_input('virtio-keyboard-pci')
    hands.key('ctrl+alt+minus')
    device.expect(press(KEY_LEFTCTRL), press(KEY_LEFTALT), release(KEY_LEFTCTRL), release(KEY_LEFTALT))


# Absolute positions

def test_positions_are_exact_to_the_pixel(start_input, hands):
    device, _ = start_input('virtio-tablet-pci')
    for x, y in ((0, 0), (1, 1), (399, 299), (400, 300), (WIDTH - 1, HEIGHT - 1), (WIDTH - 1, 0)):
        hands.move(x, y)
        device.expect_position((x, y), (WIDTH, HEIGHT))


def test_positions_follow_the_zoom(start_input, hands):
    device, machine = start_input('virtio-tablet-pci', bare=False)
    machine.gpu.show(2, numpy.full((HEIGHT, WIDTH, 3), 255, numpy.uint8))
    hands.key('ctrl+alt+minus')
    hands.do('windowsize', '--sync', hands.window(), 1200, 900)
    wait_for(lambda: corner_of_picture(machine), 'a smaller picture')
    left, top, right, bottom = corner_of_picture(machine)
    for across, down in ((0, 0), (0.5, 0.25), (1, 1)):
        hands.move(round(left + across * (right - left)), round(top + down * (bottom - top)))
        expected = (pytest.approx(across * ABS_MAX, abs=ABS_MAX / 300),
                    pytest.approx(down * ABS_MAX, abs=ABS_MAX / 300))
        wait_for(lambda: device.position() == expected, f'the position {expected}')


def corner_of_picture(machine):
    """The box of the white picture with black at both sides; None when there is none."""
    rows, columns = (machine.screen.picture[MENU_HEIGHT:] == 255).all(axis=2).nonzero()
    if not len(rows) or columns.min() == 0:
        return None
    return columns.min(), rows.min() + MENU_HEIGHT, columns.max(), rows.max() + MENU_HEIGHT


def test_buttons_reach_the_guest(start_input, hands):
    device, _ = start_input('virtio-tablet-pci')
    hands.move(10, 10)
    device.expect_position((10, 10), (WIDTH, HEIGHT))
    for button, code in ((1, BTN_LEFT), (2, BTN_MIDDLE), (3, BTN_RIGHT), (8, BTN_SIDE), (9, BTN_EXTRA)):
        hands.click(button)
        assert [event for event in device.take(4) if event[0] == EV_KEY] == [press(code), release(code)]


def test_a_double_click_is_two_clicks(start_input, hands):
    device, _ = start_input('virtio-tablet-pci')
    hands.do('mousemove', 10, 10, 'click', '--repeat', 3, '--delay', 20, 1)
    events = [event for event in device.take(12) if event[0] == EV_KEY]
    assert events == [press(BTN_LEFT), release(BTN_LEFT)] * 3


def test_the_wheel_turns(start_input, hands):
    device, _ = start_input('virtio-tablet-pci')
    hands.move(10, 10)
    device.expect_position((10, 10), (WIDTH, HEIGHT))
    turn_wheel(device, hands)


def turn_wheel(device, hands):
    """Steps in both directions arrive; the device adds a button's release to each."""
    for button, step in ((4, 1), (5, -1), (5, -1), (4, 1)):
        hands.click(button)
        assert [event for event in device.take(2) if event[0] == EV_REL] == [(EV_REL, REL_WHEEL, step)]


def test_a_button_held_down_is_released_outside(start_input, hands):
    device, _ = start_input('virtio-tablet-pci')
    hands.do('mousemove', 10, 10, 'mousedown', 1)
    assert press(BTN_LEFT) in device.take(3)
    hands.do('mousemove', WIDTH + 100, HEIGHT + 100)
    wait_for(lambda: device.position() == (ABS_MAX, ABS_MAX), 'the corner')
    hands.do('mouseup', 1)
    device.expect(release(BTN_LEFT))


# Relative motion

def test_motion_is_the_guest_s_only_when_grabbed(start_input, hands):
    device, _ = start_input('virtio-mouse-pci')
    hands.move(100, 100)
    hands.push(5, 5)
    assert device.events() == []
    hands.click()
    hands.expect_title('Press Ctrl+Alt+G to release grab')
    assert device.events() == []
    hands.push(7, -9)
    device.expect((EV_REL, 0, 7), (EV_REL, 1, -9))
    hands.key('ctrl+alt+g')
    wait_for(lambda: 'Ctrl+Alt+G' not in hands.title(hands.window()), 'the end of the grab')
    hands.push(5, 5)
    assert device.events() == []


def test_a_grabbed_pointer_goes_on_at_the_edge_of_the_screen(start_input, hands):
    device, _ = start_input('virtio-mouse-pci')
    hands.move(100, 100)
    hands.click()
    hands.expect_title('release grab')
    for _ in range(30):
        hands.push(-100, -50)
        assert device.moved_by((-100, -50)) == (-100, -50)


def test_programs_that_place_the_pointer_move_a_grabbed_one(start_input, hands):
    """Remote desktops do, where a user moves a mouse."""
    device, _ = start_input('virtio-mouse-pci')
    hands.move(600, 500)
    hands.click()
    hands.expect_title('release grab')
    hands.inject(610, 495)
    assert device.moved_by((10, -5)) == (10, -5)
    hands.inject(580, 520)
    assert device.moved_by((-30, 25)) == (-30, 25)


def test_the_pointer_is_where_it_was_before_the_grab(start_input, hands):
    device, _ = start_input('virtio-mouse-pci')
    hands.move(100, 120)
    hands.click()
    hands.expect_title('release grab')
    hands.push(300, 200)
    device.moved_by((300, 200))
    hands.key('ctrl+alt+g')
    wait_for(lambda: hands.pointer() == (100, 120), 'the pointer to come back')


def test_buttons_and_wheel_of_a_grabbed_mouse(start_input, hands):
    device, _ = start_input('virtio-mouse-pci')
    hands.move(100, 100)
    hands.click()
    hands.expect_title('release grab')
    hands.click(3)
    device.expect(press(BTN_RIGHT), release(BTN_RIGHT))
    turn_wheel(device, hands)


def test_the_grab_ends_when_the_window_is_hidden(start_input, hands):
    device, _ = start_input('virtio-mouse-pci')
    hands.move(100, 100)
    hands.click()
    hands.expect_title('release grab')
    window = hands.window()
    hands.do('windowunmap', '--sync', window)
    hands.do('windowmap', '--sync', window)
    hands.expect_title('QEMU')
    hands.push(5, 5)
    assert device.events() == []
    assert 'release' not in hands.title(window)


# Grabs

def test_a_grabbed_tablet_stays_on_the_picture(start_input, hands):
    device, _ = start_input('virtio-tablet-pci')
    hands.move(400, 300)
    hands.key('ctrl+alt+g')
    hands.expect_title('release grab')
    hands.push(2000, 2000)
    assert hands.pointer() == (WIDTH - 1, HEIGHT - 1)
    device.expect_position((WIDTH - 1, HEIGHT - 1), (WIDTH, HEIGHT))
    hands.key('ctrl+alt+g')
    wait_for(lambda: 'release' not in hands.title(hands.window()), 'the end of the grab')
    hands.push(100, 100)
    assert hands.pointer() == (WIDTH + 99, HEIGHT + 99)


def test_the_keyboard_is_grabbed_on_hover(start_input, hands):
    device, _ = start_input('virtio-keyboard-pci', options=',grab-on-hover=on')
    hands.look_away()
    hands.key('a')
    assert device.events() == []
    hands.move(100, 100)
    hands.expect_title('release grab')
    hands.key('a')
    device.expect(press(KEY_A), release(KEY_A))
    hands.move(1270, 1010)
    wait_for(lambda: 'release' not in hands.title(hands.window()), 'the end of the grab')
    hands.key('a')
    assert device.events() == []
