# SPDX-License-Identifier: GPL-2.0-or-later
"""Under Wayland, too, text goes from the guest to the desktop and back."""

from __future__ import annotations

import shutil
from typing import Callable

import pytest

from vgpu.formats import gradient
from vgpu.vdagent import ARGUMENTS, GRAB, REQUEST, VdAgent
from vgpu.wait import wait_for

from .machine import Machine
from .weston import Weston

SIZE = (320, 256)
LONG = 'Zeile mit Umlauten: äöü €\n' * 200

pytestmark = pytest.mark.skipif(not shutil.which('wl-copy'), reason='no wl-clipboard')


@pytest.fixture
def desktop(start_weston: Callable[..., Weston]) -> Weston:
    """A compositor."""
    return start_weston()


@pytest.fixture
def start_agent(start_machine: Callable[..., Machine], desktop: Weston) -> Callable[[], VdAgent]:
    """Starts a machine and the agent of its guest; its window has the focus."""

    def start() -> VdAgent:
        machine = start_machine('virtio-gpu-pci', *ARGUMENTS)
        machine.gpu.show(1, gradient(*SIZE))
        desktop.screen.place_of(gradient(*SIZE))
        return VdAgent(machine.qemu.qtest)

    return start


@pytest.mark.parametrize('text', ('Grüße €', LONG), ids=('short', 'long'))
def test_text_of_the_desktop_reaches_the_guest(start_agent, desktop, text):
    agent = start_agent()
    desktop.copy(text)
    agent.expect(GRAB)
    assert agent.paste().decode() == text


def test_what_the_desktop_had_before_is_offered_with_the_focus(start_agent, desktop):
    desktop.copy('from before')
    agent = start_agent()
    desktop.paste()     # takes the focus from the window, and brings it back
    agent.expect(GRAB)
    assert agent.paste() == b'from before'


def test_text_goes_round_and_round(start_agent, desktop):
    agent = start_agent()
    for turn in range(3):
        desktop.copy(f'desktop {turn}')
        agent.expect(GRAB)
        assert agent.paste() == b'desktop %d' % turn
        agent.grab()
        agent.expect(REQUEST)
        agent.give(b'guest %d' % turn)
        wait_for(lambda: desktop.paste() == f'guest {turn}', 'the guest\'s text')
