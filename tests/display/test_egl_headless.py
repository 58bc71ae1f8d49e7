# SPDX-License-Identifier: GPL-2.0-or-later
"""egl-headless without a render node: what viewers see, and what it costs to show it."""

from __future__ import annotations

import time

import numpy
import pytest

from vgpu.formats import Format, gradient
from vgpu.qmp import QmpError
from vgpu.screendump import assert_same, describe_difference, screendump
from vgpu.wait import wait_for
from vgpu.wire import Rect

from .headless import Y_0_TOP, Headless, Texture, VirglContext, plain

SIZE = (320, 240)
BYTES = 4 * SIZE[0] * SIZE[1]
STOCK_DEVICES = ('VGA', 'bochs-display', 'ramfb', 'secondary-vga', 'cirrus-vga', 'vmware-svga',
                 'virtio-gpu-pci', 'virtio-vga', 'virtio-gpu-gl-pci', 'virtio-vga-gl')
REFRESH = 0.030


@pytest.fixture(params=[False, True], ids=['stock', 'ours'])
def virgl(request, start_headless) -> Headless:
    """A virtio-gpu-gl, of the distribution or ours, whose only head a viewer looks at."""
    return start_headless('virtio-gpu-gl-pci', ours=request.param)


@pytest.fixture
def stock_virgl(start_headless) -> Headless:
    """The distribution's, which leaves reading back to the display."""
    return start_headless('virtio-gpu-gl-pci')


@pytest.mark.parametrize('device', STOCK_DEVICES)
def test_every_stock_device_starts_without_a_render_node(start_headless, device):
    headless = start_headless(device, watched=False)
    assert screendump(headless.qemu).size
    assert any(path.name == 'ui-egl-headless.so' and path.parent != '/usr/lib/x86_64-linux-gnu/qemu'
               for path in headless.qemu.loaded_modules())


