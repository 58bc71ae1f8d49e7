# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said, and done, where there is no window system or no GL."""

from __future__ import annotations

import pytest

from vgpu.formats import gradient

NO_EGL = {'__EGL_VENDOR_LIBRARY_FILENAMES': '/nonexistent'}
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
