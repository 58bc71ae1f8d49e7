# SPDX-License-Identifier: GPL-2.0-or-later
"""The device under every display that stock QEMU has: it starts, shows, resets and ends."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Iterator

import pytest

from vgpu.formats import gradient
from vgpu.modules import STOCK_DIR
from vgpu.screendump import assert_same, screendump

DISPLAYS = {
    'none': ('none', ()),
    'vnc': ('none', ('-vnc', 'unix:{tmp}/vnc')),
    'spice': ('none', ('-spice', 'unix=on,addr={tmp}/spice,disable-ticketing=on')),
    'dbus': ('dbus,p2p=on', ()),
    'gtk': ('gtk,gl=off', ()),
    'sdl': ('sdl,gl=off', ()),
    'gtk-gl': ('gtk,gl=on', ()),
    'sdl-gl': ('sdl,gl=on', ()),
}
MODULES = {'spice': 'ui-spice-core.so', 'dbus': 'ui-dbus.so', 'gtk': 'ui-gtk.so', 'sdl': 'ui-sdl.so'}
WINDOWS = ('gtk', 'sdl')


@pytest.fixture(scope='session')
def x_server() -> Iterator[str]:
    """An X server without a screen; its display number."""
    if not shutil.which('Xvfb'):
        pytest.skip('Xvfb is not installed (package xvfb)')
    reader, writer = os.pipe()
    server = subprocess.Popen(['Xvfb', '-displayfd', str(writer), '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'],
                              pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        number = pipe.readline().strip()
    yield f':{number}'
    server.terminate()
    server.wait()


@pytest.mark.parametrize('device', ('virtio-gpu-pci,max_outputs=2', 'virtio-vga'))
@pytest.mark.parametrize('display', DISPLAYS)
def test_device_works_under(request, start_gpu, tmp_path, display, device):
    name = display.partition('-')[0]
    module = MODULES.get(name)
    if module and not (STOCK_DIR / module).exists():
        pytest.skip(f'{module} is not installed')
    env = {}
    if name in WINDOWS:
        env = {'DISPLAY': request.getfixturevalue('x_server'), 'GDK_BACKEND': 'x11', 'SDL_VIDEODRIVER': 'x11',
               'NO_AT_BRIDGE': '1'}
    option, arguments = DISPLAYS[display]
    gpu = start_gpu(device, *[word.format(tmp=tmp_path) for word in arguments], display=option, env=env)
    for seed in range(3):
        rgb = gradient(300 + 20 * seed, 200, seed)
        gpu.show(1, rgb, scatter=seed)
        gpu.create_image(2, 64, 64, scatter=seed)
        gpu.set_cursor(2, 10, 10)
        gpu.move_cursor(20, 20)
        assert_same(screendump(gpu.qemu, gpu.device), rgb)
        gpu.set_cursor(0)
        gpu.virtio.reset()
        gpu.start()
    gpu.show(1, gradient(100, 100))
