# SPDX-License-Identifier: GPL-2.0-or-later
"""Text goes from the guest to the desktop and back."""

from __future__ import annotations

import pytest

from vgpu.vdagent import ARGUMENTS, GRAB, RELEASE, REQUEST, VdAgent
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
