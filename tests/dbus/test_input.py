# SPDX-License-Identifier: GPL-2.0-or-later
"""What clients press, move and touch reaches the guest; what makes no sense does not."""

from __future__ import annotations

import pytest

from peer import PREFIX, Refused, join_peer, wait_for
from vgpu.formats import gradient
from vgpu.input import BTN_LEFT, BTN_RIGHT, EV_ABS, EV_KEY, EV_REL, InputDevice
from vgpu.wire import EVENT_DISPLAY, Config, parse_display_info
from viewer import Viewer

KEY_A, KEY_LEFTCTRL = 30, 29
WIDTH, HEIGHT = 800, 600
INVALID = f'{PREFIX}.Error.Invalid'


@pytest.fixture
def start_input(start_display):
    """Starts a machine with an input device, a picture and a client."""
    peers = []

    def start(device):
        gpu = start_display('virtio-gpu-pci', '-device', device)
        gpu.show(1, gradient(WIDTH, HEIGHT))
        peer = join_peer(gpu.qemu)
        peers.append(peer)
        return InputDevice(gpu.pci.pci, gpu.memory), peer

    yield start
    for peer in peers:
        peer.close()


def call(peer, interface, method, signature='()', *arguments):
    """Calls an input method of the first console."""
    peer.call('Console_0', interface, method, signature, *arguments)


def test_keys_reach_the_guest(start_input):
    device, peer = start_input('virtio-keyboard-pci')
    call(peer, 'Keyboard', 'Press', '(u)', KEY_A)
    assert device.events() == [(EV_KEY, KEY_A, 1)]
    call(peer, 'Keyboard', 'Release', '(u)', KEY_A)
    assert device.events() == [(EV_KEY, KEY_A, 0)]


@pytest.mark.stock_wrong('stock takes any key code')
@pytest.mark.parametrize('keycode', (0, 255, 0x7fff, 99999, 0xffffffff))
def test_unknown_keys_are_refused(start_input, keycode):
    device, peer = start_input('virtio-keyboard-pci')
    with pytest.raises(Refused) as refused:
        call(peer, 'Keyboard', 'Press', '(u)', keycode)
    assert refused.value.name == INVALID
    assert device.events() == []


@pytest.mark.stock_wrong('stock leaves keys down')
def test_keys_and_buttons_are_released_with_the_last_viewer(start_input):
    device, peer = start_input('virtio-keyboard-pci')
    viewers = [Viewer(peer).open() for _ in range(2)]
    for viewer in viewers:
        viewer.wait_picture()
    call(peer, 'Keyboard', 'Press', '(u)', KEY_LEFTCTRL)
    call(peer, 'Keyboard', 'Press', '(u)', KEY_A)
    device.events()
    viewers[0].close()
    assert device.events() == []
    viewers[1].close()
    released = []
    for _ in range(200):
        released += device.events()
        if len(released) == 2:
            break
    assert sorted(released) == [(EV_KEY, KEY_LEFTCTRL, 0), (EV_KEY, KEY_A, 0)]


def test_buttons_reach_the_guest(start_input):
    device, peer = start_input('virtio-mouse-pci')
    for button, code in ((0, BTN_LEFT), (2, BTN_RIGHT)):
        call(peer, 'Mouse', 'Press', '(u)', button)
        assert device.events() == [(EV_KEY, code, 1)]
        call(peer, 'Mouse', 'Release', '(u)', button)
        assert device.events() == [(EV_KEY, code, 0)]


@pytest.mark.ours_only('stock aborts')
@pytest.mark.parametrize('button', (9, 31, 32, 99, 0xffffffff))
def test_unknown_buttons_are_refused(start_input, button):
    device, peer = start_input('virtio-mouse-pci')
    for method in ('Press', 'Release'):
        with pytest.raises(Refused) as refused:
            call(peer, 'Mouse', method, '(u)', button)
        assert refused.value.name == INVALID
    assert device.events() == []


