# SPDX-License-Identifier: GPL-2.0-or-later
"""What udmabuf does not take is shown all the same, and nothing is said about it."""

from __future__ import annotations

import pytest

from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.screendump import assert_same, screendump

from .blob import BACKEND, Blob, watched_device
from .rfb import Viewer
from .udmabuf import kernel_buffers, lowered_limit

SIZE = (640, 480)
LIMITS = [('list_limit', 16), ('size_limit_mb', 1)]
REFUSED_BY_STOCK = pytest.mark.stock_wrong('stock refuses to show a blob that udmabuf does not take')


@REFUSED_BY_STOCK
@pytest.mark.parametrize('name, value', LIMITS)
def test_blob_beyond_a_limit_is_shown_without_gl(blob_gpu, name, value):
    first, second = gradient(*SIZE, 1), gradient(*SIZE, 2)
    with lowered_limit(name, value):
        blob = Blob(blob_gpu, *SIZE, scatter=1).create()
        blob.show(first)
        assert kernel_buffers() == []
    assert_same(screendump(blob_gpu.qemu, blob_gpu.device), first)
    blob.draw(second)
    blob.flush()
    assert_same(screendump(blob_gpu.qemu, blob_gpu.device), second)
    assert blob_gpu.qemu.stderr() == ''


@REFUSED_BY_STOCK
@pytest.mark.parametrize('name, value', LIMITS)
def test_blob_beyond_a_limit_is_shown_with_gl(headless, name, value):
    gpu, viewer = headless
    first, second = gradient(*SIZE, 1), gradient(*SIZE, 2)
    with lowered_limit(name, value):
        blob = Blob(gpu, *SIZE, scatter=1).create()
        blob.show(first)
        assert kernel_buffers() == []
    viewer.wait_for(first)
    blob.draw(second)
    blob.flush()
    viewer.wait_for(second)


def check_that_blobs_take_turns(gpu: Gpu, viewer: Viewer) -> None:
    """Shows a blob that is no udmabuf and one that is, again and again."""
    pictures = [gradient(*SIZE, seed) for seed in (1, 2)]
    with lowered_limit('list_limit', 16):
        blobs = [Blob(gpu, *SIZE, resource_id=1, scatter=1).create(),
                 Blob(gpu, *SIZE, resource_id=2, pieces=4).create()]
    assert len(kernel_buffers()) == 1
    for turn in range(4):
        blobs[turn % 2].show(pictures[turn % 2])
        viewer.wait_for(pictures[turn % 2])


@REFUSED_BY_STOCK
def test_blobs_within_and_beyond_a_limit_take_turns(headless):
    check_that_blobs_take_turns(*headless)


@pytest.mark.ours_only('these have nothing to be mixed with')
def test_blobs_within_and_beyond_a_limit_take_turns_on_a_stock_display(device_only, tmp_path):
    with watched_device(device_only, 'egl-headless', tmp_path) as pair:
        check_that_blobs_take_turns(*pair)


@pytest.mark.ours_only('they do not tell')
def test_device_tells_which_way_it_took(blob_gpu):
    Blob(blob_gpu, *SIZE, resource_id=1, scatter=1).create().set_scanout()
    with lowered_limit('list_limit', 16):
        Blob(blob_gpu, *SIZE, resource_id=2, scatter=2).create().set_scanout()
    blobs = blob_gpu.qemu.qmp.command('qom-get', path=BACKEND, property='blobs')
    assert {blob['id']: blob['view'] for blob in blobs} == {1: 'udmabuf', 2: 'file'}
