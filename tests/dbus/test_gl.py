# SPDX-License-Identifier: GPL-2.0-or-later
"""GL pictures of stock devices on our display, on a host where textures cannot become dmabufs."""

from __future__ import annotations

import random
import time

import numpy
import pytest

from display.headless import Y_0_TOP, Texture, VirglContext, plain
from peer import join_peer
from test_picture import WAYS, draw, noise, random_rect, wait_same
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.screendump import assert_same, describe_difference, screendump
from vgpu.vnc import VncClient
from vgpu.wire import Box, Rect
from viewer import Viewer

pytestmark = pytest.mark.ours_only('stock needs a render node')

SIZE = (320, 240)


@pytest.fixture
def start_gl(start_qemu, our_display):
    """Starts a stock device under our display with GL."""

    def start(device='virtio-gpu-gl-pci', mode='on', *args):
        qemu = start_qemu('-device', f'{device},id=gpu0', *args, display=f'dbus,p2p=on,gl={mode}',
                          modules=Modules(), env=our_display)
        return Gpu(qemu, device='gpu0').start()

    return start


@pytest.fixture
def gpu(start_gl):
    """A started virgl device."""
    return start_gl()


def fill_part(gpu, texture, x, y, rgb):
    """Changes a rectangle of a texture and flushes exactly that."""
    height, width, _ = rgb.shape
    texture.image.draw_at(x, y, rgb)
    gpu.ok('transfer_to_host_3d', box=Box(x, y, 0, width, height, 1), offset=texture.image.offset(x, y),
           resource_id=texture.resource_id, stride=texture.image.stride)
    texture.flush(Rect(x, y, width, height))


