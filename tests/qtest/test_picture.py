# SPDX-License-Identifier: GPL-2.0-or-later
"""Pixels: what the guest draws is what a display shows."""

from __future__ import annotations

import numpy
import pytest

from vgpu.formats import Format, from_rgb, gradient
from vgpu.screendump import assert_same, screendump
from vgpu.wire import Rect


def shown(gpu, head=0):
    """What a display of a head shows."""
    return screendump(gpu.qemu, gpu.device, head)


@pytest.mark.parametrize('fmt', Format, ids=lambda fmt: fmt.name)
def test_every_format_shows_its_colours(start_gpu, fmt):
    gpu = start_gpu()
    rgb = gradient(256, 64)
    gpu.show(1, rgb, fmt=fmt)
    assert_same(shown(gpu), rgb)


@pytest.mark.parametrize('size', ((16, 16), (17, 19), (33, 1000), (1366, 768), (1921, 1081)),
                         ids=lambda size: f'{size[0]}x{size[1]}')
def test_odd_sizes_with_scattered_backing(pci_gpu, size):
    rgb = gradient(*size)
    pci_gpu.show(1, rgb, scatter=5)
    assert_same(shown(pci_gpu), rgb)


@pytest.mark.stock_wrong('stock refuses scanouts below 16x16')
@pytest.mark.parametrize('size', ((1, 1), (15, 15), (1, 300), (300, 1)), ids=lambda size: f'{size[0]}x{size[1]}')
def test_tiny_scanouts_are_shown(pci_gpu, size):
    rgb = gradient(*size)
    pci_gpu.show(1, rgb)
    assert_same(shown(pci_gpu), rgb)


def test_a_scanout_can_show_a_part_of_its_resource(pci_gpu):
    rgb = gradient(400, 300)
    image = pci_gpu.create_image(1, 400, 300)
    image.draw(rgb)
    pci_gpu.transfer(1, Rect(0, 0, 400, 300))
    pci_gpu.set_scanout(0, 1, Rect(37, 21, 200, 150))
    pci_gpu.flush(1, Rect(0, 0, 400, 300))
    assert_same(shown(pci_gpu), rgb[21:171, 37:237])


