# SPDX-License-Identifier: GPL-2.0-or-later
"""How often the window draws and asks, and what the guest is told of it, are the monitor's rate."""

from __future__ import annotations

import pytest

from vgpu import edid
from vgpu.formats import gradient
from vgpu.wait import wait_for
from vgpu.wire import parse_edid

from .machine import Machine

SIZE = (400, 300)
RATES = (75, 120, 144, 240)


def told(machine: Machine) -> tuple[int, int, int]:
    """The mode that the guest is told to prefer: width, height, hertz."""
    found = edid.parse(parse_edid(machine.gpu.ok('get_edid', scanout=0)))
    return found.preferred_width, found.preferred_height, round(found.refresh_millihertz / 1000)


def expect_told(machine: Machine, width: int, height: int, hertz: int) -> None:
    """The guest is told of a mode, or will be."""
    wait_for(lambda: told(machine) == (width, height, hertz), f'{width}x{height} at {hertz} Hz')


@pytest.mark.parametrize('device, ours, hertz', [('virtio-gpu-pci', True, 144), ('virtio-vga', True, 240),
                                                 ('virtio-gpu-pci', False, 120)])
def test_guest_is_told_the_rate_and_keeps_its_size(start_machine, set_rate, device, ours, hertz):
    set_rate(hertz)
    machine = start_machine(device, ours=ours)
    expect_told(machine, 1280, 800, hertz)
    machine.gpu.show(1, gradient(*SIZE))
    machine.assert_shows(gradient(*SIZE))
    assert told(machine) == (1280, 800, hertz)


def test_size_of_the_properties_is_kept(start_machine, set_rate):
    set_rate(144)
    machine = start_machine('virtio-gpu-pci,xres=1024,yres=768')
    expect_told(machine, 1024, 768, 144)


def test_rate_of_the_properties_counts_more(start_machine, set_rate):
    set_rate(144)
    machine = start_machine('virtio-gpu-pci,refresh_rate=50')
    machine.gpu.show(1, gradient(*SIZE))
    machine.assert_shows(gradient(*SIZE))
    assert told(machine) == (1280, 800, 50)


@pytest.mark.parametrize('gl', ['off', 'on'])
def test_rate_that_changes_is_told_though_the_window_is_where_it_was(start_machine, set_rate, hands, gl):
    machine = start_machine('virtio-gpu-pci', options=f',gl={gl}')
    machine.gpu.show(1, gradient(*SIZE))
    machine.assert_shows(gradient(*SIZE))
    for hertz in RATES:
        set_rate(hertz)
        expect_told(machine, 1280, 800, hertz)
    hands.do('windowsize', '--sync', hands.window(), 500, 450)
    expect_told(machine, 500, 450, RATES[-1])
    set_rate(100)
    expect_told(machine, 500, 450, 100)


def test_device_that_waits_to_be_asked_is_asked_at_the_rate(start_machine, set_rate):
    machine = start_machine('VGA', '-trace', 'console_refresh', ours=False, firmware=True)
    for hertz in RATES:
        set_rate(hertz)
        interval = f'interval {1000 // hertz} ms'
        machine.qemu.qmp.command('system_reset')
        wait_for(lambda: interval in machine.qemu.stderr(), interval)
