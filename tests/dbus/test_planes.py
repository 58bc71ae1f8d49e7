# SPDX-License-Identifier: GPL-2.0-or-later
"""Textures that a driver shares in several planes, as far as they can be had without such a driver."""

from __future__ import annotations

import os
import random

import pytest

from display.headless import Texture
from exporting_egl import build_egl, can_build
from peer import join_peer, wait_for
from test_gl import SIZE, fill_part
from test_picture import noise, wait_same
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.wire import Rect
from viewer import DMABUF2, MAP, Viewer

pytestmark = pytest.mark.ours_only('stock needs a render node')

XR24 = 0x34325258
VENDOR = 0x0100000000000000


@pytest.fixture(scope='session')
def egl(tmp_path_factory):
    """A folder with the libEGL.so.1 of planes-egl.c."""
    if not can_build():
        pytest.skip('gcc or libegl-dev is not installed')
    return build_egl(tmp_path_factory.mktemp('egl'))


@pytest.fixture
def start(start_qemu, our_display, modules, egl):
    """Starts a virgl device, stock's or ours, under our display with that EGL; returns it and a client."""
    peers = []

    def start_one(is_ours=False, **environment):
        env = (modules.environment() if is_ours else our_display) | {
            'LD_LIBRARY_PATH': str(egl), 'PLANES': '2'} | environment
        qemu = start_qemu('-device', 'virtio-gpu-gl-pci,id=gpu0', display='dbus,p2p=on,gl=on',
                          modules=modules if is_ours else Modules(), env=env, timeout=120)
        gpu = Gpu(qemu, device='gpu0').start()
        peers.append(join_peer(qemu))
        return gpu, peers[-1]

    yield start_one
    for peer in peers:
        peer.close()


def show(gpu):
    """Shows a texture."""
    texture = Texture(gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    return texture


def planes_of(viewer):
    """What the planes say that they are."""
    return [os.pread(fd, 8, 0).rstrip(b'\0') for fd in viewer.planes]


@pytest.mark.parametrize('environment, planes', (
    ({}, [b'plane 0', b'plane 1']), ({'PLANES_IN_ONE': '1'}, [b'plane 0', b'plane 0'])), ids=('two', 'one'))
def test_planes_reach_the_client_in_order(start, environment, planes):
    gpu, peer = start(**environment)
    show(gpu)
    viewer = Viewer(peer, interfaces=(DMABUF2, MAP)).open()
    viewer.wait(lambda: viewer.planes, 'planes')
    call = viewer.calls[0]
    assert call.method == 'ScanoutDMABUF2' and planes_of(viewer) == planes
    width, height = SIZE
    assert call.arguments[1:9] == (0, 0, width, height, [0, 512], [4096, 2048], 2, XR24)
    assert call.arguments[9:11] == (width, height) and call.arguments[11] & VENDOR == VENDOR
    viewer.close()


def test_updates_export_nothing(start):
    gpu, peer = start()
    texture = show(gpu)
    viewers = [Viewer(peer, interfaces=(DMABUF2,)).open() for _ in range(2)]
    for viewer in viewers:
        viewer.wait(lambda: viewer.planes, 'planes')
    modifiers = {viewer.calls[0].arguments[11] for viewer in viewers}
    assert len(modifiers) == 1
    for viewer in viewers:
        viewer.pump(0.2)
        viewer.take_calls()
    fds = len(os.listdir(f'/proc/{gpu.qemu.pid}/fd'))
    for step in range(50):
        fill_part(gpu, texture, step, step, noise(random.Random(step), 20, 30))
        for viewer in viewers:
            viewer.wait(lambda: viewer.calls)
            assert [(call.method, call.arguments) for call in viewer.take_calls()] == \
                [('UpdateDMABUF', (step, step, 20, 30))]
    assert len(os.listdir(f'/proc/{gpu.qemu.pid}/fd')) == fds
    texture.show(Rect(0, 0, 100, 100))
    texture.flush()
    for viewer in viewers:
        viewer.wait(lambda: [call for call in viewer.calls if call.method == 'ScanoutDMABUF2'])
        viewer.close()


def flip_to(texture, viewer):
    """Shows a texture, and returns the number of the export that the viewer gets."""
    viewer.take_calls()
    texture.show()
    texture.flush()
    viewer.wait(lambda: [call for call in viewer.calls if call.method == 'ScanoutDMABUF2'])
    return [call.arguments[11] for call in viewer.calls if call.method == 'ScanoutDMABUF2'][-1]


def exported_planes(gpu):
    """How many planes of the EGL's QEMU has open."""
    folder = f'/proc/{gpu.qemu.pid}/fd'
    return sum('memfd:plane' in os.readlink(f'{folder}/{fd}') for fd in os.listdir(folder))


def test_flips_export_a_texture_of_our_device_once(start):
    """And another that takes its place, and perhaps its name, again."""
    gpu, peer = start(is_ours=True)
    textures = [Texture(gpu, number, *SIZE) for number in (1, 2, 3)]
    viewers = [Viewer(peer, interfaces=(DMABUF2,)).open() for _ in range(2)]
    first = [flip_to(texture, viewers[0]) for texture in textures]
    assert len(set(first)) == 3
    for _ in range(4):
        assert [flip_to(texture, viewers[1]) for texture in textures] == first
    for viewer in viewers:
        viewer.pump(0.1)
    gpu.ok('resource_unref', resource_id=1)
    wait_for(lambda: exported_planes(gpu) == 4, 'the export of the first texture to go')
    assert flip_to(Texture(gpu, 1, *SIZE), viewers[0]) not in first
    for viewer in viewers:
        viewer.close()


def test_a_guest_that_has_shown_much_leaves_few_descriptors(start):
    gpu, peer = start(is_ours=True)
    viewer = Viewer(peer, interfaces=(DMABUF2,)).open()
    textures = [Texture(gpu, number, 64, 64) for number in range(1, 60)]
    numbers = [flip_to(texture, viewer) for texture in textures]
    assert len(set(numbers)) == len(textures)
    assert exported_planes(gpu) <= 2 * 33
    assert flip_to(textures[0], viewer) == numbers[0] and flip_to(textures[-2], viewer) > max(numbers)
    viewer.close()


def test_flips_of_a_stock_device_are_exported_each_time(start):
    """Nothing says whether a name still means the same texture."""
    gpu, peer = start()
    viewer = Viewer(peer, interfaces=(DMABUF2,)).open()
    textures = [Texture(gpu, number, *SIZE) for number in (1, 2)]
    numbers = [flip_to(texture, viewer) for _ in range(3) for texture in textures]
    assert numbers == sorted(set(numbers))
    wait_for(lambda: exported_planes(gpu) == 2, 'only the last to be open')
    viewer.close()


def test_clients_of_one_plane_get_pixels(start):
    gpu, peer = start()
    show(gpu)
    for interfaces, method in ((None, 'Scanout'), ((MAP,), 'ScanoutMap')):
        viewer = Viewer(peer, interfaces=interfaces).open()
        wait_same(viewer, gradient(*SIZE))
        assert viewer.calls[0].method == method
        viewer.close()
