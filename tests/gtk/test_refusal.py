# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said, and done, when EGL offers to take dmabufs and takes none."""

from __future__ import annotations

from pathlib import Path

import pytest

from display.headless import Texture
from vgpu.formats import gradient
from vgpu.wait import wait_for
from vgpu.wrapped_egl import build_egl, can_build

SOURCE = Path(__file__).parents[1] / 'dbus' / 'planes-egl.c'
SIZE = (400, 300)
FLIPS = 5
UNKNOWN = '0x0100000000000001'      # how its rows lie
MARK = [(0x61, 0x6c, 0x70), (0x30, 0x20, 0x65)]     # the first pixels of such a dmabuf: "plane 0"

pytestmark = pytest.mark.skipif(not can_build(), reason='needs gcc and libegl-dev')


@pytest.fixture
def flip(start_machine, tmp_path):
    """Flips between dmabufs that are refused; returns the machine."""

    def flip(surface: str, modifier: str):
        env = {'LD_LIBRARY_PATH': str(build_egl(SOURCE, tmp_path)), 'REFUSE_IMPORT': 'yes', 'PLANES_MODIFIER': modifier}
        machine = start_machine('virtio-gpu-gl-pci', options=',gl=on', surface=surface, extra_env=env)
        for number in range(1, FLIPS + 1):
            texture = Texture(machine.gpu, number, *SIZE)
            texture.fill(gradient(*SIZE, number))
            texture.show()
            draws = machine.counter('draws')
            texture.flush()
            wait_for(lambda: machine.counter('draws') > draws or 'cannot show' in machine.qemu.stderr(), 'the frame')
        return machine

    return flip


@pytest.mark.parametrize('surface', ['memory', 'window'])
def test_refused_dmabufs_are_mapped_and_that_is_said_once(flip, surface):
    machine = flip(surface, '0')
    wait_for(lambda: [machine.screen.pixel(x, 0) for x in range(3)] == [*MARK, (0, 0, 0)], 'what is in the dmabuf')
    assert machine.qemu.stderr().count('takes no dmabuf') == 1
    assert 'such pictures are copied' in machine.qemu.stderr()


@pytest.mark.parametrize('surface', ['memory', 'window'])
def test_dmabufs_that_cannot_be_mapped_either_are_said_once(flip, surface):
    machine = flip(surface, UNKNOWN)
    machine.wait_until_quiet()
    assert machine.qemu.stderr().count('gtk cannot show console 0: the driver takes no dmabuf') == 1
