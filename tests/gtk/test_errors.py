# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said, and done, where there is no window system or no GL."""

from __future__ import annotations

import pytest

from display.headless import Texture
from vgpu.formats import gradient
from vgpu.wait import wait_for

from .machine import Machine
from .screen import find

NO_EGL = {'__EGL_VENDOR_LIBRARY_FILENAMES': '/nonexistent'}
NO_IMAGES = {'MESA_EXTENSION_OVERRIDE': '-GL_OES_EGL_image'}
SIZE = (320, 240)


@pytest.mark.parametrize('gl', ['off', 'on'])
def test_no_window_system_is_said_with_what_to_do(start_machine, gl):
    machine = start_machine('VGA', options=f',gl={gl}', ours=False, extra_env={'DISPLAY': ':99999'})
    text = machine.qemu.finish(status=1)
    assert 'DISPLAY' in text
    assert '-display none' in text


def test_no_gl_is_said_and_the_window_is_there_without(start_machine):
    machine = start_machine('virtio-gpu-pci', options=',gl=on', extra_env=NO_EGL)
    machine.gpu.show(1, gradient(*SIZE))
    machine.assert_shows(gradient(*SIZE))
    assert 'no OpenGL' in machine.qemu.stderr()
    assert 'libgl1-mesa-dri' in machine.qemu.stderr()


def test_device_that_needs_gl_refuses_to_start_without(start_machine):
    machine = start_machine('virtio-gpu-gl-pci', options=',gl=on', ours=False, extra_env=NO_EGL)
    assert 'opengl is not available' in machine.qemu.finish(status=1)


def show_textures(machine: Machine, number: int) -> None:
    """Draws textures, one after the other; the last one is that of the gradient `number`."""
    for seed in range(1, number + 1):
        texture = Texture(machine.gpu, seed, *SIZE)
        texture.fill(gradient(*SIZE, seed))
        texture.show()
        texture.flush()


@pytest.fixture
def start_under_wayland(display_only, start_qemu, compositor):
    """Starts a machine of two heads with GL, whose first window is complete."""

    def start(gl, env):
        qemu = start_qemu('-device', 'virtio-gpu-gl-pci,id=gpu0,max_outputs=2', display=f'gtk,gl={gl},show-menubar=off',
                          env=display_only | compositor.environment() | env)
        machine = Machine(qemu, None)
        show_textures(machine, 2)
        wait_for(lambda: find(compositor.picture, gradient(*SIZE, 2)), 'the picture')
        text = qemu.stderr()
        qemu.quit()     # before the compositor
        return text

    return start


@pytest.mark.parametrize('gl', ['on', 'es'])
def test_toolkit_that_cannot_show_what_is_drawn_is_said_once_and_not_needed(start_under_wayland, gl):
    text = start_under_wayland(gl, NO_IMAGES)
    assert text.count('warning: gtk') == 1
    assert 'windows are drawn without OpenGL (the driver lacks GL_OES_EGL_image)' in text
    assert 'VGPU_GTK_SURFACE=memory' in text


def test_toolkit_that_can_is_not_worth_a_word(start_under_wayland):
    assert 'warning: gtk' not in start_under_wayland('on', {})


def test_surface_of_another_window_system_is_replaced_by_one_that_works(start_machine):
    machine = start_machine('virtio-gpu-gl-pci,max_outputs=2', options=',gl=on', ours=False, surface='area')
    show_textures(machine, 2)
    machine.assert_shows(gradient(*SIZE, 2))
    assert machine.qemu.stderr().count('windows are drawn without OpenGL (under X11') == 1


def test_unknown_surface_is_ignored_and_those_known_are_named(start_machine):
    machine = start_machine('virtio-gpu-gl-pci', options=',gl=on', ours=False, surface='glass')
    show_textures(machine, 1)
    machine.assert_shows(gradient(*SIZE, 1))
    assert machine.qemu.stderr().count('VGPU_GTK_SURFACE=glass is ignored: it can be memory, window or area') == 1


def test_surface_of_x11_is_not_used_under_wayland(start_under_wayland):
    text = start_under_wayland('on', {'VGPU_GTK_SURFACE': 'window'})
    assert text.count('windows are drawn without OpenGL (EGL does not draw on windows)') == 1
