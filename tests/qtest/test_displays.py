# SPDX-License-Identifier: GPL-2.0-or-later
"""The device under every display that stock QEMU has: it starts, shows, resets and ends."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Iterator

import numpy
import pytest

from gtk.screen import Screen, find
from vgpu.formats import gradient
from vgpu.modules import STOCK_DIR
from vgpu.screendump import assert_same, parse_ppm, screendump
from vgpu.wait import wait_for
from vgpu.wire import Rect

DISPLAYS = {
    'none': ('none', ()),
    'vnc': ('none', ('-vnc', 'unix:{tmp}/vnc')),
    'spice': ('none', ('-spice', 'unix=on,addr={tmp}/spice,disable-ticketing=on,image-compression=off')),
    'dbus': ('dbus,p2p=on', ()),
    'gtk': ('gtk,gl=off', ()),
    'sdl': ('sdl,gl=off', ()),
    'gtk-gl': ('gtk,gl=on', ()),
    'sdl-gl': ('sdl,gl=on', ()),
}
MODULES = {'spice': 'ui-spice-core.so', 'dbus': 'ui-dbus.so', 'gtk': 'ui-gtk.so', 'sdl': 'ui-sdl.so'}
WINDOWS = ('gtk', 'sdl')


@pytest.fixture(scope='session')
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """An X server without a screen."""
    if not shutil.which('Xvfb'):
        pytest.skip('Xvfb is not installed (package xvfb)')
    screen = Screen(tmp_path_factory.mktemp('x') / 'screen', 1400, 1000)
    yield screen
    screen.close()


def spice_picture(folder: Path) -> numpy.ndarray:
    """What a SPICE client sees."""
    path = folder / 'spice.ppm'
    subprocess.run(['spicy-screenshot', f'--uri=spice+unix://{folder}/spice', '-o', path], check=True, timeout=60,
                   capture_output=True)
    return parse_ppm(path.read_bytes())


@pytest.mark.parametrize('device', ('virtio-gpu-pci,max_outputs=2', 'virtio-vga'))
@pytest.mark.parametrize('display', DISPLAYS)
def test_device_works_under(request, start_gpu, tmp_path, display, device):
    name = display.partition('-')[0]
    module = MODULES.get(name)
    if module and not (STOCK_DIR / module).exists():
        pytest.skip(f'{module} is not installed')
    env = {}
    if name in WINDOWS:
        screen = request.getfixturevalue('screen')
        env = {**screen.environment(), 'SDL_VIDEODRIVER': 'x11', 'NO_AT_BRIDGE': '1'}
    option, arguments = DISPLAYS[display]
    gpu = start_gpu(device, *[word.format(tmp=tmp_path) for word in arguments], display=option, env=env)
    for seed in range(3):
        rgb = gradient(300 + 20 * seed, 200, seed)
        gpu.show(1, rgb, scatter=seed)
        gpu.create_image(2, 64, 64, scatter=seed)
        gpu.set_cursor(2, 10, 10)
        gpu.move_cursor(20, 20)
        assert_same(screendump(gpu.qemu, gpu.device), rgb)
        if name == 'sdl':
            wait_for(lambda: find(screen.picture, rgb), 'the picture in the window')
        gpu.set_cursor(0)
        gpu.virtio.reset()
        gpu.start()
    gpu.show(1, gradient(100, 100))


@pytest.mark.skipif(not shutil.which('spicy-screenshot'), reason='the package spice-client-gtk is not installed')
@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
def test_a_spice_client_sees_the_picture_and_what_changes(start_gpu, tmp_path, device):
    option, arguments = DISPLAYS['spice']
    gpu = start_gpu(device, *[word.format(tmp=tmp_path) for word in arguments], display=option)
    image = gpu.show(1, gradient(320, 200), scatter=1)
    for seed in (0, 7):
        rgb = gradient(320, 200, seed)
        image.draw(rgb)
        gpu.transfer(1, Rect(0, 0, 320, 200))
        gpu.flush(1, Rect(0, 0, 320, 200))
        # SPICE takes what changed at its own refresh.
        wait_for(lambda: numpy.array_equal(spice_picture(tmp_path), rgb), 'the picture in a SPICE client')
