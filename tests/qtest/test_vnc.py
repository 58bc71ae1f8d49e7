# SPDX-License-Identifier: GPL-2.0-or-later
"""A remote viewer: pictures, damage, cursors, and windows that change their size."""

from __future__ import annotations

from typing import Callable, Iterator

import numpy
import pytest

from vgpu import edid
from vgpu.formats import Format, from_rgb, gradient
from vgpu.gpu import Gpu
from vgpu.virtio import ISR_CONFIG
from vgpu.vnc import VncClient
from vgpu.wait import wait_for
from vgpu.wire import EVENT_DISPLAY, Config, Rect, parse_display_info, parse_edid


@pytest.fixture
def watched(start_gpu, tmp_path) -> Iterator[Callable[..., tuple[Gpu, VncClient]]]:
    """Starts a device with a viewer of one of its heads."""
    clients = []

    def start(device: str = 'virtio-gpu-pci', head: int = 0) -> tuple[Gpu, VncClient]:
        path = tmp_path / 'vnc'
        gpu = start_gpu(device, '-vnc', f'unix:{path},display=gpu0,head={head}')
        clients.append(VncClient(str(path)))
        return gpu, clients[-1]

    yield start
    for client in clients:
        client.close()


def wait_for_event(gpu: Gpu) -> None:
    """Waits for the DISPLAY event."""
    wait_for(lambda: gpu.config(Config.EVENTS_READ) & EVENT_DISPLAY, 'the DISPLAY event')


@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
def test_a_viewer_sees_the_picture_and_what_changes(watched, device):
    gpu, client = watched(device)
    image = gpu.show(1, gradient(320, 240))
    assert client.shows(gradient(320, 240))
    picture = gradient(320, 240)
    picture[40:60, 100:180] = 0x55
    image.draw(picture)
    gpu.transfer(1, Rect(100, 40, 80, 20), image.offset(100, 40))
    gpu.flush(1, Rect(100, 40, 80, 20))
    assert client.shows(picture)


def test_only_what_is_flushed_reaches_the_viewer(watched):
    gpu, client = watched()
    image = gpu.show(1, gradient(640, 480))
    assert client.shows(gradient(640, 480))
    image.draw(gradient(640, 480, 7))
    expected = gradient(640, 480)
    before, part = Rect(64, 240, 64, 32), Rect(320, 240, 64, 32)
    gpu.transfer(1, before, image.offset(64, 240))
    gpu.flush(1, before)
    expected[240:272, 64:128] = gradient(640, 480, 7)[240:272, 64:128]
    assert client.shows(expected)   # and with it all that was on its way
    client.updates.clear()
    gpu.transfer(1, Rect(0, 0, 640, 480))
    gpu.flush(1, part)
    expected[240:272, 320:384] = gradient(640, 480, 7)[240:272, 320:384]
    assert client.shows(expected)
    assert all(320 <= x and x + width <= 384 and 240 <= y and y + height <= 272
               for x, y, width, height in client.updates)


@pytest.mark.parametrize('fmt', Format, ids=lambda fmt: fmt.name)
def test_a_viewer_sees_every_format(watched, fmt):
    gpu, client = watched()
    gpu.show(1, gradient(320, 240), fmt=fmt)
    assert client.shows(gradient(320, 240))


def test_a_viewer_of_the_second_head_sees_the_second_head(watched):
    gpu, client = watched('virtio-gpu-pci,max_outputs=2', head=1)
    gpu.show(1, gradient(320, 240, 1), scanout_id=0)
    gpu.show(2, gradient(160, 120, 2), scanout_id=1)
    assert client.shows(gradient(160, 120, 2))


