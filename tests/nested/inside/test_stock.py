# SPDX-License-Identifier: GPL-2.0-or-later
"""The distribution's egl-headless takes the dmabufs of our renderer."""

from __future__ import annotations

import random

import numpy
import pytest

from display.headless import Y_0_TOP
from vgpu.formats import gradient
from vgpu.screendump import assert_same
from vgpu.wait import wait_for
from vgpu.vnc import VncClient

from test_gl import fill_part
from test_picture import noise, random_rect

from .machine import PATIENCE, SIZE

pytestmark = pytest.mark.parametrize('machine', [('stock headless', True)], indirect=True, ids=['stock headless'])


def assert_shows(viewer: VncClient, rgb: numpy.ndarray) -> None:
    """A viewer sees the picture, or will."""
    if not viewer.shows(rgb, PATIENCE):
        assert_same(viewer.picture, rgb)


def test_viewers_see_what_changes(machine):
    rng = random.Random(1)
    exports = machine.exports()
    expected = gradient(*SIZE).copy()
    texture = machine.show(1, expected)
    viewer = machine.look()
    assert_shows(viewer, expected)
    for _ in range(5):
        x, y, w, h = random_rect(rng, *SIZE)
        expected[y:y + h, x:x + w] = noise(rng, w, h)
        fill_part(machine.gpu, texture, x, y, expected[y:y + h, x:x + w])
        assert_shows(viewer, expected)
    assert machine.exports() - exports == 1 and machine.stats()['bytes-read'] == 0


def test_flips_export_each_buffer_once(machine):
    exports = machine.exports()
    pictures = [gradient(*SIZE, seed) for seed in (1, 2)]
    textures = [machine.texture(number + 1, rgb) for number, rgb in enumerate(pictures)]
    viewer = machine.look()
    for turn in range(6):
        textures[turn % 2].show()
        textures[turn % 2].flush()
        assert_shows(viewer, pictures[turn % 2])
    assert machine.exports() - exports == 2
    machine.gpu.virtio.reset()
    wait_for(lambda: not machine.dmabufs(), 'the buffers to go', PATIENCE)
    machine.start()


def test_a_texture_that_is_upside_down_is_shown_the_right_way_up(machine):
    texture = machine.texture(1, gradient(*SIZE), Y_0_TOP)
    texture.show()
    texture.flush()
    assert_shows(machine.look(), gradient(*SIZE))
