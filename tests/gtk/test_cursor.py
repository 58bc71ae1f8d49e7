# SPDX-License-Identifier: GPL-2.0-or-later
"""Over the picture the host's cursor looks like the guest's, or is hidden."""

from __future__ import annotations

import numpy
import pytest

from vgpu.formats import Format, gradient
from vgpu.input import InputDevice
from vgpu.wait import wait_for
from vgpu.wire import Rect

from .cursor import read_cursor

SIZE = (400, 300)
EDGE = 64
HOT_SPOT = (5, 9)


@pytest.fixture
def start(start_machine, hands):
    """Starts a machine with a picture and the pointer over it."""

    def start(*args, **settings):
        machine = start_machine('virtio-gpu-pci', *args, **settings)
        machine.gpu.show(1, gradient(*SIZE))
        machine.assert_shows(gradient(*SIZE))
        InputDevice(machine.gpu.pci.pci, machine.gpu.memory)    # the pointer is its from now on
        hands.move(100, 100)
        return machine

    return start


def define_cursor(machine, pixels, at=(0, 0)):
    """Shows ARGB pixels as the guest's cursor."""
    image = machine.gpu.create_image(50, EDGE, EDGE, Format.B8G8R8A8)
    image.backing.write(0, pixels.astype('<u4').tobytes())
    machine.gpu.transfer(50, Rect(0, 0, EDGE, EDGE))
    machine.gpu.set_cursor(50, *at, hot=HOT_SPOT)


def picture():
    """A cursor that is half see-through in one half, and nowhere symmetric."""
    alpha = numpy.full((EDGE, EDGE), 255, numpy.uint32)
    alpha[:, EDGE // 2:] = 128
    red = numpy.arange(EDGE, dtype=numpy.uint32)[None, :] * 2 % 128
    green = numpy.arange(EDGE, dtype=numpy.uint32)[:, None]
    return alpha << 24 | red << 16 | green << 8 | 7


def test_it_looks_like_the_guest_s(start, screen):
    machine = start('-device', 'virtio-tablet-pci')
    define_cursor(machine, picture())
    wait_for(lambda: (read_cursor(screen).pixels.shape == (EDGE, EDGE)), 'the guest\'s cursor')
    cursor = read_cursor(screen)
    assert (cursor.pixels == picture()).all()
    assert cursor.hot_spot == HOT_SPOT


def test_colours_that_are_not_premultiplied_are_not_too_bright(start, screen):
    machine = start('-device', 'virtio-tablet-pci')
    define_cursor(machine, numpy.full((EDGE, EDGE), 0x80ff8000, numpy.uint32))
    wait_for(lambda: (read_cursor(screen).pixels == 0x80804000).all(), 'a half transparent cursor')


def test_it_is_enlarged_with_the_picture(start, screen, hands):
    machine = start('-device', 'virtio-tablet-pci', options=',zoom-to-fit=off')
    define_cursor(machine, picture())
    hands.focus().key(*['ctrl+alt+plus'] * 4)
    wait_for(lambda: read_cursor(screen).pixels.shape == (2 * EDGE, 2 * EDGE), 'a larger cursor')
    cursor = read_cursor(screen)
    assert (cursor.pixels == picture().repeat(2, axis=0).repeat(2, axis=1)).all()
    assert cursor.hot_spot == (2 * HOT_SPOT[0], 2 * HOT_SPOT[1])


def test_it_is_hidden_while_the_guest_has_none(start, screen):
    machine = start('-device', 'virtio-tablet-pci')
    wait_for(lambda: read_cursor(screen).is_hidden, 'a hidden cursor')
    define_cursor(machine, picture())
    wait_for(lambda: not read_cursor(screen).is_hidden, 'the guest\'s cursor')
    machine.gpu.set_cursor(0)
    wait_for(lambda: read_cursor(screen).is_hidden, 'a hidden cursor')


def test_it_can_be_shown_always(start, screen):
    start('-device', 'virtio-tablet-pci', options=',show-cursor=on')
    wait_for(lambda: not read_cursor(screen).is_hidden, 'the desktop\'s cursor')


def test_a_guest_without_a_tablet_hides_it_when_it_has_the_pointer(start, screen, hands):
    start('-device', 'virtio-mouse-pci')
    assert not read_cursor(screen).is_hidden
    hands.focus()
    hands.click()
    wait_for(lambda: read_cursor(screen).is_hidden, 'a hidden cursor')
    hands.key('ctrl+alt+g')
    wait_for(lambda: not read_cursor(screen).is_hidden, 'the desktop\'s cursor')


@pytest.mark.parametrize('gl', ['off', 'on', 'es'])
def test_a_guest_without_a_tablet_has_it_in_the_picture(start, gl):
    machine = start('-device', 'virtio-mouse-pci', options=f',gl={gl}')
    define_cursor(machine, numpy.full((EDGE, EDGE), 0xff20ff40, numpy.uint32), at=(50, 60))
    expected = gradient(*SIZE)
    x, y = 50 - HOT_SPOT[0], 60 - HOT_SPOT[1]
    expected[y:y + EDGE, x:x + EDGE] = (0x20, 0xff, 0x40)
    machine.assert_shows(expected)
    machine.gpu.move_cursor(200, 100)
    expected = gradient(*SIZE)
    x, y = 200 - HOT_SPOT[0], 100 - HOT_SPOT[1]
    expected[y:y + EDGE, x:x + EDGE] = (0x20, 0xff, 0x40)
    machine.assert_shows(expected)
    machine.gpu.set_cursor(0)
    machine.assert_shows(gradient(*SIZE))
