# SPDX-License-Identifier: GPL-2.0-or-later
"""Reset: the device forgets everything, at any point, and starts again."""

from __future__ import annotations

import time

import pytest

from vgpu.formats import gradient
from vgpu.gpu import Gpu
from vgpu.screendump import assert_same, screendump
from vgpu.virtio import STATUS_NEEDS_RESET
from vgpu.wait import wait_for
from vgpu.wire import Rect, Resp

BIG = Rect(0, 0, 2048, 1536)
TEXT_SHAPE = (400, 720, 3)


def works(gpu: Gpu, seed: int = 0) -> None:
    """Starts the device afresh and shows a picture."""
    gpu.start()
    rgb = gradient(160, 120, seed)
    gpu.show(1, rgb, scatter=seed)
    assert_same(screendump(gpu.qemu, gpu.device), rgb)


def test_resources_are_gone_after_a_reset(gpu):
    gpu.show(1, gradient(64, 64))
    gpu.virtio.reset()
    gpu.start()
    assert gpu.command('resource_unref', resource_id=1).type == Resp.ERR_INVALID_RESOURCE_ID
    works(gpu)


def test_reset_gives_back_the_memory_of_resources(start_gpu):
    gpu = start_gpu('virtio-gpu-pci,max_hostmem=1M')
    for _ in range(8):
        gpu.create_2d(1, 512, 256)
        gpu.virtio.reset()
        gpu.start()


def test_a_reset_of_an_idle_device_many_times(gpu):
    for turn in range(10):
        works(gpu, turn)
        gpu.virtio.reset()


def test_a_reset_before_anything_was_negotiated(gpu):
    for _ in range(3):
        gpu.virtio.reset()
    works(gpu)


def test_the_picture_of_a_vanished_driver_is_not_shown(gpu):
    rgb = gradient(320, 200)
    gpu.show(1, rgb)
    gpu.virtio.reset()
    dump = screendump(gpu.qemu, gpu.device)
    assert dump.shape != rgb.shape or (dump != rgb).any()


@pytest.mark.parametrize('name, fields', (
    ('transfer_to_host_2d', {'r': BIG, 'resource_id': 1}),
    ('resource_flush', {'r': BIG, 'resource_id': 1}),
    ('resource_create_2d', {'resource_id': 2, 'format': 1, 'width': 64, 'height': 64}),
    ('set_scanout', {'r': Rect(0, 0, 64, 64), 'resource_id': 1}),
    ('resource_detach_backing', {'resource_id': 1}),
    ('resource_unref', {'resource_id': 1}),
    ('get_display_info', {}),
))
def test_a_reset_while_commands_are_queued(start_gpu, name, fields):
    gpu = start_gpu('virtio-gpu-pci,ioeventfd=off')
    gpu.show(1, gradient(BIG.width, BIG.height), scatter=1)
    for _ in range(4):
        gpu.submit('transfer_to_host_2d', r=BIG, resource_id=1)
    for _ in range(4):
        gpu.submit(name, **fields)
    gpu.submit('update_cursor', resource_id=1, room=0)
    gpu.control.kick()
    gpu.cursor.kick()
    gpu.virtio.reset()
    works(gpu, 1)


@pytest.mark.parametrize('ioeventfd', ('on', 'off'))
def test_no_answer_of_the_past_arrives_after_a_reset(start_gpu, ioeventfd):
    """Queues of the next life lie where those of the last one were: a late answer would show."""
    gpu = start_gpu(f'virtio-gpu-pci,ioeventfd={ioeventfd}')
    gpu.create_image(1, BIG.width, BIG.height, scatter=1)
    for _ in range(8):
        gpu.submit('transfer_to_host_2d', r=BIG, resource_id=1)
    gpu.control.kick()
    gpu.virtio.reset()
    before = gpu.memory.position()
    for _ in range(3):
        gpu.memory.rewind(before)
        gpu.start()
        assert gpu.control.settle() == []
        assert gpu.command('get_display_info').type == Resp.OK_DISPLAY_INFO
        gpu.virtio.reset()