@pytest.mark.parametrize('mode', ('on', 'core', 'es'))
def test_every_mode_shows_a_texture(start_gl, mode):
    gpu = start_gl(mode=mode)
    peer = join_peer(gpu.qemu)
    viewer = Viewer(peer).open()
    texture = Texture(gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    wait_same(viewer, gradient(*SIZE))
    viewer.close()
    peer.close()


@WAYS
def test_many_updates_of_a_texture_leave_the_right_picture(gpu, open_viewer, interfaces):
    rng = random.Random(1)
    expected = noise(rng, *SIZE).copy()
    texture = Texture(gpu, 1, *SIZE)
    texture.fill(expected)
    texture.show()
    texture.flush()
    viewer = open_viewer(interfaces=interfaces)
    wait_same(viewer, expected)
    viewer.take_calls()
    for step in range(300):
        x, y, w, h = random_rect(rng, *SIZE)
        rgb = noise(rng, w, h)
        expected[y:y + h, x:x + w] = rgb
        fill_part(gpu, texture, x, y, rgb)
        if rng.random() < 0.5:
            viewer.pump()
        if step % 100 == 99:
            wait_same(viewer, expected)
    assert not [call for call in viewer.calls if call.method.startswith('Scanout')]


@WAYS
def test_updates_of_a_texture_carry_the_damage_and_nothing_else(gpu, open_viewer, interfaces):
    rng = random.Random(2)
    texture = Texture(gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    viewer = open_viewer(interfaces=interfaces)
    viewer.wait_picture()
    viewer.pump(0.2)
    viewer.take_calls()
    for _ in range(20):
        x, y, w, h = random_rect(rng, *SIZE)
        fill_part(gpu, texture, x, y, noise(rng, w, h))
        viewer.wait(lambda: viewer.calls)
        update, = viewer.take_calls()
        assert update.arguments[:4] == (x, y, w, h)


@WAYS
def test_a_burst_of_a_texture_becomes_few_rectangles(gpu, open_viewer, interfaces):
    rng = random.Random(7)
    expected = gradient(*SIZE).copy()
    texture = Texture(gpu, 1, *SIZE)
    texture.fill(expected)
    texture.show()
    texture.flush()
    viewer = open_viewer(interfaces=interfaces, hold=True)
    viewer.wait(lambda: viewer.held)
    for step in range(60):
        for x, y in ((100 + step % 3, 150), (300, 10 + step % 2)):
            expected[y:y + 20, x:x + 20] = noise(rng, 20, 20)
            fill_part(gpu, texture, x, y, expected[y:y + 20, x:x + 20])
    viewer.pump(0.1)
    viewer.take_calls()
    viewer.answer_held()
    wait_same(viewer, expected)
    assert {call.arguments[:4] for call in viewer.take_calls()} == {(100, 150, 22, 20), (300, 10, 20, 21)}


@WAYS
def test_our_device_with_3d_is_shown_with_its_damage(start_display, interfaces):
    rng = random.Random(5)
    gpu = start_display('virtio-gpu-gl-pci', display='dbus,p2p=on,gl=on', timeout=120)
    texture = Texture(gpu, 1, *SIZE)
    expected = gradient(*SIZE).copy()
    texture.fill(expected)
    texture.show()
    texture.flush()
    peer = join_peer(gpu.qemu)
    viewer = Viewer(peer, interfaces=interfaces).open()
    wait_same(viewer, expected)
    viewer.pump(0.2)
    viewer.take_calls()
    for _ in range(10):
        x, y, w, h = random_rect(rng, *SIZE)
        rgb = noise(rng, w, h)
        expected[y:y + h, x:x + w] = rgb
        fill_part(gpu, texture, x, y, rgb)
        viewer.wait(lambda: viewer.calls)
        assert [call.arguments[:4] for call in viewer.take_calls()] == [(x, y, w, h)]
    wait_same(viewer, expected)
    viewer.close()
    peer.close()


@pytest.mark.parametrize('flags', (0, Y_0_TOP), ids=('top down', 'bottom up'))
def test_both_orientations(gpu, open_viewer, flags):
    rgb = gradient(*SIZE)
    texture = Texture(gpu, 1, *SIZE, flags=flags)
    texture.fill(rgb)
    texture.show()
    texture.flush()
    wait_same(open_viewer(), rgb)


@WAYS
def test_a_part_of_a_texture(gpu, open_viewer, interfaces):
    rgb = gradient(*SIZE)
    texture = Texture(gpu, 1, *SIZE)
    texture.fill(rgb)
    texture.show(Rect(50, 60, 200, 100))
    viewer = open_viewer(interfaces=interfaces)
    texture.flush()
    wait_same(viewer, rgb[60:160, 50:250])


@WAYS
def test_textures_and_surfaces_take_turns(gpu, open_viewer, interfaces):
    viewer = open_viewer(interfaces=interfaces)
    first, second = gradient(*SIZE), gradient(200, 100, 7)
    for resource, rgb in ((1, first), (2, second)):
        texture = Texture(gpu, resource, rgb.shape[1], rgb.shape[0])
        texture.fill(rgb)
        texture.show()
        texture.flush()
        wait_same(viewer, rgb)
    gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
    viewer.wait(lambda: viewer.picture.rows is None or viewer.picture.width != 200, 'the picture to go')
    texture.show()
    texture.flush()
    wait_same(viewer, second)


def test_what_the_renderer_draws_is_seen(gpu, open_viewer):
    texture = Texture(gpu, 1, *SIZE)
    texture.show()
    viewer = open_viewer()
    context = VirglContext(gpu)
    for colour, rgb in (((1.0, 0.0, 0.0), (255, 0, 0)), ((0.0, 0.0, 1.0), (0, 0, 255))):
        context.clear(texture, colour)
        texture.flush()
        wait_same(viewer, plain(*SIZE, rgb))


def test_a_stalled_viewer_does_not_hold_the_device(gpu, open_viewer):
    texture = Texture(gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    stalled = open_viewer(hold=True)
    stalled.wait(lambda: stalled.held)
    live = open_viewer()
    live.wait_picture()
    rng = random.Random(3)
    taken = []
    for _ in range(50):
        start = time.monotonic()
        fill_part(gpu, texture, 10, 10, noise(rng, 20, 20))
        taken.append(time.monotonic() - start)
    assert min(taken[1:]) < 0.035, taken
    expected = gradient(*SIZE).copy()
    rgb = noise(rng, 20, 20)
    fill_part(gpu, texture, 10, 10, rgb)
    expected[10:30, 10:30] = rgb
    wait_same(live, expected)
    stalled.answer_held()
    wait_same(stalled, expected)


@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
def test_surfaces_keep_their_damage_with_gl(start_gl, device):
    gpu = start_gl(device)
    rng = random.Random(4)
    image = gpu.show(1, noise(rng, 640, 480))
    peer = join_peer(gpu.qemu)
    viewer = Viewer(peer).open()
    viewer.wait_picture()
    viewer.pump(0.2)
    viewer.take_calls()
    draw(gpu, image, 100, 100, noise(rng, 64, 64))
    viewer.wait(lambda: viewer.calls)
    update, = viewer.take_calls()
    assert (update.arguments[:4], update.size) == ((100, 100, 64, 64), 64 * 64 * 4)
    viewer.close()
    peer.close()


@pytest.mark.parametrize('watched', (False, True), ids=('unseen', 'viewer'))
def test_screendump_of_a_texture_has_its_picture(start_display, watched):
    gpu = start_display('virtio-gpu-gl-pci', display='dbus,p2p=on,gl=on', timeout=120)
    peer = join_peer(gpu.qemu)
    viewer = Viewer(peer).open() if watched else None
    texture = Texture(gpu, 1, *SIZE)
    texture.show()
    for seed in range(3):
        rgb = gradient(*SIZE, seed)
        texture.fill(rgb)
        texture.flush()
        assert_same(screendump(gpu.qemu, 'gpu0'), rgb)
        if viewer:
            wait_same(viewer, rgb)
    gpu.show(2, gradient(200, 100, 7))
    assert_same(screendump(gpu.qemu, 'gpu0'), gradient(200, 100, 7))
    if viewer:
        wait_same(viewer, gradient(200, 100, 7))
        viewer.close()
    peer.close()


@pytest.mark.parametrize('display', ('dbus,p2p=on,gl=on', 'egl-headless'))
def test_screendump_of_a_part_of_a_texture_has_its_picture(start_display, display):
    gpu = start_display('virtio-gpu-gl-pci', display=display, timeout=120)
    texture = Texture(gpu, 1, *SIZE)
    rgb = gradient(*SIZE)
    texture.show()
    texture.fill(rgb)
    texture.flush()
    assert_same(screendump(gpu.qemu, 'gpu0'), rgb)
    texture.show(Rect(20, 30, 100, 60))
    texture.flush()
    assert_same(screendump(gpu.qemu, 'gpu0'), rgb[30:90, 20:120])


@WAYS
def test_viewers_are_not_told_of_a_screendump(start_display, interfaces):
    gpu = start_display('virtio-gpu-gl-pci', display='dbus,p2p=on,gl=on', timeout=120)
    rng = random.Random(6)
    expected = gradient(*SIZE).copy()
    texture = Texture(gpu, 1, *SIZE)
    texture.fill(expected)
    texture.show()
    texture.flush()
    peer = join_peer(gpu.qemu)
    viewer = Viewer(peer, interfaces=interfaces).open()
    wait_same(viewer, expected)
    viewer.pump(0.2)
    viewer.take_calls()
    for _ in range(3):
        x, y, w, h = random_rect(rng, *SIZE)
        rgb = noise(rng, w, h)
        expected[y:y + h, x:x + w] = rgb
        fill_part(gpu, texture, x, y, rgb)
        assert_same(screendump(gpu.qemu, 'gpu0'), expected)
        wait_same(viewer, expected)
        viewer.pump(0.2)
        assert [call.arguments[:4] for call in viewer.take_calls()] == [(x, y, w, h)]
    viewer.close()
    peer.close()


@pytest.mark.parametrize('whose', ('stock', 'ours'))
def test_vnc_beside_it_shows_the_same_texture(start_gl, start_display, tmp_path, whose):
    path = tmp_path / 'vnc'
    if whose == 'ours':
        gpu = start_display('virtio-gpu-gl-pci', '-vnc', f'unix:{path}', display='dbus,p2p=on,gl=on', timeout=120)
    else:
        gpu = start_gl('virtio-gpu-gl-pci', 'on', '-vnc', f'unix:{path}')
    peer = join_peer(gpu.qemu)
    viewer = Viewer(peer).open()
    vnc = VncClient(str(path))
    texture = Texture(gpu, 1, *SIZE)
    texture.show()
    for seed in range(4):
        rgb = gradient(*SIZE, seed)
        texture.fill(rgb)
        texture.flush()
        wait_same(viewer, rgb)
        assert vnc.shows(rgb, 15), describe_difference(vnc.picture, rgb)
    gpu.show(2, gradient(200, 100))
    wait_same(viewer, gradient(200, 100))
    assert vnc.shows(gradient(200, 100), 15)
    vnc.close()
    viewer.close()
    peer.close()


def test_gl_that_cannot_start_ends_the_start(start_qemu, our_display):
    qemu = start_qemu('-device', 'VGA', display='dbus,p2p=on,gl=on,rendernode=/dev/null', modules=Modules(),
                      env=our_display)
    assert '/dev/null' in qemu.finish(status=1)


def test_late_viewers_of_a_texture(gpu, peer):
    texture = Texture(gpu, 1, *SIZE)
    rgb = gradient(*SIZE)
    texture.fill(rgb)
    texture.show()
    texture.flush()
    for _ in range(20):
        viewer = Viewer(peer).open()
        wait_same(viewer, rgb)
        viewer.close()
    assert numpy.array_equal(rgb, gradient(*SIZE))
