# SPDX-License-Identifier: GPL-2.0-or-later
"""Migration to stock modules with blob=on, which they take only where there is udmabuf."""

from __future__ import annotations

from pathlib import Path

import pytest

from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.modules import Modules
from vgpu.qemu import Qemu
from vgpu.screendump import assert_same, screendump
from vgpu.wait import wait_for

from .blob import Blob

SIZE = (320, 200)
DEVICE = 'virtio-gpu-pci,id=gpu0,addr=4,blob=on'

pytestmark = pytest.mark.ours_only('stock saves no blobs')


@pytest.fixture
def source(start_qemu) -> Gpu:
    """A machine with blob=on on our modules, whose driver has taken the feature."""
    return Gpu(start_qemu('-device', DEVICE), device='gpu0').start()


def migrate(gpu: Gpu, start_qemu, modules: Modules, path: Path) -> Qemu:
    """Sends a running machine to another process, which may refuse it."""
    destination = start_qemu('-device', DEVICE, '-incoming', f'unix:{path}', modules=modules)
    for qemu in (gpu.qemu, destination):
        qemu.qmp.command('migrate-set-capabilities', capabilities=[{'capability': 'return-path', 'state': True}])
    gpu.qemu.qmp.command('migrate', uri=f'unix:{path}')
    return destination


def test_stock_destination_refuses_a_blob_and_the_source_goes_on(source, start_qemu, stock, tmp_path):
    blob = Blob(source, *SIZE, scatter=1).create()
    blob.show(gradient(*SIZE, 1))
    destination = migrate(source, start_qemu, stock, tmp_path / 'socket')
    said = destination.finish(status=1, timeout=60)
    assert "error while loading state for instance 0x0 of device '0000:00:04.0/virtio-gpu'" in said
    wait_for(lambda: source.qemu.qmp.command('query-migrate')['status'] == 'failed', 'the source to hear of it')
    assert source.qemu.qmp.command('query-status')['running']
    blob.show(gradient(*SIZE, 2))
    assert_same(screendump(source.qemu, 'gpu0'), gradient(*SIZE, 2))
