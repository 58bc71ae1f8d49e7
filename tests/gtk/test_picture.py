# SPDX-License-Identifier: GPL-2.0-or-later
"""What is in the window is what the guest shows, pixel by pixel, and only changes are drawn."""

from __future__ import annotations

import pytest

from vgpu.formats import gradient
from vgpu.screendump import screendump
from vgpu.wait import wait_for
from vgpu.wire import Rect

from .machine import wait_until

SIZE = (400, 300)
TWO_D = [('virtio-gpu-pci', True), ('virtio-vga', True), ('virtio-gpu-pci', False), ('VGA', False)]


@pytest.fixture(params=['off', 'on', 'es'])
def gl(request) -> str:
    """The option gl= of the display."""
    return f',gl={request.param}'


@pytest.mark.parametrize('device, ours', TWO_D)
def test_window_shows_what_screendump_says(start_machine, gl, device, ours):
    machine = start_machine(device, ours=ours, options=gl, firmware=device == 'VGA')
    if 'virtio' in device:
        machine.gpu.show(1, gradient(*SIZE))
    assert wait_until(lambda: not machine.screen.difference(screendump(machine.qemu, 'gpu0')))
    machine.qemu.qmp.command('stop')    # a text mode's cursor blinks
    machine.assert_shows(screendump(machine.qemu, 'gpu0'))


@pytest.mark.parametrize('device', ['bochs-display', 'cirrus-vga', 'qxl-vga', 'ramfb', 'vmware-svga'])
def test_devices_of_the_distribution_are_shown(start_machine, device):
    machine = start_machine(device, ours=False, options=',gl=on', firmware=True)
    wait_for(lambda: screendump(machine.qemu, 'gpu0').any(), 'what the firmware says')
    machine.qemu.qmp.command('stop')
    machine.assert_shows(screendump(machine.qemu, 'gpu0'))


def test_picture_is_shown_pixel_by_pixel(start_machine, gl):
    machine = start_machine('virtio-gpu-pci', options=gl)
    machine.gpu.show(1, gradient(*SIZE))
    machine.assert_shows(gradient(*SIZE))


@pytest.mark.parametrize('surface', ['memory', 'window'])
def test_picture_is_shown_pixel_by_pixel_on_a_desktop_of_twice_the_size(start_machine, gl, surface):
    machine = start_machine('virtio-gpu-pci', options=gl, surface=surface, extra_env={'GDK_SCALE': '2'})
    image = machine.gpu.show(1, gradient(*SIZE))
    machine.assert_shows(gradient(*SIZE))
    image.draw(gradient(*SIZE, 1))
    machine.gpu.transfer(1, Rect(0, 0, *SIZE))
    machine.gpu.flush(1, Rect(0, 0, *SIZE))
    machine.screen.assert_keeps(gradient(*SIZE, 1))


def test_what_a_flush_leaves_out_is_not_drawn(start_machine, gl):
    machine = start_machine('virtio-gpu-pci', options=gl)
    old, new = gradient(*SIZE, 1), gradient(*SIZE, 2)
    image = machine.gpu.show(1, old)
    machine.screen.assert_keeps(old)
    image.draw(new)
    machine.gpu.transfer(1, Rect(0, 0, *SIZE))
    pixels = machine.counter('pixels')
    machine.gpu.flush(1, Rect(40, 30, 64, 50))
    expected = old.copy()
    expected[30:80, 40:104] = new[30:80, 40:104]
    machine.screen.assert_keeps(expected)
    assert machine.counter('pixels') - pixels == 64 * 50


def test_nothing_is_drawn_while_nothing_changes(start_machine, gl):
    machine = start_machine('virtio-gpu-pci', options=gl)
    machine.gpu.show(1, gradient(*SIZE))
    draws = machine.wait_until_quiet()
    machine.screen.assert_keeps(gradient(*SIZE), seconds=1)
    assert machine.counter('draws') == draws


def test_window_follows_the_size_of_the_picture(start_machine, gl):
    machine = start_machine('virtio-gpu-pci', options=gl)
    for number, size in enumerate(((320, 240), (640, 480), (200, 300), (1024, 768)), 1):
        machine.gpu.show(number, gradient(*size, number))
        machine.assert_shows(gradient(*size, number))
