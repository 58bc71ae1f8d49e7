# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows under a window manager: sizes, zoom, tabs, full screen, icons, closing."""

from __future__ import annotations

import time

import numpy
import pytest

from vgpu.formats import gradient
from vgpu.wait import wait_for
from vgpu.wire import Rect

from .hands import Hands
from .menus import choose
from .screen import Screen, enlarged

SIZE = (400, 300)
LARGE = (3840, 2160)        # larger than the screen
HEIGHT_OF_BAR = 25          # of the menus


@pytest.mark.parametrize('gl', ['off', 'on'])
def test_whole_zooms_are_sharp(start_machine, manager, screen, hands, gl):
    machine = start_machine('virtio-gpu-pci', options=f',gl={gl},zoom-to-fit=off')
    machine.gpu.show(1, gradient(*SIZE))
    screen.place_of(gradient(*SIZE))
    hands.focus().key(*['ctrl+alt+plus'] * 4)
    screen.place_of(enlarged(gradient(*SIZE), 2))
    hands.key('ctrl+alt+0')
    screen.place_of(gradient(*SIZE))


@pytest.mark.parametrize('gl', ['off', 'on'])
@pytest.mark.parametrize('surface', ['memory', 'window'])
def test_picture_fits_the_window(start_machine, manager, screen, hands, gl, surface):
    machine = start_machine('virtio-gpu-pci', options=f',gl={gl}', surface=surface)
    machine.gpu.show(1, gradient(*SIZE))
    screen.place_of(gradient(*SIZE))
    hands.do('windowsize', hands.window(), 800, 640)
    screen.place_of(enlarged(gradient(*SIZE), 2))


def test_size_of_the_window_becomes_the_guests_mode(start_machine, manager, screen, hands):
    machine = start_machine('virtio-gpu-pci')
    machine.gpu.show(1, gradient(*SIZE))
    screen.place_of(gradient(*SIZE))
    assert machine.modes[0] == (1280, 800)
    hands.do('windowsize', hands.window(), 500, 450)
    wait_for(lambda: machine.modes[0] == (500, 450), 'the new mode')
    machine.gpu.show(2, gradient(500, 450))
    screen.place_of(gradient(500, 450))


def test_size_that_the_guest_chose_is_not_told_back(start_machine, manager, screen):
    machine = start_machine('virtio-gpu-pci')
    for number, size in enumerate((SIZE, (640, 480), (300, 200)), 1):
        machine.gpu.show(number, gradient(*size))
        screen.place_of(gradient(*size))
        time.sleep(0.5)
        assert machine.modes[0] == (1280, 800)


def test_window_has_the_size_of_the_last_of_many_modes(start_machine, manager, hands):
    machine = start_machine('virtio-gpu-pci', bare=False)
    sizes = [SIZE, (640, 480), (800, 600), (1024, 768), (320, 200)]
    for number, size in enumerate(sizes, 1):
        machine.gpu.create_image(number, *size)
    for turn in range(12):
        for step in range(turn % 4 + 2):
            number = 1 + (turn * 3 + step * 2) % len(sizes)
            machine.gpu.set_scanout(0, number, Rect(0, 0, *sizes[number - 1]))
            time.sleep((turn + step) % 4 / 100)
        width, height = sizes[number - 1]
        wait_for(lambda: size_of_window(hands) == (width, height + HEIGHT_OF_BAR), 'the size of the last mode')
    assert machine.modes[0] == (1280, 800)


def size_of_window(hands: Hands) -> tuple[int, int]:
    """Its inside, with the bar of the menus."""
    words = dict(line.split('=') for line in hands.do('getwindowgeometry', '--shell', hands.window()).split())
    return int(words['WIDTH']), int(words['HEIGHT'])


def test_picture_larger_than_the_screen_gets_a_window_that_fits_on_it(start_machine, manager, screen, hands):
    machine = start_machine('virtio-gpu-pci', memory=256)
    colour = (10, 200, 30)
    machine.gpu.show(1, numpy.full((*LARGE[::-1], 3), colour, numpy.uint8))
    wait_for(lambda: size_of_window(hands) == (1280, 720), 'a window as wide as the screen')
    wait_for(lambda: (screen.picture == colour).all(axis=2).sum() > 0.9 * 1280 * 720, 'the picture in it')
    assert machine.modes[0] == (1280, 800)


