# SPDX-License-Identifier: GPL-2.0-or-later
"""Who waits for whom: guests for their frames, and nobody for a window that nobody sees."""

from __future__ import annotations

import time

import pytest

from display.headless import Texture
from vgpu.formats import gradient
from vgpu.procfs import sleeps_of
from vgpu.wait import wait_for
from vgpu.wire import FLAG_FENCE, Rect

from .machine import Machine
from .screen import find

SIZE = (400, 300)
FLUSHES = 40
PERIOD = 1 / 60


def time_of_flushes(machine: Machine, texture: Texture) -> float:
    """Seconds for a number of flushes with fences, one after the other."""
    begin = time.monotonic()
    for number in range(FLUSHES):
        machine.gpu.ok('resource_flush', r=Rect(0, 0, 64, 64), resource_id=texture.resource_id,
                       flags=FLAG_FENCE, fence_id=number + 1)
    return time.monotonic() - begin


@pytest.mark.parametrize('ours', [False, True], ids=['stock', 'ours'])
@pytest.mark.parametrize('surface', ['memory', 'window'])
def test_guest_is_paced_by_a_window_that_is_seen(start_machine, surface, ours):
    machine = start_machine('virtio-gpu-gl-pci', options=',gl=on', surface=surface, ours=ours)
    texture = Texture(machine.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    machine.assert_shows(gradient(*SIZE))
    draws = machine.counter('draws')
    assert time_of_flushes(machine, texture) > 0.8 * FLUSHES * PERIOD
    assert machine.counter('draws') - draws > 0.8 * FLUSHES


@pytest.mark.parametrize('ours', [False, True], ids=['stock', 'ours'])
def test_guest_does_not_wait_for_a_tab_that_is_hidden(start_machine, hands, ours):
    machine = start_machine('virtio-gpu-gl-pci,max_outputs=2', options=',gl=on', ours=ours)
    texture = Texture(machine.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    machine.assert_shows(gradient(*SIZE))
    hands.focus().key('ctrl+alt+2')
    wait_for(lambda: machine.screen.difference(gradient(*SIZE)), 'the other tab')
    draws = machine.counter('draws')
    hidden = time_of_flushes(machine, texture)
    assert machine.counter('draws') == draws
    hands.key('ctrl+alt+1')
    machine.assert_shows(gradient(*SIZE))
    assert hidden < time_of_flushes(machine, texture)


@pytest.mark.parametrize('ours', [False, True], ids=['stock', 'ours'])
def test_guest_does_not_wait_for_an_icon(start_machine, manager, set_rate, hands, ours):
    """Nor for a frame that was waited for when the window became one: stock would wait for ever."""
    set_rate(10)        # leaves time to become one
    machine = start_machine('virtio-gpu-gl-pci', options=',gl=on', ours=ours)
    texture = Texture(machine.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    wait_for(lambda: find(machine.screen.picture, gradient(*SIZE)), 'the picture')
    window = hands.window()
    for _ in range(4):
        texture.flush()
        pending = machine.gpu.submit('resource_flush', r=Rect(0, 0, 64, 64), resource_id=1, flags=FLAG_FENCE, fence_id=1)
        machine.gpu.control.kick()
        hands.do('windowminimize', window)
        machine.gpu.control.wait(pending)
        machine.wait_until_quiet()
        draws = machine.counter('draws')
        time_of_flushes(machine, texture)
        assert machine.counter('draws') == draws
        hands.do('windowmap', '--sync', window)
        wait_for(lambda: find(machine.screen.picture, gradient(*SIZE)), 'the picture')


def test_frames_that_come_too_fast_replace_each_other(start_machine):
    machine = start_machine('virtio-gpu-pci', options=',gl=off')
    machine.gpu.show(1, gradient(*SIZE))
    machine.wait_until_quiet()
    draws = machine.counter('draws')
    begin = time.monotonic()
    flushes = 0
    while time.monotonic() < begin + 1:
        machine.gpu.flush(1, Rect(0, 0, 64, 64))
        flushes += 1
    drawn = machine.counter('draws') - draws
    seconds = time.monotonic() - begin
    assert drawn <= seconds * 60 * 8 / 7 + 2 < flushes


@pytest.mark.parametrize('device, ours, gl, most', [
    ('virtio-gpu-pci', True, 'off', 3), ('virtio-gpu-pci', False, 'on', 3), ('VGA', False, 'on', 15)])
def test_nothing_wakes_up_while_nothing_changes(start_machine, device, ours, gl, most):
    """In a second of a machine that is stopped, or QEMU's own timers would count."""
    machine = start_machine(device, options=f',gl={gl}', ours=ours)
    if device != 'VGA':
        machine.gpu.show(1, gradient(*SIZE))
        machine.assert_shows(gradient(*SIZE))
    machine.qemu.qmp.command('stop')

    def sleeps() -> bool:
        before = sleeps_of(machine.qemu.process.pid)
        time.sleep(1)
        return sleeps_of(machine.qemu.process.pid) - before <= most

    wait_for(sleeps, 'a second without wake-ups', timeout=30)
