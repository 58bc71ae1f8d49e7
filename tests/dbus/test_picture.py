# SPDX-License-Identifier: GPL-2.0-or-later
"""What viewers see is what the guest shows."""

from __future__ import annotations

import random

import numpy
import pytest

from peer import join_peer
from vgpu.formats import gradient
from vgpu.screendump import assert_same, describe_difference, screendump
from vgpu.wire import Rect
from viewer import MAP, Viewer

WAYS = pytest.mark.parametrize('interfaces', (
    pytest.param(None, id='messages'),
    pytest.param((MAP,), id='map', marks=pytest.mark.ours_only('7.2 has no shared memory scanouts')),
))

UPDATES = {'Update', 'UpdateMap'}


def wait_same(viewer, rgb):
    """Waits until a viewer shows a picture."""
    def is_same():
        picture = viewer.picture
        return picture.rows is not None and not describe_difference(picture.rgb(), rgb)
    try:
        viewer.wait(is_same, 'the picture', timeout=10)
    except TimeoutError:
        assert_same(viewer.picture.rgb(), rgb)


def draw(gpu, image, x, y, rgb):
    """Changes a rectangle of resource 1 and flushes exactly that."""
    height, width, _ = rgb.shape
    rect = Rect(x, y, width, height)
    image.draw_at(x, y, rgb)
    gpu.transfer(1, rect, offset=image.offset(x, y))
    gpu.flush(1, rect)


def noise(rng, width, height):
    """Random pixels."""
    return numpy.frombuffer(rng.randbytes(width * height * 3), numpy.uint8).reshape(height, width, 3)


def random_rect(rng, width, height, largest=64):
    """A rectangle within a picture."""
    w, h = rng.randint(1, min(largest, width)), rng.randint(1, min(largest, height))
    return rng.randint(0, width - w), rng.randint(0, height - h), w, h


@WAYS
def test_first_picture_is_complete(gpu, open_viewer, interfaces):
    rgb = gradient(300, 200)
    gpu.show(1, rgb)
    viewer = open_viewer(interfaces=interfaces)
    viewer.wait_picture()
    assert_same(viewer.picture.rgb(), rgb)
    assert [call.method for call in viewer.calls] == ['ScanoutMap' if interfaces else 'Scanout']


@WAYS
@pytest.mark.parametrize('size', ((1, 1), (17, 19), (1366, 768)), ids=lambda size: f'{size[0]}x{size[1]}')
@pytest.mark.ours_only('the stock device refuses scanouts below 16x16')
def test_odd_sizes(gpu, open_viewer, interfaces, size):
    viewer = open_viewer(interfaces=interfaces)
    rgb = gradient(*size)
    gpu.show(1, rgb)
    wait_same(viewer, rgb)


@WAYS
@pytest.mark.parametrize('seed', (1, 2))
def test_thousands_of_updates_leave_the_right_picture(gpu, open_viewer, interfaces, seed):
    rng = random.Random(seed)
    width, height = 333, 217
    image = gpu.show(1, noise(rng, width, height))
    viewer = open_viewer(interfaces=interfaces)
    viewer.wait_picture()
    for step in range(1500):
        x, y, w, h = random_rect(rng, width, height)
        draw(gpu, image, x, y, noise(rng, w, h))
        if rng.random() < 0.5:
            viewer.pump()
        if step % 250 == 249:
            wait_same(viewer, screendump(gpu.qemu, gpu.device))


@WAYS
def test_updates_carry_the_damage_and_nothing_else(gpu, open_viewer, interfaces):
    rng = random.Random(3)
    image = gpu.show(1, noise(rng, 640, 480))
    viewer = open_viewer(interfaces=interfaces)
    viewer.wait_picture()
    viewer.pump(0.1)
    viewer.take_calls()
    for _ in range(50):
        x, y, w, h = random_rect(rng, 640, 480)
        draw(gpu, image, x, y, noise(rng, w, h))
        viewer.wait(lambda: viewer.calls)
        update, = viewer.take_calls()
        assert update.method in UPDATES and update.arguments[:4] == (x, y, w, h)
        assert update.size == (0 if interfaces else w * h * 4)


@WAYS
@pytest.mark.stock_wrong('stock sends each of many updates')
def test_a_burst_becomes_few_rectangles(gpu, open_viewer, interfaces):
    rng = random.Random(4)
    image = gpu.show(1, noise(rng, 640, 480))
    viewer = open_viewer(interfaces=interfaces, hold=True)
    viewer.wait(lambda: viewer.held)
    for step in range(300):
        draw(gpu, image, 100 + step % 3, 200, noise(rng, 40, 40))
        draw(gpu, image, 500, 10 + step % 2, noise(rng, 20, 20))
    viewer.pump(0.1)
    viewer.take_calls()
    viewer.answer_held()
    wait_same(viewer, screendump(gpu.qemu, gpu.device))
    rectangles = {call.arguments[:4] for call in viewer.take_calls()}
    assert rectangles == {(100, 200, 42, 40), (500, 10, 20, 21)}


@WAYS
def test_a_new_mode_is_a_new_scanout(gpu, open_viewer, interfaces):
    viewer = open_viewer(interfaces=interfaces)
    for resource, size in enumerate(((320, 200), (640, 480), (100, 700)), 1):
        rgb = gradient(*size)
        gpu.show(resource, rgb)
        wait_same(viewer, rgb)
        assert (viewer.picture.width, viewer.picture.height) == size


def test_the_properties_follow_the_mode(gpu, peer):
    gpu.show(1, gradient(320, 200))
    assert (peer.get('Console_0', 'Console', 'Width'), peer.get('Console_0', 'Console', 'Height')) == (320, 200)


@WAYS
def test_two_heads_are_two_consoles(start_display, interfaces):
    gpu = start_display('virtio-gpu-pci,max_outputs=2')
    peer = join_peer(gpu.qemu)
    viewers = [Viewer(peer, console=f'Console_{head}', interfaces=interfaces) for head in range(2)]
    for viewer in viewers:
        viewer.open().wait_picture()
    rgb = gradient(400, 200)
    gpu.show(1, rgb)
    gpu.set_scanout(0, 1, Rect(0, 0, 200, 200))
    gpu.set_scanout(1, 1, Rect(200, 0, 200, 200))
    gpu.flush(1, Rect(0, 0, 400, 200))
    wait_same(viewers[0], rgb[:, :200])
    wait_same(viewers[1], rgb[:, 200:])
    for viewer in viewers:
        viewer.close()
    peer.close()


@WAYS
@pytest.mark.parametrize('device', ('VGA', 'cirrus-vga', 'bochs-display', 'virtio-vga', 'qxl-vga'))
def test_firmware_on_other_devices(start_qemu, interfaces, device):
    qemu = start_qemu('-vga', 'none', '-device', device, display='dbus,p2p=on', firmware=True)
    peer = join_peer(qemu)
    viewer = Viewer(peer, interfaces=interfaces).open()
    viewer.wait_picture()
    viewer.wait(lambda: viewer.picture.rgb().any(), 'something to be written')
    viewer.wait(lambda: not describe_difference(viewer.picture.rgb(), screendump(qemu)), 'the same picture')
    viewer.close()
    peer.close()
