# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures that are textures: shown right, drawn when they change, with and without other viewers."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Callable

import numpy
import pytest

from display.headless import Y_0_TOP, Texture, VirglContext, plain
from vgpu.formats import gradient
from vgpu.screendump import assert_same, describe_difference, parse_ppm, screendump
from vgpu.vnc import VncClient
from vgpu.wait import wait_for
from vgpu.wire import Rect

from .machine import Machine, wait_until

SIZE = (400, 300)
SURFACES = ('memory', 'window')


@pytest.fixture(params=[f'{gl}-{surface}' for gl in ('on', 'es') for surface in SURFACES])
def window(request: pytest.FixtureRequest) -> dict[str, object]:
    """The ways to draw with GL, as settings of a machine."""
    gl, surface = request.param.split('-')
    return {'options': f',gl={gl}', 'surface': surface}


@pytest.fixture(params=[False, True], ids=['stock', 'ours'])
def virgl(request: pytest.FixtureRequest, start_machine: Callable[..., Machine], window: dict) -> Machine:
    """A virtio-gpu-gl, of the distribution or ours."""
    return start_machine('virtio-gpu-gl-pci', ours=request.param, **window)


@pytest.mark.parametrize('flags', [0, Y_0_TOP], ids=['top-down', 'bottom-up'])
def test_texture_is_shown_the_right_way_up(virgl, flags):
    texture = Texture(virgl.gpu, 1, *SIZE, flags=flags)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    virgl.screen.assert_keeps(gradient(*SIZE))


def test_opengl_can_be_insisted_on(start_machine):
    machine = start_machine('virtio-gpu-gl-pci', options=',gl=core')
    texture = Texture(machine.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    machine.assert_shows(gradient(*SIZE))


def test_cleared_render_target_is_shown(virgl):
    texture = Texture(virgl.gpu, 1, *SIZE)
    context = VirglContext(virgl.gpu)
    texture.show()
    for colour in ((255, 0, 0), (0, 255, 0), (0, 51, 255)):
        context.clear(texture, tuple(channel / 255 for channel in colour))
        texture.flush()
        virgl.assert_shows(plain(*SIZE, colour))


def test_part_of_a_texture_is_shown(virgl):
    rgb = gradient(*SIZE)
    texture = Texture(virgl.gpu, 1, *SIZE)
    texture.fill(rgb)
    texture.show(Rect(16, 40, 200, 100))
    texture.flush()
    virgl.assert_shows(rgb[40:140, 16:216])


def test_flips_between_textures_are_followed(virgl):
    pictures = [gradient(*SIZE, seed) for seed in (1, 2)]
    textures = [Texture(virgl.gpu, number, *SIZE) for number in (1, 2)]
    for texture, rgb in zip(textures, pictures):
        texture.fill(rgb)
    for turn in range(6):
        textures[turn % 2].show()
        textures[turn % 2].flush()
        virgl.assert_shows(pictures[turn % 2])


def test_last_of_many_frames_arrives(virgl):
    texture = Texture(virgl.gpu, 1, *SIZE)
    texture.show()
    for seed in range(20):
        texture.fill(gradient(*SIZE, seed))
        texture.flush()
    virgl.assert_shows(gradient(*SIZE, 19))


def test_what_a_flush_leaves_out_is_not_shown(start_machine):
    machine = start_machine('virtio-gpu-gl-pci', options=',gl=on')
    old, new = gradient(*SIZE, 1), gradient(*SIZE, 2)
    texture = Texture(machine.gpu, 1, *SIZE)
    texture.fill(old)
    texture.show()
    texture.flush()
    machine.screen.assert_keeps(old)
    texture.fill(new)
    pixels = machine.counter('pixels')
    texture.flush(Rect(40, 30, 64, 50))
    expected = old.copy()
    expected[30:80, 40:104] = new[30:80, 40:104]
    machine.screen.assert_keeps(expected)
    assert machine.counter('pixels') - pixels == 64 * 50


def test_nothing_is_drawn_while_nothing_changes(virgl):
    texture = Texture(virgl.gpu, 1, *SIZE)
    texture.show()
    texture.flush()
    draws = virgl.wait_until_quiet()
    time.sleep(1)
    assert virgl.counter('draws') == draws


def test_2d_resource_of_a_gl_device_is_shown(virgl):
    virgl.gpu.show(1, gradient(*SIZE))
    virgl.assert_shows(gradient(*SIZE))


def test_disabled_scanout_is_shown_no_more(virgl):
    texture = Texture(virgl.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    virgl.assert_shows(gradient(*SIZE))
    virgl.gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
    assert wait_until(lambda: virgl.screen.difference(gradient(*SIZE)))


@pytest.mark.parametrize('ours', [False, True], ids=['stock', 'ours'])
def test_vnc_shows_what_the_window_shows(start_machine, tmp_path: Path, ours):
    path = tmp_path / 'vnc'
    machine = start_machine('virtio-gpu-gl-pci', '-vnc', f'unix:{path}', options=',gl=on', ours=ours)
    viewer = VncClient(str(path))
    texture = Texture(machine.gpu, 1, *SIZE)
    texture.show()
    for seed in range(4):
        rgb = gradient(*SIZE, seed)
        texture.fill(rgb)
        texture.flush()
        machine.assert_shows(rgb)
        assert viewer.shows(rgb, 15), describe_difference(viewer.picture, rgb)
    machine.gpu.show(2, gradient(320, 240))
    machine.assert_shows(gradient(320, 240))
    assert viewer.shows(gradient(320, 240), 15)
    viewer.close()


@pytest.mark.skipif(not shutil.which('spicy-screenshot'), reason='needs spice-client-gtk')
def test_spice_shows_what_the_window_shows(start_machine, tmp_path: Path):
    machine = start_machine('virtio-gpu-gl-pci', '-spice', f'unix=on,addr={tmp_path}/spice,disable-ticketing=on',
                            options=',gl=on')
    texture = Texture(machine.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    machine.assert_shows(gradient(*SIZE))
    wait_for(lambda: not describe_difference(spice_picture(tmp_path), gradient(*SIZE)), 'the picture', timeout=60)


def spice_picture(folder: Path) -> numpy.ndarray:
    """What a SPICE client sees."""
    path = folder / 'spice.ppm'
    subprocess.run(['spicy-screenshot', f'--uri=spice+unix://{folder}/spice', '-o', path], check=True, timeout=60,
                   capture_output=True)
    return parse_ppm(path.read_bytes())


def test_screendump_of_a_texture_has_its_picture(start_machine):
    machine = start_machine('virtio-gpu-gl-pci', options=',gl=on')
    texture = Texture(machine.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    machine.assert_shows(gradient(*SIZE))
    assert_same(screendump(machine.qemu, 'gpu0'), gradient(*SIZE))
    machine.screen.assert_keeps(gradient(*SIZE))
