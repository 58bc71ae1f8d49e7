# SPDX-License-Identifier: GPL-2.0-or-later
"""What GL draws in a guest, by Mesa's virgl driver, is seen on every display."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy
import pytest

from looks import LOOKS, Look
from vgpu.glpicture import describe_unlikeness, gl_picture
from vgpu.wait import wait_for

Image = pytest.importorskip('PIL.Image', reason='the package python3-pil is not installed')

pytestmark = pytest.mark.ours_only('stock has 3D on displays with GL only')

REFERENCES = Path(__file__).parent / 'reference'
WITH_ALL_PROGRAMS = ('none', 'vnc', 'egl-headless', 'gtk-gl')
KMSCUBE_FLIPS = 20
MODE = '640x480'     # glmark2 refuses 800x600: it takes that for what it has already
# By itself it chooses buffers with alpha, which the guest's kernel does not take to a screen.
GLMARK2 = 'glmark2-es2-drm --visual-config red=8:green=8:blue=8:alpha=0:buffer=24'
VALIDATED = ('build', 'shading:shading=phong', 'bump:bump-render=high-poly', 'bump:bump-render=normals')


def reference(name: str) -> numpy.ndarray:
    """A picture that the same program drew without virgl: Mesa's software renderer in a guest."""
    return numpy.asarray(Image.open(REFERENCES / f'{name}.png').convert('RGB'))


def check_demo(guest, look: Look, frame: int) -> None:
    """gl-demo draws the picture that we know, and reads a pixel of it back itself."""
    guest.send(f'gl-demo -p -k -r 0 -n {frame}')
    width, height = map(int, guest.wait_for(r'gl-demo: head 0 mode (\d+)x(\d+)\n').groups())
    assert 'virgl' in guest.wait_for(r'gl-demo: renderer (.*)\n').group(1)
    assert guest.wait_for(r'gl-demo: pixel (.*)\n').group(1) == 'ff3300'
    guest.wait_for(f'gl-demo: hold frame {frame}')
    look.assert_shows(gl_picture(width, height, frame))
    guest.send('\x03')


def hold(guest, program: str, flips: int) -> None:
    """Runs a program until it has shown so many frames after the first."""
    guest.send(f'VGPU_MODE={MODE} VGPU_FLIPS={flips} LD_PRELOAD=kms-hold.so {program} > /log &')
    guest.wait_for(f'kms-hold: flips {flips}')


def check_kmscube(guest, look: Look) -> None:
    """kmscube shows its cube as it is after some frames."""
    hold(guest, 'kmscube', KMSCUBE_FLIPS)
    look.assert_shows(reference('kmscube'))
    text = guest.run('killall kmscube; cat /log')
    assert 'renderer: "virgl' in text


def check_glmark2(guest, look: Look) -> None:
    """glmark2 shows the first frame of a scene; its own checks of several scenes are content."""
    hold(guest, f'{GLMARK2} -b build', 0)
    look.assert_shows(reference('glmark2'))
    benchmarks = ' '.join(f'-b {name}' for name in VALIDATED)
    text = guest.run(f'killall glmark2-es2-drm; VGPU_MODE={MODE} LD_PRELOAD=kms-hold.so '
                     f'{GLMARK2} --validate {benchmarks}', 120)
    assert f'Surface Size:   {MODE}' in text
    assert re.findall(r'Validation: (\w+)', text) == ['Success'] * len(VALIDATED), text


@pytest.mark.parametrize('look', WITH_ALL_PROGRAMS, indirect=True)
def test_every_program_shows_its_picture(look, start_gl_guest):
    guest = start_gl_guest(look)
    check_demo(guest, look, 5)
    check_kmscube(guest, look)
    check_glmark2(guest, look)


@pytest.mark.parametrize('look', [name for name in LOOKS if name not in WITH_ALL_PROGRAMS], indirect=True)
def test_a_picture_is_shown(look, start_gl_guest):
    guest = start_gl_guest(look, 'virtio-vga-gl')
    check_demo(guest, look, 7)


@pytest.mark.skipif(not shutil.which('gvnccapture'), reason='the package gvncviewer is not installed')
def test_a_vnc_viewer_sees_the_picture(start_gl_guest, tmp_path):
    look = Look()
    guest = start_gl_guest(look, 'virtio-gpu-gl-pci', '-vnc', '127.0.0.1:0,to=99')
    port = int(guest.qemu.qmp.command('query-vnc')['service'])
    guest.send('gl-demo -p -k -r 0 -n 3')
    guest.wait_for('gl-demo: hold frame 3')
    look.assert_shows(gl_picture(1280, 800, 3))

    def seen() -> numpy.ndarray:
        subprocess.run(['gvnccapture', '-q', f'127.0.0.1:{port - 5900}', tmp_path / 'seen.png'], check=True, timeout=60)
        return numpy.asarray(Image.open(tmp_path / 'seen.png').convert('RGB'))
    # The first that a viewer gets may be older.
    wait_for(lambda: not describe_unlikeness(seen(), gl_picture(1280, 800, 3)), 'the picture in a viewer', 60)
