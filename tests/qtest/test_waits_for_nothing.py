# SPDX-License-Identifier: GPL-2.0-or-later
"""Reset, unplug and quit wait for no copy, however long it takes: here for ever."""

from __future__ import annotations

import time
from typing import Callable

import pytest

from qtest.test_hotplug import SLOT, eject_on_pc
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.held import held
from vgpu.migration import incoming
from vgpu.screendump import assert_same, screendump
from vgpu.virtio import STATUS_NEEDS_RESET
from vgpu.wait import wait_for
from vgpu.wire import Rect, Resp

pytestmark = pytest.mark.ours_only('stock copies on its main thread')
BIG = Rect(0, 0, 2048, 1536)
SAVE_SECONDS = 0.5      # in which somebody who does not wait would be done


@pytest.fixture
def copying(start_gpu: Callable[..., Gpu]) -> Gpu:
    """A device whose thread for long copies has been started."""
    gpu = start_gpu(f'virtio-gpu-pci,addr={SLOT}')
    gpu.create_image(1, BIG.width, BIG.height, scatter=1)
    gpu.transfer(1, BIG)
    return gpu


def queue_copies(gpu: Gpu, count: int = 8) -> None:
    """Leaves copies to be done."""
    for _ in range(count):
        gpu.submit('transfer_to_host_2d', r=BIG, resource_id=1)
    gpu.control.kick()
    gpu.control.settle()
    assert gpu.control.outstanding


def works(gpu: Gpu) -> None:
    """Starts the device afresh and shows a picture small enough to be copied at once."""
    gpu.start()
    gpu.show(1, gradient(32, 24, 5), scatter=5)
    assert_same(screendump(gpu.qemu, gpu.device), gradient(32, 24, 5))


def test_a_reset_does_not_wait_for_copies(copying):
    with held(copying.qemu.pid):
        queue_copies(copying)
        copying.virtio.reset()
        works(copying)
    copying.virtio.reset()
    works(copying)


def test_an_unplug_does_not_wait_for_copies(copying):
    qemu = copying.qemu
    with held(qemu.pid):
        queue_copies(copying)
        qemu.qmp.command('device_del', id='gpu0')
        eject_on_pc(copying)
        qemu.qmp.wait_event('DEVICE_DELETED')
        assert qemu.qmp.command('query-status')['running']


def test_quit_does_not_wait_for_copies(copying):
    with held(copying.qemu.pid) as thread:
        queue_copies(copying)
        copying.qemu.qmp.quit()
        wait_for(thread.ended, 'the process to end')
    copying.qemu.finish()


def test_a_machine_shut_down_but_kept_waits_for_its_copies_when_it_is_saved(start_qemu, tmp_path):
    device = f'virtio-gpu-pci,id=gpu0,addr={SLOT}'
    qemu = start_qemu('-device', device, '-no-reboot', '-no-shutdown')
    gpu = Gpu(qemu, device='gpu0').start()
    image = gpu.show(1, gradient(BIG.width, BIG.height), scatter=1)
    image.draw(gradient(BIG.width, BIG.height, 7))
    with held(qemu.pid):
        queue_copies(gpu)
        qemu.qmp.command('system_reset')
        qemu.qmp.wait_event('STOP')
        assert qemu.qmp.command('query-status')['status'] == 'shutdown'
        path = tmp_path / 'state'
        qemu.qmp.command('migrate', uri=f'exec:cat > {path}')
        time.sleep(SAVE_SECONDS)
    wait_for(lambda: qemu.qmp.command('query-migrate')['status'] == 'completed', 'the state to be saved')
    loaded = start_qemu('-device', device, *incoming(path))
    wait_for(lambda: loaded.qmp.command('query-status')['status'] == 'shutdown', 'the state to be loaded')
    assert_same(screendump(loaded, 'gpu0'), gradient(BIG.width, BIG.height, 7))


def test_cursors_and_queries_do_not_wait_for_copies(copying):
    with held(copying.qemu.pid):
        queue_copies(copying)
        assert copying.command('move_cursor', room=24, pos=(0, 5, 5)).type == Resp.OK_NODATA
        assert copying.qemu.qmp.command('query-status')['running']
    copying.control.wait()


def test_cve_2016_5403_more_requests_than_the_ring_holds_are_not_taken(copying):
    """None of them is answered meanwhile: who goes on taking them would hold any number."""
    queue = copying.control
    with held(copying.qemu.pid):
        queue_copies(copying, queue.size // 2)
        taken = queue.outstanding
        for _ in range(4):
            for request in taken:
                queue.offer(request.head)
            queue.kick()
            queue.device.get('device_status')
        wait_for(lambda: queue.device.get('device_status') & STATUS_NEEDS_RESET, 'the device to stop')
        copying.virtio.reset()
        works(copying)
