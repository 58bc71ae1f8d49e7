# SPDX-License-Identifier: GPL-2.0-or-later
"""Every item of the menus, and every key that stands for one, does what it says."""

from __future__ import annotations

import subprocess

import pytest

from vgpu.formats import gradient
from vgpu.input import EV_KEY, InputDevice
from vgpu.wait import wait_for
from vgpu.wire import parse_display_info

from .menus import choose
from .screen import find

SIZE = (400, 300)
KEY_A = 30


@pytest.fixture
def machine(start_machine, hands):
    """A machine with a picture, menus and tabs; its window has the focus."""
    machine = start_machine('virtio-gpu-pci', '-device', 'virtio-keyboard-pci', bare=False,
                            options=',show-tabs=on,zoom-to-fit=off')
    machine.gpu.show(1, gradient(*SIZE))
    find_picture(machine)
    assert status(machine) == 'running'     # from here on, QMP brings events
    hands.focus()
    return machine


def find_picture(machine, factor=1):
    """Waits for the picture, enlarged; says where it is."""
    picture = gradient(*SIZE).repeat(factor, axis=0).repeat(factor, axis=1)
    return wait_for(lambda: find(machine.screen.picture, picture), f'the picture {factor}:1 on the screen')


def mode(machine):
    """The size that the device tells the guest."""
    rect = parse_display_info(machine.gpu.ok('get_display_info'))[0].rect
    return rect.width, rect.height


def status(machine):
    """What the machine does."""
    return machine.qemu.qmp.command('query-status')['status']


# Machine

def test_the_machine_is_paused_and_goes_on(machine, hands):
    choose(hands, 'Pause')
    wait_for(lambda: status(machine) == 'paused', 'the pause')
    hands.expect_title('[Paused]')
    choose(hands, 'Pause')
    wait_for(lambda: status(machine) == 'running', 'the end of the pause')
    wait_for(lambda: 'Paused' not in hands.title(hands.window()), 'the title')


def test_a_pause_from_elsewhere_is_shown(machine, hands):
    machine.qemu.qmp.command('stop')
    hands.expect_title('[Paused]')
    choose(hands, 'Pause')
    wait_for(lambda: status(machine) == 'running', 'the end of the pause')


def test_the_machine_is_reset(machine, hands):
    choose(hands, 'Reset')
    assert machine.qemu.qmp.wait_event('RESET')['data']['guest'] is False


def test_the_guest_is_asked_to_power_down(machine, hands):
    choose(hands, 'Power Down')
    machine.qemu.qmp.wait_event('POWERDOWN')


def test_quit_ends_the_machine(machine, hands):
    choose(hands, 'Quit')
    machine.qemu.finish()


def test_a_key_quits(machine, hands):
    hands.key('ctrl+alt+q')
    machine.qemu.finish()


# View

def test_the_picture_is_zoomed(machine, hands):
    for _ in range(4):
        choose(hands, 'Zoom In')
    find_picture(machine, 2)
    for _ in range(4):
        choose(hands, 'Zoom Out')
    find_picture(machine)
    choose(hands, 'Zoom In')
    choose(hands, 'Best Fit')
    find_picture(machine)


@pytest.mark.parametrize('nearer, farther', [('plus', 'minus'), ('equal', 'minus')])
def test_keys_zoom(machine, hands, nearer, farther):
    hands.key(*[f'ctrl+alt+{nearer}'] * 4)
    find_picture(machine, 2)
    hands.key(*[f'ctrl+alt+{farther}'] * 4)
    find_picture(machine)
    hands.key(*[f'ctrl+alt+{nearer}'] * 4)
    hands.key('ctrl+alt+0')
    find_picture(machine)


def test_the_picture_fits(machine, hands):
    _, y = find_picture(machine)
    wanted = (2 * SIZE[0], 2 * SIZE[1])
    hands.do('windowsize', '--sync', hands.window(), wanted[0], wanted[1] + y)
    wait_for(lambda: mode(machine) == wanted, 'the guest to be told')
    choose(hands, 'Zoom To Fit')
    assert find_picture(machine, 2) == (0, y)
    choose(hands, 'Zoom To Fit')
    find_picture(machine)