def show_cursor(gpu: Gpu, seed: int, alpha: int, fmt: Format = Format.B8G8R8A8, **fields) -> numpy.ndarray:
    """Defines a cursor of 64x64 and returns the pixels a viewer should get."""
    rgb = gradient(64, 64, seed)
    image = gpu.create_image(50 + seed, 64, 64, fmt)
    image.draw(rgb, filler=alpha)
    gpu.transfer(50 + seed, Rect(0, 0, 64, 64))
    gpu.set_cursor(50 + seed, **fields)
    return from_rgb(rgb, Format.R8G8B8A8, alpha)


# Linux has X where alpha is meant.
@pytest.mark.parametrize('fmt', (Format.B8G8R8A8, Format.B8G8R8X8), ids=lambda fmt: fmt.name)
def test_a_cursor_arrives_with_its_hot_spot_and_alpha(watched, fmt):
    gpu, client = watched()
    gpu.show(1, gradient(320, 240))
    assert client.shows(gradient(320, 240))
    expected = show_cursor(gpu, 1, 0x90, fmt, hot=(7, 9), x=20, y=30)
    assert client.wait_for(lambda seen: seen.cursor is not None)
    assert (client.cursor.hot_x, client.cursor.hot_y) == (7, 9)
    assert numpy.array_equal(client.cursor.rgba, expected)


def test_the_next_cursor_replaces_the_last(watched):
    gpu, client = watched()
    gpu.show(1, gradient(320, 240))
    assert client.shows(gradient(320, 240))
    for seed in (1, 2, 3):
        expected = show_cursor(gpu, seed, 0xff, hot=(seed, 0))
        assert client.wait_for(lambda seen: seen.cursor is not None and seen.cursor.hot_x == seed)
        assert numpy.array_equal(client.cursor.rgba, expected)


def test_a_resized_window_is_an_event_and_a_new_preferred_mode(watched):
    gpu, client = watched()
    assert gpu.config(Config.EVENTS_READ) == 0
    gpu.virtio.isr()
    client.set_size(1000, 700)
    wait_for_event(gpu)
    assert gpu.virtio.isr() & ISR_CONFIG
    assert parse_display_info(gpu.ok('get_display_info'))[0].rect == Rect(0, 0, 1000, 700)
    found = edid.parse(parse_edid(gpu.ok('get_edid')))
    assert (found.preferred_width, found.preferred_height) == (1000, 700)
    assert found.checksums_right


def test_an_event_stays_until_it_is_cleared(watched):
    gpu, client = watched()
    client.set_size(1000, 700)
    wait_for_event(gpu)
    gpu.set_config(Config.EVENTS_CLEAR, 0)
    assert gpu.config(Config.EVENTS_READ) == EVENT_DISPLAY
    gpu.set_config(Config.EVENTS_CLEAR, 0xfffffffe)
    assert gpu.config(Config.EVENTS_READ) == EVENT_DISPLAY
    gpu.set_config(Config.EVENTS_CLEAR, EVENT_DISPLAY)
    assert gpu.config(Config.EVENTS_READ) == 0
    client.set_size(800, 600)
    wait_for_event(gpu)


def test_a_viewer_of_the_second_head_enables_it(watched):
    gpu, client = watched('virtio-gpu-pci,max_outputs=2', head=1)
    client.set_size(900, 500)
    wait_for_event(gpu)
    modes = parse_display_info(gpu.ok('get_display_info'))
    assert modes[1].enabled and modes[1].rect[2:] == (900, 500)


def test_the_size_of_the_window_survives_a_reset_of_the_device(watched):
    gpu, client = watched()
    client.set_size(1000, 700)
    wait_for_event(gpu)
    gpu.virtio.reset()
    gpu.start()
    assert parse_display_info(gpu.ok('get_display_info'))[0].rect[2:] == (1000, 700)


def test_a_reset_while_a_viewer_watches(watched):
    gpu, client = watched()
    for seed in range(5):
        gpu.show(1, gradient(320 + seed, 240, seed))
        assert client.shows(gradient(320 + seed, 240, seed))
        gpu.virtio.reset()
        gpu.start()
