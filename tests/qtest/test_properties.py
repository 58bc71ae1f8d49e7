# SPDX-License-Identifier: GPL-2.0-or-later
"""Properties that stock does not have: outputs at run time, counters, a larger queue, a refresh rate."""

from __future__ import annotations

import pytest

from vgpu import edid
from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.qmp import QmpError
from vgpu.virtio import ISR_CONFIG
from vgpu.wire import EVENT_DISPLAY, Config, Rect, Resp, parse_display_info, parse_edid

pytestmark = pytest.mark.ours_only('no such properties')

BACKEND = '/machine/peripheral/gpu0/virtio-backend'


def get(gpu: Gpu, name: str):
    """Reads a property of the device."""
    return gpu.qemu.qmp.command('qom-get', path=BACKEND, property=name)


def set_(gpu: Gpu, name: str, value) -> None:
    """Writes a property of the device."""
    gpu.qemu.qmp.command('qom-set', path=BACKEND, property=name, value=value)


def modes(gpu: Gpu):
    """What the guest is offered on each head."""
    return parse_display_info(gpu.ok('get_display_info'))


def test_outputs_tell_what_the_guest_is_offered(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_outputs=2,xres=1024,yres=768')
    assert get(gpu, 'output[0]').startswith('1024x768')
    assert get(gpu, 'output[1]') == 'off'


def test_a_head_is_enabled_and_disabled_at_run_time(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_outputs=2')
    gpu.virtio.isr()
    set_(gpu, 'output[1]', '1600x900')
    assert gpu.config(Config.EVENTS_READ) == EVENT_DISPLAY
    assert gpu.virtio.isr() & ISR_CONFIG
    assert modes(gpu)[1].enabled and modes(gpu)[1].rect[2:] == (1600, 900)
    gpu.set_config(Config.EVENTS_CLEAR, EVENT_DISPLAY)
    set_(gpu, 'output[1]', 'off')
    assert gpu.config(Config.EVENTS_READ) == EVENT_DISPLAY
    assert not modes(gpu)[1].enabled


def test_a_new_mode_is_the_preferred_mode_of_the_edid(pci_gpu):
    set_(pci_gpu, 'output[0]', '1920x1200@60')
    found = edid.parse(parse_edid(pci_gpu.ok('get_edid')))
    assert (found.preferred_width, found.preferred_height) == (1920, 1200)
    assert found.checksums_right and abs(found.refresh_millihertz - 60_000) < 1000


def test_the_same_mode_again_is_no_event(pci_gpu):
    set_(pci_gpu, 'output[0]', '1920x1200')
    pci_gpu.set_config(Config.EVENTS_CLEAR, EVENT_DISPLAY)
    set_(pci_gpu, 'output[0]', '1920x1200')
    assert pci_gpu.config(Config.EVENTS_READ) == 0


@pytest.mark.parametrize('text', ('', 'on', '0x0', '1920', '1920x', 'x1080', '1920x0', '-1x5', '1920x1080@', '1920x1080x',
                                  '99999999x1', 'offf'))
def test_what_is_no_mode_is_refused(pci_gpu, text):
    before = get(pci_gpu, 'output[0]')
    with pytest.raises(QmpError):
        set_(pci_gpu, 'output[0]', text)
    assert get(pci_gpu, 'output[0]') == before
    assert pci_gpu.config(Config.EVENTS_READ) == 0


@pytest.mark.parametrize('hertz', (30, 60, 75, 120, 144))
def test_the_refresh_rate_stands_in_the_edid(start_gpu, hertz):
    gpu = start_gpu(f'virtio-gpu-pci,xres=1920,yres=1080,refresh_rate={hertz}')
    found = edid.parse(parse_edid(gpu.ok('get_edid')))
    assert abs(found.refresh_millihertz - hertz * 1000) < 500


def test_counters_count_flushes_damage_and_copied_bytes(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_outputs=2')
    gpu.show(1, gradient(200, 100))
    before = get(gpu, 'scanout-stats')
    for _ in range(3):
        gpu.transfer(1, Rect(0, 0, 20, 10))
        gpu.flush(1, Rect(0, 0, 20, 10))
    after = get(gpu, 'scanout-stats')
    assert len(after) == 2
    grown = {name: after[0][name] - before[0][name] for name in after[0]}
    assert grown['flushes'] == 3
    assert grown['damaged-pixels'] == 600
    assert grown['bytes-copied'] == 3 * 20 * 10 * 4
    assert after[0]['longest-command-ns'] > 0
    assert set(after[1].values()) == {0}


@pytest.mark.parametrize('size', (64, 128, 256, 1024))
def test_the_control_queue_has_the_size_of_the_property(start_gpu, size):
    gpu = start_gpu(f'virtio-gpu-pci,ctrl_queue_size={size}')
    assert gpu.control.size == size
    requests = [gpu.submit('resource_unref', resource_id=1) for _ in range(size // 2)]
    gpu.control.kick()
    gpu.control.wait()
    assert all(request.response()[:4] == Resp.ERR_INVALID_RESOURCE_ID.to_bytes(4, 'little')
               for request in requests)


@pytest.mark.parametrize('size', (0, 1, 63, 1025, 2048, 0xffffffff))
def test_a_wrong_size_of_the_control_queue_is_an_error_of_the_command_line(start_qemu, size):
    qemu = start_qemu('-device', f'virtio-gpu-pci,ctrl_queue_size={size}')
    assert 'ctrl_queue_size' in qemu.finish(status=1)