@pytest.mark.parametrize('zoom', ['on', 'off'])
def test_window_of_a_large_picture_can_be_made_small(start_machine, manager, screen, hands, zoom):
    machine = start_machine('virtio-gpu-pci', options=f',zoom-to-fit={zoom}', memory=256)
    machine.gpu.show(1, gradient(*LARGE))
    wait_for(lambda: size_of_window(hands)[0] >= 1280, 'a large window')
    hands.do('windowsize', hands.window(), 500, 300)
    wait_for(lambda: size_of_window(hands) == (500, 300), 'a small window')
    wait_for(lambda: machine.modes[0] == (500, 300), 'the guest to be told')


def test_picture_of_a_hidden_tab_leaves_the_window_as_it_is(start_machine, manager, screen, hands):
    machine = start_machine('virtio-gpu-pci,max_outputs=2', memory=256)
    machine.gpu.show(1, gradient(*SIZE))
    screen.place_of(gradient(*SIZE))
    machine.gpu.show(2, gradient(*LARGE), scanout_id=1)
    hands.focus().key('ctrl+alt+minus')     # a round trip for what the window does about it
    hands.key('ctrl+alt+0')
    screen.place_of(gradient(*SIZE))
    assert size_of_window(hands) == SIZE
    hands.key('ctrl+alt+2')
    wait_for(lambda: size_of_window(hands) == (1280, 720), 'the window to follow the tab')


def test_full_screen_is_the_screen_and_back(start_machine, manager, screen, hands):
    machine = start_machine('virtio-gpu-pci', bare=False, options=',show-tabs=on')
    machine.gpu.show(1, gradient(*SIZE))
    x, y = screen.place_of(gradient(*SIZE))
    hands.focus().key('ctrl+alt+f')
    wait_for(lambda: machine.modes[0] == (1280, 1024), 'the mode of the screen')
    machine.gpu.show(2, gradient(1280, 1024))
    screen.assert_shows(gradient(1280, 1024)[:1000])    # the pointer is in the corner
    hands.key('ctrl+alt+f')
    wait_for(lambda: machine.modes[0] == SIZE, 'the mode of the window')
    machine.gpu.show(3, gradient(*SIZE))
    assert screen.place_of(gradient(*SIZE)) == (x, y)


def test_menu_makes_it_full_screen_and_a_key_brings_it_back(start_machine, manager, screen, hands):
    machine = start_machine('virtio-gpu-pci', bare=False)
    machine.gpu.show(1, gradient(*SIZE))
    x, y = screen.place_of(gradient(*SIZE))
    hands.focus()
    choose(hands, 'Fullscreen', x, y - HEIGHT_OF_BAR)
    wait_for(lambda: machine.modes[0] == (1280, 1024), 'the mode of the screen')
    hands.key('ctrl+alt+f')
    wait_for(lambda: machine.modes[0] == SIZE, 'the mode of the window')
    hands.move(1279, 1023)
    assert screen.place_of(gradient(*SIZE)) == (x, y)


def test_full_screen_has_no_bars_until_it_ends(start_machine, manager, screen, hands):
    machine = start_machine('virtio-gpu-pci', bare=False, options=',show-tabs=on,full-screen=on')
    machine.gpu.show(1, gradient(1280, 1024))
    screen.assert_shows(gradient(1280, 1024)[:1000])
    hands.focus().key('ctrl+alt+m')
    hands.key('ctrl+alt+m')
    screen.assert_shows(gradient(1280, 1024)[:1000])


def test_titles_name_the_machine(start_machine, manager, hands):
    machine = start_machine('virtio-gpu-pci', '-name', 'somebody')
    machine.gpu.show(1, gradient(*SIZE))
    hands.expect_title('QEMU (somebody)')
    machine.qemu.qmp.command('stop')
    hands.expect_title('QEMU (somebody) [Paused]')


@pytest.mark.parametrize('gl', ['off', 'on'])
def test_flips_between_pictures_show_nothing_else(start_machine, screen, gl):
    machine = start_machine('virtio-gpu-pci', options=f',gl={gl}')
    colours = [0xc81e28, 0x14be3c, 0x1e3cdc]
    for number, colour in enumerate(colours, 1):
        image = machine.gpu.create_image(number, *SIZE)
        image.backing.write(0, colour.to_bytes(4, 'little') * (SIZE[0] * SIZE[1]))
        machine.gpu.transfer(number, Rect(0, 0, *SIZE))
    for turn in range(60):
        number = turn % 3 + 1
        machine.gpu.set_scanout(0, number, Rect(0, 0, *SIZE))
        machine.gpu.flush(number, Rect(0, 0, *SIZE))
        if not turn:
            wait_for(lambda: screen.colours(*SIZE) == {colours[0]}, 'the picture')
            machine.wait_until_quiet()
        assert screen.colours(*SIZE) <= set(colours)