def test_relative_motion_reaches_the_guest(start_input):
    device, peer = start_input('virtio-mouse-pci')
    assert peer.get('Console_0', 'Mouse', 'IsAbsolute') is False
    call(peer, 'Mouse', 'RelMotion', '(ii)', 7, -9)
    assert device.events() == [(EV_REL, 0, 7), (EV_REL, 1, -9)]
    with pytest.raises(Refused):
        call(peer, 'Mouse', 'SetAbsPosition', '(uu)', 1, 1)


def test_positions_reach_the_guest(start_input):
    device, peer = start_input('virtio-tablet-pci')
    assert peer.get('Console_0', 'Mouse', 'IsAbsolute') is True
    call(peer, 'Mouse', 'SetAbsPosition', '(uu)', WIDTH // 2, HEIGHT // 4)
    (_, _, x), (_, _, y) = device.events()
    assert (x, y) == (pytest.approx(0x7fff / 2, abs=2), pytest.approx(0x7fff / 4, abs=2))
    with pytest.raises(Refused):
        call(peer, 'Mouse', 'RelMotion', '(ii)', 1, 1)


@pytest.mark.parametrize('position', ((WIDTH, 0), (0, HEIGHT), (0xffffffff, 0xffffffff), (0x80000000, 1)))
def test_positions_outside_are_refused(start_input, position):
    device, peer = start_input('virtio-tablet-pci')
    with pytest.raises(Refused) as refused:
        call(peer, 'Mouse', 'SetAbsPosition', '(uu)', *position)
    assert refused.value.name == INVALID
    assert device.events() == []


def test_the_size_that_a_client_asks_for_reaches_the_guest(start_display):
    gpu = start_display('virtio-gpu-pci,max_outputs=2')
    peer = join_peer(gpu.qemu)
    peer.call('Console_1', 'Console', 'SetUIInfo', '(qqiiuu)', 300, 200, 40, 50, 1111, 777)
    wait_for(lambda: gpu.config(Config.EVENTS_READ) & EVENT_DISPLAY, 'the guest to be told')
    mode = parse_display_info(gpu.ok('get_display_info'))[1]
    assert mode.enabled and (mode.rect.width, mode.rect.height) == (1111, 777)
    peer.close()


@pytest.mark.ours_only('7.2 has no touch')
def test_a_finger_is_the_left_button_of_the_tablet(start_input):
    device, peer = start_input('virtio-tablet-pci')
    assert peer.get('Console_0', 'MultiTouch', 'MaxSlots') == 1
    assert f'{PREFIX}.MultiTouch' in peer.get('Console_0', 'Console', 'Interfaces')
    call(peer, 'MultiTouch', 'SendEvent', '(utdd)', 0, 0, 400.0, 300.0)
    assert [event[:2] for event in device.events()] == [(EV_ABS, 0), (EV_ABS, 1), (EV_KEY, BTN_LEFT)]
    call(peer, 'MultiTouch', 'SendEvent', '(utdd)', 1, 0, 410.5, 300.0)
    assert [event[0] for event in device.events()] == [EV_ABS, EV_ABS]
    call(peer, 'MultiTouch', 'SendEvent', '(utdd)', 2, 0, 410.5, 300.0)
    assert device.events() == [(EV_KEY, BTN_LEFT, 0)]


@pytest.mark.ours_only('7.2 has no touch')
@pytest.mark.parametrize('event', (
    (4, 0, 1.0, 1.0), (0xffffffff, 0, 1.0, 1.0), (0, 1, 1.0, 1.0), (0, 1 << 63, 1.0, 1.0),
    (0, 0, -1.0, 1.0), (0, 0, float('nan'), 1.0), (0, 0, float('inf'), 1.0), (0, 0, 1.0, 1e300),
    (1, 0, 1.0, 1.0)), ids=str)
def test_senseless_touches_are_refused(start_input, event):
    device, peer = start_input('virtio-tablet-pci')
    with pytest.raises(Refused) as refused:
        call(peer, 'MultiTouch', 'SendEvent', '(utdd)', *event)
    assert refused.value.name == INVALID
    assert device.events() == []
