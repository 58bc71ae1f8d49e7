# SPDX-License-Identifier: GPL-2.0-or-later
"""Text goes from the guest to the desktop and back."""

from __future__ import annotations

import struct
import zlib
from typing import Callable

import pytest

from vgpu.vdagent import ARGUMENTS, GRAB, RELEASE, REQUEST, VdAgent
from vgpu.vnc import (CLIPBOARD_CAPS, CLIPBOARD_NOTIFY, CLIPBOARD_PEEK, CLIPBOARD_PROVIDE, CLIPBOARD_REQUEST,
                      CLIPBOARD_TEXT, CUT_TEXT, VncClient)
from vgpu.wait import wait_for

SELECTIONS = (('clipboard', 0), ('primary', 1))
LONG = 'Zeile mit Umlauten: äöü €\n' * 200


@pytest.fixture
def agent(start_machine, hands):
    """The guest's agent; the window is there."""
    machine = start_machine('virtio-gpu-pci', *ARGUMENTS)
    hands.window()
    return VdAgent(machine.qemu.qtest)


@pytest.mark.parametrize('name, number', SELECTIONS)
def test_text_of_the_guest_reaches_the_desktop(agent, hands, name, number):
    agent.grab(number)
    agent.expect(REQUEST)
    agent.give('Grüße €'.encode(), number)
    wait_for(lambda: hands.paste(name) == 'Grüße €', 'the guest\'s text')


@pytest.mark.parametrize('name, number', SELECTIONS)
def test_text_of_the_desktop_reaches_the_guest(agent, hands, name, number):
    hands.copy('aus dem Schreibtisch: €', name)
    assert agent.expect(GRAB)[0] == number
    assert agent.paste(number).decode() == 'aus dem Schreibtisch: €'


def test_text_goes_round_and_round(agent, hands):
    for turn in range(3):
        hands.copy(f'desktop {turn}')
        agent.expect(GRAB)
        assert agent.paste() == b'desktop %d' % turn
        agent.grab()
        agent.expect(REQUEST)
        agent.give(b'guest %d' % turn)
        wait_for(lambda: hands.paste() == f'guest {turn}', 'the guest\'s text')


def test_what_the_desktop_had_before_is_offered(start_machine, hands):
    hands.copy('from before')
    machine = start_machine('virtio-gpu-pci', *ARGUMENTS)
    hands.window()
    agent = VdAgent(machine.qemu.qtest)
    hands.copy('from now')
    agent.expect(GRAB)
    assert agent.paste() in (b'from before', b'from now')


def test_what_the_guest_gives_up_is_gone(agent, hands):
    agent.grab()
    agent.expect(REQUEST)
    agent.give(b'for a while')
    wait_for(lambda: hands.paste() == 'for a while', 'the guest\'s text')
    agent.release()
    wait_for(lambda: hands.paste() == '', 'the end of the guest\'s text')


def test_what_the_desktop_gives_up_is_gone(agent, hands):
    hands.copy('for a while')
    agent.expect(GRAB)
    hands.end_copies()
    agent.expect(RELEASE)


def test_long_text_reaches_the_guest(agent, hands):
    hands.copy(LONG)
    agent.expect(GRAB)
    assert agent.paste().decode() == LONG


def test_a_guest_that_does_not_answer_holds_nobody_up(agent, hands):
    agent.grab()
    agent.expect(REQUEST)
    hands.copy('meanwhile')
    agent.expect(GRAB)
    assert agent.paste() == b'meanwhile'


def provide(viewer: VncClient, data: bytes) -> None:
    """Announces text; gives it, however it is compressed, when it is asked for."""
    viewer.cut_extended(CLIPBOARD_NOTIFY | CLIPBOARD_TEXT)
    expect_cut(viewer, lambda flags, _: flags & CLIPBOARD_REQUEST)
    viewer.cut_extended(CLIPBOARD_PROVIDE | CLIPBOARD_TEXT, data)


def compressed(text: bytes) -> bytes:
    """A text as extended clipboards have it."""
    return zlib.compress(struct.pack('>I', len(text) + 1) + text + b'\0')


def expect_cut(viewer: VncClient, wanted: Callable[[int, bytes], bool]) -> None:
    """Waits for a message about the clipboard, other than the one that says which there are."""
    assert viewer.wait_for(lambda viewer: any(wanted(flags, data) for flags, data in viewer.cut_texts
                                              if not flags & CLIPBOARD_CAPS))


# What has broken clipboards before, as a viewer with or without the extended clipboard sends it.
BAD_MESSAGES: dict[str, tuple[bool, Callable[[VncClient], None]]] = {
    'CVE-2023-6683-no-text': (False, lambda viewer: viewer.cut(b'')),
    'CVE-2022-3165-no-flags': (True, lambda viewer: viewer.send(struct.pack('>B3xiH', CUT_TEXT, -2, 0))),
    'CVE-2023-3255-no-zlib': (True, lambda viewer: provide(viewer, b'')),
    'CVE-2023-3255-half-of-zlib': (True, lambda viewer: provide(viewer, compressed(LONG.encode())[:-9])),
    'unasked-for': (False, lambda viewer: viewer.cut_extended(CLIPBOARD_NOTIFY | CLIPBOARD_TEXT)),
    'announced-only': (True, lambda viewer: viewer.cut_extended(CLIPBOARD_NOTIFY | CLIPBOARD_TEXT)),
    'asked-for-nothing': (True, lambda viewer: viewer.cut_extended(CLIPBOARD_REQUEST | CLIPBOARD_TEXT)),
    'peeked-at-nothing': (True, lambda viewer: viewer.cut_extended(CLIPBOARD_PEEK)),
}


@pytest.mark.parametrize('extended, message', BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_a_viewer_that_has_nothing_to_give_harms_nobody(start_machine, hands, tmp_path, extended, message):
    path = tmp_path / 'vnc'
    machine = start_machine('virtio-gpu-pci', *ARGUMENTS, '-vnc', f'unix:{path}')
    hands.window()
    agent = VdAgent(machine.qemu.qtest)
    bad = VncClient(str(path), clipboard=extended)
    message(bad)
    agent.ask()
    bad.close()
    good = VncClient(str(path), clipboard=True)
    provide(good, compressed(b'from a viewer'))
    wait_for(lambda: hands.paste() == 'from a viewer', 'the viewer\'s text')
    hands.copy('for the viewer')
    expect_cut(good, lambda flags, _: flags & CLIPBOARD_NOTIFY)
    good.cut_extended(CLIPBOARD_REQUEST | CLIPBOARD_TEXT)
    expect_cut(good, lambda flags, data: flags & CLIPBOARD_PROVIDE and b'for the viewer' in zlib.decompress(data))
    good.close()