def test_input_is_grabbed(machine, hands):
    choose(hands, 'Grab Input')
    hands.expect_title('Press Ctrl+Alt+G to release grab')
    hands.key('ctrl+alt+g')
    wait_for(lambda: 'Ctrl+Alt+G' not in hands.title(hands.window()), 'the end of the grab')


def test_the_keyboard_is_grabbed_on_hover(machine, hands):
    x, y = find_picture(machine)
    choose(hands, 'Grab On Hover')
    hands.move(x + 100, y + 100)
    hands.expect_title('Press Ctrl+Alt+G')
    hands.move(1200, 1000)
    wait_for(lambda: 'Ctrl+Alt+G' not in hands.title(hands.window()), 'the end of the grab')
    choose(hands, 'Grab On Hover')
    hands.move(x + 100, y + 100)
    hands.do('getmouselocation')
    assert 'Ctrl+Alt+G' not in hands.title(hands.window())


def test_tabs_come_and_go(machine, hands):
    _, with_tabs = find_picture(machine)
    choose(hands, 'Show Tabs')
    wait_for(lambda: find_picture(machine)[1] < with_tabs, 'the tabs to go')
    choose(hands, 'Show Tabs')
    wait_for(lambda: find_picture(machine)[1] == with_tabs, 'the tabs to come')


def test_the_menu_bar_goes_and_its_keys_stay(machine, hands):
    _, with_bar = find_picture(machine)
    choose(hands, 'Show Menubar')
    wait_for(lambda: find_picture(machine)[1] < with_bar, 'the bar to go')
    hands.key('ctrl+alt+m')
    wait_for(lambda: find_picture(machine)[1] == with_bar, 'the bar to come')


def test_a_tab_becomes_a_window_and_its_keys_stay(machine, hands):
    choose(hands, 'Detach Tab')
    window = hands.window('gpu0')
    hands.do('windowfocus', '--sync', window)
    hands.key('ctrl+alt+g')
    wait_for(lambda: 'Ctrl+Alt+G' in hands.title(window), 'the grab')
    hands.key('ctrl+alt+g', 'ctrl+alt+q')
    machine.qemu.finish()


# Language

def test_the_menus_speak_the_user_s_language(start_machine, hands):
    bars = {language: look_of_bar(start_machine, hands, language) for language in ('', 'de_DE', 'fr_FR', 'xx')}
    assert (bars['xx'] == bars['']).all()
    assert (bars['de_DE'] != bars['']).any()
    assert (bars['fr_FR'] != bars['de_DE']).any()


def look_of_bar(start_machine, hands, language):
    """The menu bar of a machine that is started for it."""
    machine = start_machine('virtio-gpu-pci', bare=False, extra_env={'LC_ALL': 'C.UTF-8', 'LANGUAGE': language})
    machine.gpu.show(1, gradient(*SIZE))
    find_picture(machine)
    bar = machine.screen.picture[:20, :200]
    machine.qemu.quit()
    return bar


# Keys

def test_keys_work_under_another_layout(machine, hands, screen):
    """Where the key of G types a Cyrillic letter, it still grabs."""
    subprocess.run(['setxkbmap', 'ru,us'], env=hands.env, check=True, timeout=20)
    hands.do('keydown', 'Control_L', 'keydown', 'Alt_L', 'key', 42, 'keyup', 'Alt_L', 'keyup', 'Control_L')
    hands.expect_title('Press Ctrl+Alt+G')


def test_after_a_menu_the_guest_has_the_keys_again(machine, hands):
    device = InputDevice(machine.gpu.pci.pci, machine.gpu.memory)
    choose(hands, 'Grab On Hover')
    hands.key('a')
    device.expect((EV_KEY, KEY_A, 1), (EV_KEY, KEY_A, 0))


def test_keys_for_consoles_that_are_not_there_are_the_guest_s(machine, hands):
    device = InputDevice(machine.gpu.pci.pci, machine.gpu.memory)
    hands.key('ctrl+alt+9')
    assert (EV_KEY, 10, 1) in device.take(6)
    hands.key('ctrl+alt+c')
    assert (EV_KEY, 46, 1) in device.take(6)