def test_option_starts_in_full_screen(start_machine, manager, screen):
    machine = start_machine('virtio-gpu-pci', options=',full-screen=on', bare=False)
    machine.gpu.show(1, gradient(1280, 1024))
    screen.assert_shows(gradient(1280, 1024)[:1000])    # the pointer is in the corner


@pytest.mark.parametrize('gl', ['off', 'on'])
def test_heads_are_tabs(start_machine, manager, screen, hands, gl):
    machine = start_machine('virtio-gpu-pci,max_outputs=2', options=f',gl={gl}')
    machine.gpu.show(1, gradient(*SIZE, 1))
    screen.place_of(gradient(*SIZE, 1))
    assert machine.modes[1] is None
    hands.focus().key('ctrl+alt+2')
    wait_for(lambda: machine.modes[1] == SIZE, 'the second head')
    machine.gpu.show(2, gradient(*SIZE, 2), scanout_id=1)
    screen.place_of(gradient(*SIZE, 2))
    hands.key('ctrl+alt+1')
    screen.place_of(gradient(*SIZE, 1))


@pytest.mark.parametrize('gl, surface', [('off', ''), ('on', 'memory'), ('on', 'window')])
def test_tab_becomes_a_window_and_a_tab_again(start_machine, manager, screen, hands, gl, surface):
    machine = start_machine('virtio-gpu-pci,max_outputs=2', options=f',gl={gl}', bare=False, surface=surface)
    machine.gpu.show(1, gradient(*SIZE, 1))
    screen.place_of(gradient(*SIZE, 1))
    hands.focus().key('ctrl+alt+2')
    wait_for(lambda: machine.modes[1], 'the second head')
    machine.gpu.show(2, gradient(*SIZE, 2), scanout_id=1)
    x, y = screen.place_of(gradient(*SIZE, 2))
    detach_tab(hands, x, y)
    own = hands.window('gpu0.1')
    hands.do('windowmove', own, 800, 600)
    hands.move(1279, 1023)
    screen.place_of(gradient(*SIZE, 1))
    screen.place_of(gradient(*SIZE, 2))
    hands.do('windowfocus', '--sync', own)
    hands.key('alt+F4')
    wait_for(lambda: own not in hands.windows(), 'the tab to be one again')
    screen.place_of(gradient(*SIZE, 2))
    hands.focus().key('ctrl+alt+1')
    screen.place_of(gradient(*SIZE, 1))


def test_icon_holds_nobody_up_and_draws_nothing(start_machine, manager, screen, hands):
    machine = start_machine('virtio-gpu-pci', options=',gl=on')
    image = machine.gpu.show(1, gradient(*SIZE))
    screen.place_of(gradient(*SIZE))
    window = hands.window()
    hands.do('windowminimize', window)
    machine.wait_until_quiet()
    draws = machine.counter('draws')
    image.draw(gradient(*SIZE, 1))
    machine.gpu.transfer(1, Rect(0, 0, *SIZE))
    for _ in range(10):
        machine.gpu.flush(1, Rect(0, 0, *SIZE))
    time.sleep(0.2)
    assert machine.counter('draws') == draws
    hands.do('windowmap', window)
    screen.place_of(gradient(*SIZE, 1))


def test_closing_the_window_ends_the_machine(start_machine, manager, screen, hands):
    machine = start_machine('virtio-gpu-pci')
    close(hands)
    machine.qemu.finish()


def test_closing_can_be_forbidden(start_machine, manager, screen, hands):
    machine = start_machine('virtio-gpu-pci', options=',window-close=off')
    machine.gpu.show(1, gradient(*SIZE))
    close(hands)
    time.sleep(0.5)
    screen.place_of(gradient(*SIZE))


def close(hands: Hands) -> None:
    """Closes the window as its button does."""
    window = hands.focus().window()
    wait_for(lambda: hands.active_window() == int(window), 'the window manager to see it')
    hands.key('alt+F4')


def detach_tab(hands: Hands, x: int, y: int) -> None:
    """Chooses "Detach Tab", the last but one of the menu "View", above the picture at (x, y)."""
    hands.move(x + 90, y - 12)
    hands.click()
    time.sleep(0.5)     # menus that open take no keys
    hands.key('Up', 'Up', 'Return')