@pytest.mark.parametrize('mode', ['on', 'core', 'es', 'off'])
def test_every_mode_of_gl_shows_a_texture(start_headless, mode):
    headless = start_headless('virtio-gpu-gl-pci', options=f',gl={mode}')
    texture = Texture(headless.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    headless.assert_shows(gradient(*SIZE))


@pytest.mark.parametrize('node, reason', [
    ('/dev/dri/nonexistent', 'No such file or directory'),
    ('/dev/null', 'not a render node'),
])
def test_render_node_that_is_none_is_refused_with_a_reason(start_headless, node, reason):
    headless = start_headless('VGA', watched=False, options=f',rendernode={node}')
    text = headless.qemu.finish(status=1)
    assert f'{node}: {reason}' in text
    assert 'rendernode=' in text


def test_environment_chooses_the_device(start_headless, our_displays):
    env = our_displays | {'VGPU_EGL_DEVICE': 'device:31'}
    headless = start_headless('VGA', watched=False, env=env)
    assert 'device:31' in headless.qemu.finish(status=1)


# The renderer keeps a resource with this flag bottom up: transfers and scanouts turn it.
@pytest.mark.parametrize('flags', [0, Y_0_TOP], ids=['top-down', 'bottom-up'])
def test_texture_is_shown_the_right_way_up(virgl, flags):
    rgb = gradient(*SIZE)
    texture = Texture(virgl.gpu, 1, *SIZE, flags=flags)
    texture.fill(rgb)
    texture.show()
    texture.flush()
    virgl.assert_shows(rgb)


def test_2d_resource_of_a_gl_device_is_shown(virgl):
    rgb = gradient(*SIZE)
    virgl.gpu.show(1, rgb)
    virgl.assert_shows(rgb)


def test_cleared_render_target_is_shown(virgl):
    texture = Texture(virgl.gpu, 1, *SIZE)
    context = VirglContext(virgl.gpu)
    texture.show()
    for colour in ((255, 0, 0), (0, 255, 0), (0, 51, 255)):
        context.clear(texture, tuple(channel / 255 for channel in colour))
        texture.flush()
        virgl.assert_shows(plain(*SIZE, colour))


def test_exactly_the_damage_is_read_back(stock_virgl):
    texture = Texture(stock_virgl.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    stock_virgl.assert_shows(gradient(*SIZE))
    assert stock_virgl.counter('bytes-read') == BYTES
    for rect in (Rect(10, 20, 64, 64), Rect(0, 0, 1, 1), Rect(300, 230, 20, 10), Rect(0, 7, 320, 2)):
        before = stock_virgl.counter('bytes-read')
        texture.flush(rect)
        wait_for_updates(stock_virgl, before + 4 * rect.width * rect.height)
    assert stock_virgl.counter('bytes-copied') == 0


def test_our_device_has_the_damage_read_when_somebody_asks(start_headless):
    headless = start_headless('virtio-gpu-gl-pci', ours=True)     # with a VNC server that has no clients
    texture = Texture(headless.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    for _ in range(5):
        texture.flush()
        time.sleep(2 * REFRESH)
    assert (headless.counter('updates'), headless.counter('bytes-read')) == (0, 0)
    expected = gradient(*SIZE)
    assert_same(screendump(headless.qemu, 'gpu0'), expected)
    assert (headless.counter('updates'), headless.counter('bytes-read')) == (1, BYTES)
    changed = gradient(*SIZE, 1)
    texture.fill(changed)
    for x, y, width, height in ((10, 20, 64, 64), (0, 0, 1, 1), (300, 230, 20, 10), (100, 7, 120, 2)):
        texture.flush(Rect(x, y, width, height))
        expected[y:y + height, x:x + width] = changed[y:y + height, x:x + width]
    assert_same(screendump(headless.qemu, 'gpu0'), expected)
    damage = 64 * 64 + 1 + 20 * 10 + 120 * 2
    assert (headless.counter('updates'), headless.counter('bytes-read')) == (2, BYTES + 4 * damage)
    assert headless.counter('bytes-copied') == 0


def test_texture_of_every_format_has_the_right_colours(virgl):
    for number, fmt in enumerate(set(Format) - {Format.X8B8G8R8}, 1):    # which virglrenderer does not know
        rgb = gradient(*SIZE, number)
        texture = Texture(virgl.gpu, number, *SIZE, fmt=fmt)
        texture.fill(rgb)
        texture.show()
        texture.flush()
        wait_for_dump(virgl, rgb)


@pytest.mark.parametrize('device', ['VGA', 'bochs-display', 'ramfb'])
def test_firmware_on_stock_devices_is_seen_without_any_readback(start_headless, device):
    headless = start_headless(device, firmware=True)
    wait_for(lambda: screendump(headless.qemu).any(), 'something to be written')
    viewer = headless.viewer()
    assert viewer.wait_for(lambda seen: not describe_difference(seen.picture, screendump(headless.qemu)))
    assert headless.counter('updates') == 0


@pytest.mark.parametrize('flags', [0, Y_0_TOP], ids=['top-down', 'bottom-up'])
def test_what_a_flush_leaves_out_is_not_shown(virgl, flags):
    old, new = gradient(*SIZE, 1), gradient(*SIZE, 2)
    texture = Texture(virgl.gpu, 1, *SIZE, flags=flags)
    texture.fill(old)
    texture.show()
    texture.flush()
    expected = old.copy()
    virgl.assert_shows(expected)
    texture.fill(new)
    texture.flush(Rect(40, 30, 64, 50))
    expected[30:80, 40:104] = new[30:80, 40:104]
    virgl.assert_shows(expected)


@pytest.mark.parametrize('flags', [0, Y_0_TOP], ids=['top-down', 'bottom-up'])
def test_part_of_a_texture_is_shown(virgl, flags):
    rgb = gradient(*SIZE)
    texture = Texture(virgl.gpu, 1, *SIZE, flags=flags)
    texture.fill(rgb)
    texture.show(Rect(16, 40, 200, 100))
    texture.flush()
    virgl.assert_shows(rgb[40:140, 16:216])
    changed = gradient(*SIZE, 3)
    texture.fill(changed)
    texture.flush(Rect(16, 40, 200, 100))
    virgl.assert_shows(changed[40:140, 16:216])


def test_flip_to_another_texture_shows_it_whole(virgl):
    first, second = gradient(*SIZE, 1), gradient(*SIZE, 2)
    textures = [Texture(virgl.gpu, number, *SIZE) for number in (1, 2)]
    for texture, rgb in zip(textures, (first, second)):
        texture.fill(rgb)
    for turn in range(4):
        textures[turn % 2].show()
        textures[turn % 2].flush(Rect(0, 0, 8, 8))
        virgl.assert_shows((first, second)[turn % 2])


def test_size_follows_the_scanout(virgl):
    for number, size in enumerate(((320, 240), (640, 480), (200, 300), (1, 1), (1024, 768)), 1):
        texture = Texture(virgl.gpu, number, *size)
        texture.fill(gradient(*size))
        texture.show()
        texture.flush()
        virgl.assert_shows(gradient(*size))


def test_every_head_has_its_own_picture(start_headless):
    headless = start_headless('virtio-gpu-gl-pci,max_outputs=3', heads=3)
    for head in range(3):
        texture = Texture(headless.gpu, head + 1, 100 + head, 80)
        texture.fill(gradient(100 + head, 80, head))
        texture.show(scanout_id=head)
        texture.flush()
    for head in range(3):
        headless.assert_shows(gradient(100 + head, 80, head), head)


def test_two_heads_of_one_texture_show_their_parts(start_headless):
    headless = start_headless('virtio-gpu-gl-pci,max_outputs=2', heads=2)
    texture = Texture(headless.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show(Rect(0, 0, 160, 240), 0)
    texture.show(Rect(160, 0, 160, 240), 1)
    texture.flush()
    headless.assert_shows(gradient(*SIZE)[:, :160], 0)
    headless.assert_shows(gradient(*SIZE)[:, 160:], 1)
    changed = gradient(*SIZE, 5)
    texture.fill(changed)
    texture.flush()
    headless.assert_shows(changed[:, :160], 0)
    headless.assert_shows(changed[:, 160:], 1)


@pytest.mark.parametrize('flags', [0, Y_0_TOP], ids=['top-down', 'bottom-up'])
def test_parts_of_our_device_are_shared_and_read_exactly(start_headless, flags):
    headless = start_headless('virtio-gpu-gl-pci,max_outputs=2', ours=True, watched=False)
    texture = Texture(headless.gpu, 1, *SIZE, flags=flags)
    expected, bytes_read = gradient(*SIZE), [0, 0]
    for head in range(2):
        texture.show(Rect(160 * head, 30, 160, 100), head)
    # of both, at their border, of one only
    for x, y, width, height, areas in ((0, 0, *SIZE, (16000, 16000)), (150, 20, 30, 30, (200, 400)),
                                       (161, 129, 2, 9, (0, 2))):
        changed = gradient(*SIZE, width)
        expected[y:y + height, x:x + width] = changed[y:y + height, x:x + width]
        texture.fill(changed)
        texture.flush(Rect(x, y, width, height))
        for head in range(2):
            assert_same(screendump(headless.qemu, 'gpu0', head), expected[30:130, 160 * head:160 * head + 160])
            bytes_read[head] += 4 * areas[head]
        assert [headless.counter('bytes-read', head) for head in range(2)] == bytes_read


def test_nobody_watching_means_no_readback(start_headless):
    headless = start_headless('virtio-gpu-gl-pci', watched=False)
    texture = Texture(headless.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    for _ in range(10):
        texture.flush()
        time.sleep(REFRESH)
    assert (headless.counter('updates'), headless.counter('bytes-read')) == (0, 0)
    with pytest.raises(QmpError, match='no surface'):
        screendump(headless.qemu, 'gpu0')


def test_readback_happens_at_most_once_per_refresh(stock_virgl):
    texture = Texture(stock_virgl.gpu, 1, *SIZE)
    texture.show()
    stock_virgl.viewer()
    before = stock_virgl.counter('updates')
    start = time.monotonic()
    flushes = 0
    while time.monotonic() < start + 0.6:
        texture.flush(Rect(0, 0, 16, 16))
        flushes += 1
    time.sleep(2 * REFRESH)
    updates = stock_virgl.counter('updates') - before
    assert flushes > 60
    assert 5 <= updates <= 1.2 * (time.monotonic() - start) / REFRESH + 2


def test_frame_after_a_pause_is_read_back_before_its_flush_is_answered(stock_virgl):
    texture = Texture(stock_virgl.gpu, 1, *SIZE)
    texture.show()
    for _ in range(5):
        time.sleep(4 * REFRESH)
        before = stock_virgl.counter('updates')
        texture.flush(Rect(0, 0, 16, 16))
        assert stock_virgl.counter('updates') == before + 1


def test_last_of_many_frames_arrives(virgl):
    texture = Texture(virgl.gpu, 1, *SIZE)
    texture.show()
    for seed in range(20):
        texture.fill(gradient(*SIZE, seed))
        texture.flush()
    virgl.assert_shows(gradient(*SIZE, 19))


def test_screendump_of_a_watched_texture_has_its_picture(virgl):
    texture = Texture(virgl.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    virgl.assert_shows(gradient(*SIZE))
    assert_same(screendump(virgl.qemu, 'gpu0'), gradient(*SIZE))


def test_disabled_scanout_is_shown_no_more(stock_virgl):
    texture = Texture(stock_virgl.gpu, 1, *SIZE)
    texture.fill(gradient(*SIZE))
    texture.show()
    texture.flush()
    stock_virgl.assert_shows(gradient(*SIZE))
    stock_virgl.gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
    bytes_read = stock_virgl.counter('bytes-read')
    stock_virgl.gpu.ok('resource_unref', resource_id=1)
    assert stock_virgl.viewer().wait_for(lambda viewer: describe_difference(viewer.picture, gradient(*SIZE)))
    assert stock_virgl.counter('bytes-read') == bytes_read


def test_texture_that_goes_while_it_is_shown_does_no_harm(virgl):
    texture = Texture(virgl.gpu, 1, *SIZE)
    texture.show()
    texture.flush()
    virgl.gpu.ok('resource_unref', resource_id=1)
    other = Texture(virgl.gpu, 2, *SIZE)
    other.fill(gradient(*SIZE))
    other.show()
    other.flush()
    virgl.assert_shows(gradient(*SIZE))


@pytest.mark.parametrize('device', ['virtio-gpu-gl-pci', 'virtio-vga-gl'])
def test_reset_while_a_texture_is_shown(start_headless, device):
    headless = start_headless(device)
    for seed in range(3):
        texture = Texture(headless.gpu, 1, *SIZE)
        texture.fill(gradient(*SIZE, seed))
        texture.show()
        texture.flush()
        headless.assert_shows(gradient(*SIZE, seed))
        headless.gpu.start()


@pytest.mark.parametrize('device', ['virtio-gpu-pci', 'virtio-vga'])
@pytest.mark.parametrize('ours', [False, True], ids=['stock', 'ours'])
def test_2d_device_is_shown_without_any_readback(start_headless, device, ours):
    headless = start_headless(device, ours=ours)
    headless.gpu.show(1, gradient(*SIZE))
    headless.assert_shows(gradient(*SIZE))
    assert_same(screendump(headless.qemu, 'gpu0'), gradient(*SIZE))
    assert headless.counter('updates') == 0


def wait_for_updates(headless: Headless, bytes_read: int, timeout: float = 5) -> None:
    """Waits until that many bytes have been read back, and sees that it stays so."""
    deadline = time.monotonic() + timeout
    while headless.counter('bytes-read') < bytes_read and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(2 * REFRESH)
    assert headless.counter('bytes-read') == bytes_read


def wait_for_dump(headless: Headless, rgb: numpy.ndarray) -> None:
    """Waits until screendump shows the picture: of a stock device it is read with a refresh."""
    def shows() -> bool:
        try:
            return not describe_difference(screendump(headless.qemu, 'gpu0'), rgb)
        except QmpError:
            return False

    wait_for(shows, 'the picture')
