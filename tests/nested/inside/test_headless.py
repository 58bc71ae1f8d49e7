# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of a renderer that cannot share textures with its display: they leave it as dmabufs."""

from __future__ import annotations

import random

import pytest

from display.headless import Y_0_TOP
from vgpu.formats import gradient
from vgpu.screendump import assert_same, describe_difference, screendump
from vgpu.wait import wait_for
from vgpu.wire import Rect

from test_gl import fill_part
from test_picture import noise, random_rect

from .machine import PATIENCE, SIZE

pytestmark = pytest.mark.parametrize('machine', [('headless', True)], indirect=True, ids=['headless'])
ROUNDS = 40


def test_a_display_that_cannot_share_gets_a_dmabuf(machine):
    exports, before = machine.exports(), machine.stats()
    machine.show(1, gradient(*SIZE))
    machine.wait_shown(gradient(*SIZE))
    after = machine.stats()
    assert machine.exports() - exports == 1 and machine.dmabufs() == 1
    assert after['frames-shared'] - before['frames-shared'] == 1 and after['bytes-read'] == before['bytes-read']


def test_viewers_see_what_changes_and_nothing_else_is_read(machine):
    rng = random.Random(1)
    expected = gradient(*SIZE).copy()
    texture = machine.show(1, expected)
    viewer = machine.look()
    assert viewer.shows(expected, PATIENCE), describe_difference(viewer.picture, expected)
    exports = machine.exports()
    for _ in range(10):
        x, y, w, h = random_rect(rng, *SIZE)
        expected[y:y + h, x:x + w] = noise(rng, w, h)
        before = machine.bytes_read_back()
        fill_part(machine.gpu, texture, x, y, expected[y:y + h, x:x + w])
        assert viewer.shows(expected, PATIENCE), describe_difference(viewer.picture, expected)
        assert machine.bytes_read_back() - before == w * h * 4
    assert machine.exports() == exports


def test_flips_between_two_buffers_export_each_once(machine):
    exports = machine.exports()
    pictures = [gradient(*SIZE, seed) for seed in (1, 2)]
    textures = [machine.texture(number + 1, rgb) for number, rgb in enumerate(pictures)]
    for turn in range(ROUNDS):
        textures[turn % 2].show()
        textures[turn % 2].flush()
    machine.wait_shown(pictures[1])
    assert machine.exports() - exports == 2 and machine.dmabufs() == 2


def test_a_picture_stays_when_its_resource_goes(machine):
    first, second = gradient(*SIZE, 1), gradient(*SIZE, 2)
    machine.show(1, first)
    machine.wait_shown(first)
    texture = machine.texture(2, second)
    # Of the other one there is nothing to be seen before it is flushed.
    texture.show()
    machine.gpu.ok('resource_unref', resource_id=1)
    for number in range(3, 6):
        machine.texture(number, gradient(*SIZE, number))
    assert_same(screendump(machine.qemu, 'gpu0'), first)
    texture.flush()
    machine.wait_shown(second)


def test_many_buffers_leave_no_descriptors(machine):
    for number in range(1, ROUNDS):
        texture = machine.show(number, gradient(*SIZE, number))
        if number > 1:
            machine.gpu.ok('resource_unref', resource_id=number - 1)
        if number == 5:
            machine.wait_shown(gradient(*SIZE, number))
            fds = machine.fds()
    machine.wait_shown(gradient(*SIZE, texture.resource_id))
    wait_for(lambda: machine.dmabufs() == 1, 'the buffers to go', PATIENCE)
    assert machine.fds() <= fds


def test_drivers_that_follow_each_other_leave_no_descriptors(machine):
    for turn in range(6):
        machine.show(1, gradient(*SIZE, turn))
        machine.wait_shown(gradient(*SIZE, turn))
        if turn == 1:
            fds = machine.fds()
        machine.gpu.virtio.reset()
        wait_for(lambda: not machine.dmabufs(), 'the buffer to go', PATIENCE)
        machine.start()
    machine.show(1, gradient(*SIZE))
    machine.wait_shown(gradient(*SIZE))
    assert machine.fds() <= fds


def test_a_texture_that_is_upside_down_is_shown_the_right_way_up(machine):
    exports = machine.exports()
    texture = machine.texture(1, gradient(*SIZE), Y_0_TOP)
    texture.show()
    texture.flush()
    machine.wait_shown(gradient(*SIZE))
    assert machine.exports() - exports == 1


def test_a_part_of_a_texture_is_shared(machine):
    exports, read = machine.exports(), machine.stats()['bytes-read']
    texture = machine.texture(1, gradient(*SIZE))
    texture.show(Rect(50, 60, 200, 100))
    texture.flush()
    machine.wait_shown(gradient(*SIZE)[60:160, 50:250])
    assert machine.exports() - exports == 1 and machine.stats()['bytes-read'] == read
