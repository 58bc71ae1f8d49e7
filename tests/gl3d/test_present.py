# SPDX-License-Identifier: GPL-2.0-or-later
"""3D pictures as pixels, the damaged part of them, and behind displays without windows."""

from __future__ import annotations

import time

import pytest

from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.screendump import assert_same
from vgpu.shown import SIZE, Shown, compile_for_long
from vgpu.vnc import VncClient
from vgpu.wait import wait_for
from vgpu.wire import Rect

BYTES = 4 * SIZE[0] * SIZE[1]


@pytest.fixture
def shown(gpu: Gpu) -> Shown:
    """A device that nobody looks at."""
    return Shown(gpu)


# ---- displays without windows ----------------------------------------------------------------


def test_egl_headless_gets_the_texture_and_screendump_its_picture(start_gl):
    shown = Shown(start_gl(display='egl-headless'))
    rgb = gradient(*SIZE)
    shown.draw(1, rgb)
    shown.show(1)
    assert_same(shown.dump(), rgb)
    stats = shown.stats()
    assert stats['frames-shared'] == 1 and stats['bytes-read'] == 0


def test_a_vnc_client_behind_egl_headless_sees_every_picture(start_gl, tmp_path):
    shown = Shown(start_gl('virtio-gpu-gl-pci', '-vnc', f'unix:{tmp_path}/vnc', display='egl-headless'))
    client = VncClient(f'{tmp_path}/vnc')
    for seed in range(4):
        rgb = gradient(*SIZE, seed)
        shown.draw(1, rgb, create=not seed)
        shown.show(1)
        assert client.shows(rgb)
    client.close()


# ---- pixels ----------------------------------------------------------------------------------


def test_nothing_is_read_while_nobody_looks(shown):
    shown.draw(1, gradient(*SIZE))
    for _ in range(10):
        shown.show(1)
    assert shown.stats()['bytes-read'] == 0


def test_screendump_reads_what_changed_since_the_last_one(start_gl):
    shown = Shown(start_gl())
    old, new = gradient(*SIZE, 1), gradient(*SIZE, 2)
    shown.draw(1, old)
    shown.show(1)
    assert_same(shown.dump(), old)
    assert shown.stats()['bytes-read'] == BYTES
    assert_same(shown.dump(), old)
    assert shown.stats()['bytes-read'] == BYTES
    wait_for(lambda: not watched(shown), 'nobody to look', timeout=30)
    shown.dump()
    before = shown.stats()['bytes-read']
    shown.draw(1, new, create=False)
    shown.gpu.flush(1, Rect(30, 20, 50, 40))
    expected = shown.dump()
    assert_same(expected[20:60, 30:80], new[20:60, 30:80])
    assert shown.stats()['bytes-read'] - before == 50 * 40 * 4


def watched(shown: Shown) -> bool:
    """Whether somebody is taken to look: then a flush is read at once."""
    before = shown.stats()['bytes-read']
    time.sleep(0.05)
    shown.gpu.flush(1, Rect(0, 0, 1, 1))
    return shown.stats()['bytes-read'] != before


def test_a_vnc_client_is_sent_what_changed_and_nothing_else_is_read(start_gl, tmp_path):
    shown = Shown(start_gl('virtio-gpu-gl-pci', '-vnc', f'unix:{tmp_path}/vnc', display=''))
    client = VncClient(f'{tmp_path}/vnc')
    rgb = gradient(*SIZE)
    shown.draw(1, rgb)
    shown.show(1)
    assert client.shows(rgb)
    before = shown.stats()['bytes-read']
    rgb = rgb.copy()
    rgb[20:60, 30:80] = 255
    shown.draw(1, rgb, create=False)
    shown.gpu.flush(1, Rect(30, 20, 50, 40))
    assert client.shows(rgb)
    assert shown.stats()['bytes-read'] - before == 50 * 40 * 4
    client.close()


def test_screendump_does_not_wait_for_a_renderer_that_is_busy(start_gl):
    shown = Shown(start_gl())
    shown.draw(1, gradient(*SIZE))
    shown.show(1)
    requests = compile_for_long(shown)
    shown.dump()
    shown.gpu.control.collect()
    assert not requests[-1].done
