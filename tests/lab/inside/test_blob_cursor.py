# SPDX-License-Identifier: GPL-2.0-or-later
"""A blob as the cursor's image, beside a blob that is shown."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Iterator

import numpy
import pytest

from vgpu.formats import Format, from_rgb, gradient
from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.qemu import Qemu
from vgpu.vnc import VncClient

from .blob import DEVICE, Blob
from .udmabuf import kernel_buffers, wait_for_buffers

SIZE = (320, 240)
CURSOR = (64, 64)
ALPHA = 0x90


@contextlib.contextmanager
def watched(modules: Modules, display: str, folder: Path) -> Iterator[tuple[Gpu, VncClient]]:
    """A device with blob resources and a viewer that knows cursors."""
    vnc = folder / 'vnc'
    with Qemu('-device', f'{DEVICE},id=gpu0', '-vnc', f'unix:{vnc}', modules=modules, display=display,
              timeout=120) as qemu:
        gpu = Gpu(qemu, device='gpu0')
        qemu.check_modules()
        client = VncClient(str(vnc))
        yield gpu.start(), client
        client.close()


def make_cursor(gpu: Gpu, resource_id: int, seed: int) -> tuple[Blob, numpy.ndarray]:
    """A blob of four scattered pages, and the pixels that a viewer should get."""
    rgb = gradient(*CURSOR, seed)
    blob = Blob(gpu, *CURSOR, resource_id=resource_id, scatter=seed)
    blob.image.format = Format.B8G8R8A8
    blob.image.draw(rgb, filler=ALPHA)
    return blob.create(), from_rgb(rgb, Format.R8G8B8A8, ALPHA)


@pytest.mark.parametrize('display', ['none', 'egl-headless'])
def test_cursor_is_what_the_blob_holds_when_it_is_defined(modules, tmp_path, display):
    with watched(modules, display, tmp_path) as (gpu, client):
        shown = Blob(gpu, *SIZE, scatter=9).create()
        shown.show(gradient(*SIZE))
        assert client.shows(gradient(*SIZE))
        for number in (2, 3):
            blob, expected = make_cursor(gpu, number, number)
            gpu.set_cursor(number, x=20, y=30, hot=(number, 9))
            assert client.wait_for(lambda seen: seen.cursor is not None and seen.cursor.hot_x == number)
            assert numpy.array_equal(client.cursor.rgba, expected)
            blob.unref()
        wait_for_buffers([shown.size])
        assert client.shows(gradient(*SIZE))


def test_cursor_of_one_page_is_refused_and_changes_nothing(blob_gpu):
    make_cursor(blob_gpu, 1, 1)
    small = Blob(blob_gpu, 32, 32, resource_id=2, pieces=1).create()
    blob_gpu.set_cursor(1)
    blob_gpu.set_cursor(2)
    small.unref()
    assert kernel_buffers() == [CURSOR[0] * CURSOR[1] * 4]
