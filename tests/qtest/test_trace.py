# SPDX-License-Identifier: GPL-2.0-or-later
"""Trace events of the device, in QEMU's own log."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.ours_only('stock has other events')


@pytest.fixture
def log(tmp_path):
    """Where QEMU's log goes."""
    return tmp_path / 'log'


def test_events_start_enabled_with_the_events_of_stock(start_gpu, log):
    gpu = start_gpu('virtio-gpu-pci', '-trace', 'enable=virtio_gpu*', '-D', str(log))
    gpu.ok('get_display_info')
    gpu.qemu.quit()
    text = log.read_text()
    assert 'vgpu_kick queue control\n' in text
    assert 'vgpu_command ' in text and 'vgpu_answer ' in text


def test_events_are_silent_unless_asked_for(start_gpu, log):
    gpu = start_gpu('virtio-gpu-pci', '-d', 'trace:virtio_gpu_fence_resp', '-D', str(log))
    gpu.ok('get_display_info')
    gpu.qemu.quit()
    assert 'vgpu_' not in (log.read_text() if log.exists() else '')


def test_an_event_is_switched_at_run_time(start_gpu, log):
    gpu = start_gpu('virtio-gpu-pci', '-d', 'trace:virtio_gpu_fence_resp', '-D', str(log))
    assert 'vgpu_answer : state 0' in gpu.qemu.qmp.human('info trace-events vgpu_answer')
    gpu.qemu.qmp.human('trace-event vgpu_answer on')
    gpu.ok('get_display_info')
    gpu.qemu.qmp.human('trace-event vgpu_answer off')
    gpu.ok('get_display_info')
    gpu.qemu.quit()
    assert log.read_text().count('vgpu_answer ') == 1