def boot_text(qemu, timeout: float = 20):
    """Waits until SeaBIOS has written all it writes on the VGA variant; returns the picture."""
    deadline = time.monotonic() + timeout
    last, unchanged = None, 0
    while unchanged < 8:
        assert time.monotonic() < deadline, 'no text on the screen'
        time.sleep(0.05)
        dump = screendump(qemu, 'gpu0')
        same = last is not None and is_same_text(dump, last) and (dump != 0).sum() > 10000
        unchanged = unchanged + 1 if same else 0
        last = dump
    return last


def is_same_text(dump, text) -> bool:
    """The same screen but for the blinking cursor."""
    return dump.shape == text.shape == TEXT_SHAPE and (dump != text).any(axis=2).sum() < 100


def wait_for_text(qemu, text) -> None:
    """Waits until the text is visible."""
    wait_for(lambda: is_same_text(screendump(qemu, 'gpu0'), text), 'the text', 30, 0.05)


@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
@pytest.mark.parametrize('driver', (False, True), ids=('untouched', 'driver-active'))
def test_the_machine_resets_in_both_modes(start_qemu, device, driver):
    qemu = start_qemu('-device', f'{device},id=gpu0')
    gpu = Gpu(qemu, device='gpu0')
    rgb = gradient(300, 200)
    if driver:
        gpu.start()
        gpu.show(1, rgb, scatter=1)
        gpu.submit('transfer_to_host_2d', r=Rect(0, 0, 300, 200), resource_id=1)
        gpu.control.kick()
    qemu.qmp.command('system_reset')
    qemu.qmp.wait_event('RESET')
    dump = screendump(qemu, 'gpu0')
    assert dump.shape != rgb.shape or (dump != rgb).any()
    gpu.pci.enable()
    works(gpu)


@pytest.mark.parametrize('driver', (False, True), ids=('untouched', 'driver-active'))
def test_firmware_text_is_back_after_a_reset_of_the_machine(start_qemu, driver):
    qemu = start_qemu('-device', 'virtio-vga,id=gpu0', firmware=True)
    text = boot_text(qemu)
    if driver:
        works(Gpu(qemu, device='gpu0'))
    qemu.qmp.command('system_reset')
    qemu.qmp.wait_event('RESET')
    wait_for_text(qemu, text)


@pytest.mark.stock_wrong('stock draws the text into a surface of the size of the last scanout')
def test_vga_is_shown_until_a_scanout_is_set_and_after_a_reset_of_the_device(start_qemu):
    qemu = start_qemu('-device', 'virtio-vga,id=gpu0', firmware=True)
    text = boot_text(qemu)
    gpu = Gpu(qemu, device='gpu0').start()
    gpu.create_image(1, 64, 64)
    wait_for_text(qemu, text)
    works(gpu)
    gpu.virtio.reset()
    wait_for_text(qemu, text)


@pytest.mark.ours_only('stock shows nothing, or what was there before')
@pytest.mark.parametrize('scanout', (0, 1))
def test_a_machine_with_vga_and_several_heads_returns_to_text(start_qemu, scanout):
    qemu = start_qemu('-device', 'virtio-vga,id=gpu0,max_outputs=2', firmware=True)
    text = boot_text(qemu)
    gpu = Gpu(qemu, device='gpu0').start()
    gpu.show(1, gradient(64, 64), scanout_id=scanout)
    gpu.virtio.reset()
    wait_for_text(qemu, text)


@pytest.mark.parametrize('index', (0, 1, 2, 5, 31, 1023))
def test_a_reset_of_any_queue_is_survived(pci_gpu, index):
    """The transport passes the selected index on, whether the device has such a queue or not."""
    pci_gpu.virtio.set('queue_select', index)
    pci_gpu.virtio.set('queue_reset', 1)
    pci_gpu.virtio.reset()
    works(pci_gpu)


def test_a_wrong_ring_breaks_the_device_until_the_next_reset(pci_gpu):
    """An available index too far ahead: the device stops, says so, and a reset cures it."""
    queue = pci_gpu.control
    pci_gpu.memory.pack(queue.avail + 2, 'H', (queue.avail_index + queue.size + 5) & 0xffff)
    queue.kick()
    wait_for(lambda: pci_gpu.virtio.get('device_status') & STATUS_NEEDS_RESET, 'the device to stop')
    pci_gpu.virtio.reset()
    works(pci_gpu)