def test_one_resource_is_shown_in_parts_on_several_heads(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_outputs=3')
    rgb = gradient(600, 200)
    image = gpu.create_image(1, 600, 200, scatter=2)
    image.draw(rgb)
    gpu.transfer(1, Rect(0, 0, 600, 200))
    for head in range(3):
        gpu.set_scanout(head, 1, Rect(200 * head, 0, 200, 200))
    gpu.flush(1, Rect(0, 0, 600, 200))
    for head in range(3):
        assert_same(shown(gpu, head), rgb[:, 200 * head:200 * head + 200])


def test_a_flush_reaches_every_head_that_shows_the_resource(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_outputs=2')
    image = gpu.show(1, gradient(128, 128))
    gpu.set_scanout(1, 1, Rect(0, 0, 128, 128))
    rgb = gradient(128, 128, seed=1)
    image.draw(rgb)
    gpu.transfer(1, Rect(0, 0, 128, 128))
    gpu.flush(1, Rect(0, 0, 128, 128))
    assert_same(shown(gpu, 0), rgb)
    assert_same(shown(gpu, 1), rgb)


def test_sixteen_heads_show_sixteen_pictures(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_outputs=16')
    for head in range(16):
        gpu.show(head + 1, gradient(64 + head, 48, seed=head), scanout_id=head)
    for head in range(16):
        assert_same(shown(gpu, head), gradient(64 + head, 48, seed=head))


def test_a_transfer_copies_its_rectangle_and_nothing_else(pci_gpu):
    old, new = gradient(320, 240), gradient(320, 240, seed=9)
    image = pci_gpu.show(1, old, scatter=7)
    image.draw(new)
    rect = Rect(45, 67, 101, 33)
    pci_gpu.transfer(1, rect, image.offset(45, 67))
    pci_gpu.flush(1, rect)
    expected = old.copy()
    expected[67:100, 45:146] = new[67:100, 45:146]
    assert_same(shown(pci_gpu), expected)


@pytest.mark.parametrize('rect', (
    Rect(0, 0, 1, 1), Rect(319, 239, 1, 1), Rect(319, 0, 1, 240), Rect(0, 239, 320, 1),
    pytest.param(Rect(0, 0, 320, 1), marks=pytest.mark.stock_wrong(
        'stock copies the whole resource for a transfer of full rows from offset 0')),
    Rect(100, 0, 64, 240), Rect(0, 100, 320, 64)), ids='{0.x},{0.y}+{0.width}x{0.height}'.format)
def test_transfers_of_extreme_shapes(pci_gpu, rect):
    old, new = gradient(320, 240), gradient(320, 240, seed=4)
    image = pci_gpu.show(1, old, scatter=11)
    image.draw(new)
    pci_gpu.transfer(1, rect, image.offset(rect.x, rect.y))
    pci_gpu.flush(1, rect)
    x, y, width, height = rect
    expected = old.copy()
    expected[y:y + height, x:x + width] = new[y:y + height, x:x + width]
    assert_same(shown(pci_gpu), expected)


def test_an_offset_takes_pixels_from_elsewhere_in_the_backing(pci_gpu):
    image = pci_gpu.show(1, gradient(64, 64), scatter=1)
    rgb = gradient(64, 64, seed=2)
    image.draw(rgb)
    pci_gpu.transfer(1, Rect(0, 0, 64, 32), image.offset(0, 32))
    pci_gpu.flush(1, Rect(0, 0, 64, 64))
    expected = gradient(64, 64)
    expected[:32] = rgb[32:]
    assert_same(shown(pci_gpu), expected)


def test_backing_in_tiny_pieces_that_split_pixels(pci_gpu):
    gpu = pci_gpu
    rgb = gradient(64, 16)
    data = from_rgb(rgb, Format.B8G8R8X8).tobytes()
    pieces, position, length = [], 0, 1
    while position < len(data):
        piece = data[position:position + length]
        pieces.append((gpu.memory.store(piece, 1), len(piece)))
        gpu.memory.alloc(3)
        position += length
        length = length % 37 + 1
    gpu.create_2d(1, 64, 16)
    gpu.attach(1, pieces)
    gpu.transfer(1, Rect(0, 0, 64, 16))
    gpu.set_scanout(0, 1, Rect(0, 0, 64, 16))
    gpu.flush(1, Rect(0, 0, 64, 16))
    assert_same(shown(gpu), rgb)


def test_a_detached_resource_keeps_its_picture(pci_gpu):
    rgb = gradient(100, 80)
    pci_gpu.show(1, rgb)
    pci_gpu.ok('resource_detach_backing', resource_id=1)
    pci_gpu.flush(1, Rect(0, 0, 100, 80))
    assert_same(shown(pci_gpu), rgb)


def test_a_new_backing_feeds_the_next_transfer(pci_gpu):
    pci_gpu.show(1, gradient(100, 80))
    pci_gpu.ok('resource_detach_backing', resource_id=1)
    other = pci_gpu.create_image(2, 100, 80, scatter=3)
    other.draw(gradient(100, 80, seed=5))
    pci_gpu.attach(1, other.backing.entries)
    pci_gpu.transfer(1, Rect(0, 0, 100, 80))
    pci_gpu.flush(1, Rect(0, 0, 100, 80))
    assert_same(shown(pci_gpu), gradient(100, 80, seed=5))


def test_page_flips_show_the_resource_that_was_set_last(pci_gpu):
    for seed in range(4):
        pci_gpu.show(seed + 1, gradient(160, 120, seed))
    for seed in (2, 0, 3, 1, 1, 0):
        pci_gpu.set_scanout(0, seed + 1, Rect(0, 0, 160, 120))
        pci_gpu.flush(seed + 1, Rect(0, 0, 160, 120))
        assert_same(shown(pci_gpu), gradient(160, 120, seed))


def test_a_disabled_head_no_longer_shows_the_resource(pci_gpu):
    rgb = gradient(160, 120)
    pci_gpu.show(1, rgb)
    pci_gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))
    dump = shown(pci_gpu)
    assert dump.shape != rgb.shape or (dump != rgb).any()


def test_a_head_can_be_disabled_and_shown_again(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_outputs=2')
    rgb = gradient(160, 120)
    gpu.show(1, rgb, scanout_id=1)
    gpu.set_scanout(1, 0, Rect(0, 0, 0, 0))
    gpu.set_scanout(1, 1, Rect(0, 0, 160, 120))
    gpu.flush(1, Rect(0, 0, 160, 120))
    assert_same(shown(gpu, 1), rgb)


def test_unref_of_a_shown_resource_disables_its_head(pci_gpu):
    rgb = gradient(160, 120)
    pci_gpu.show(1, rgb)
    pci_gpu.ok('resource_unref', resource_id=1)
    dump = shown(pci_gpu)
    assert dump.shape != rgb.shape or (dump != rgb).any()


def test_a_new_resource_is_black(pci_gpu):
    pci_gpu.create_image(1, 64, 64).draw(gradient(64, 64))
    pci_gpu.set_scanout(0, 1, Rect(0, 0, 64, 64))
    pci_gpu.flush(1, Rect(0, 0, 64, 64))
    assert_same(shown(pci_gpu), numpy.zeros((64, 64, 3), numpy.uint8))


@pytest.mark.stock_wrong('stock refuses to show a resource without backing')
def test_a_resource_needs_no_backing_to_be_shown(pci_gpu):
    rgb = gradient(100, 80)
    image = pci_gpu.create_image(1, 100, 80)
    image.draw(rgb)
    pci_gpu.transfer(1, Rect(0, 0, 100, 80))
    pci_gpu.ok('resource_detach_backing', resource_id=1)
    pci_gpu.set_scanout(0, 1, Rect(0, 0, 100, 80))
    pci_gpu.flush(1, Rect(0, 0, 100, 80))
    assert_same(shown(pci_gpu), rgb)
