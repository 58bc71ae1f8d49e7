# SPDX-License-Identifier: GPL-2.0-or-later
"""No way to end a blob leaves its dmabuf, a descriptor or a mapping behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.wire import Rect

from .blob import Blob, watched_device
from .udmabuf import count_fds, wait_for_buffers

SIZE = (640, 480)


class Stage:
    """A device that shows a small blob, then a large one, and must come back to the small one.

    Coming back is what makes GL let go: it holds on to what it drew last until it draws again.
    """

    def __init__(self, gpu: Gpu):
        self.gpu = gpu
        self.small = Blob(gpu, 64, 64, resource_id=9, pieces=2)
        self.blob = Blob(gpu, *SIZE, scatter=1)
        self._memory = gpu.memory.position()
        self.before = (0, 0)

    def begin(self) -> None:
        """Shows the small blob, takes stock, and shows the large one."""
        self.reset()
        self.small.show(gradient(64, 64))
        wait_for_buffers([self.small.size])
        self.before = self._holdings()
        self.blob.create().show(gradient(*SIZE))

    def come_back(self) -> None:
        """Shows the small blob again and checks that nothing is left of the large one."""
        self.small.show(gradient(64, 64))
        wait_for_buffers([self.small.size])
        assert self._holdings() == self.before

    def reset(self) -> None:
        """Resets the device, as a guest that reboots, and makes the small blob again."""
        self.gpu.virtio.reset()
        self.gpu.memory.rewind(self._memory)
        self.gpu.start()
        self.small.create()

    def _holdings(self) -> tuple[int, int]:
        """The descriptors of QEMU and its mappings of large dmabufs; GL maps those it has drawn some time."""
        pid = self.gpu.qemu.pid
        maps = re.findall(r'^(\w+)-(\w+) .* /dmabuf:', Path(f'/proc/{pid}/maps').read_text(), re.M)
        return count_fds(pid), sum(int(end, 16) - int(start, 16) > self.small.size for start, end in maps)


@pytest.fixture(scope='module', params=['none', 'egl-headless'])
def running(request, modules, tmp_path_factory):
    """A stage without a GL display and one with it; starting takes longer than all tests."""
    folder = tmp_path_factory.mktemp('stage')
    with watched_device(modules, request.param, folder) as (gpu, _):
        yield Stage(gpu)


@pytest.fixture
def stage(running):
    """A stage that shows the large blob."""
    running.begin()
    return running


def hide(stage: Stage) -> None:
    """Disables the head."""
    stage.gpu.set_scanout(0, 0, Rect(0, 0, 0, 0))


def detach(stage: Stage) -> None:
    """Takes the memory away."""
    stage.gpu.ok('resource_detach_backing', resource_id=stage.blob.resource_id)


def unref(stage: Stage) -> None:
    """Destroys the resource."""
    stage.blob.unref()


def reset(stage: Stage) -> None:
    """Resets the device."""
    stage.reset()


@pytest.mark.parametrize('end', [
    (hide, unref), (unref, hide), (unref,), (detach, unref, hide), (hide, detach, unref),
    (detach, hide, unref), (reset,), (unref, reset), (detach, reset),
], ids=lambda end: '-'.join(step.__name__ for step in end))
def test_shown_blob_is_gone_after(stage, end):
    for step in end:
        step(stage)
    stage.come_back()
