# SPDX-License-Identifier: GPL-2.0-or-later
"""vhost-user-gpu with the back end that Debian ships."""

from __future__ import annotations

import pytest

from conftest import DEVICES, is_shown, wait_shown, wait_text
from vgpu.formats import Format, gradient
from vgpu.gpu import Gpu
from vgpu.qmp import QmpError
from vgpu.vnc import VncClient
from vgpu.wire import Config, Feature, Rect, parse_display_info


@pytest.mark.parametrize('ioeventfd', ('on', 'off'))
@pytest.mark.parametrize('vectors', (False, True), ids=('line', 'msi-x'))
@pytest.mark.parametrize('device', DEVICES)
def test_what_the_guest_flushes_is_shown(start_debian, device, vectors, ioeventfd):
    gpu = start_debian(f'{device},ioeventfd={ioeventfd}').start(vectors=vectors)
    rgb = gradient(640, 480)
    gpu.show(1, rgb)
    wait_shown(gpu.qemu, rgb)


def test_a_part_that_is_flushed_is_shown_in_its_place(start_debian):
    gpu = start_debian().start()
    rgb = gradient(320, 200)
    image = gpu.show(1, rgb)
    part = gradient(100, 50, 7)
    rgb = rgb.copy()
    rgb[30:80, 40:140] = part
    image.draw(rgb)
    box = Rect(40, 30, 100, 50)
    gpu.transfer(1, box, image.offset(40, 30))
    gpu.flush(1, box)
    wait_shown(gpu.qemu, rgb)


def test_each_head_shows_its_own_part(start_debian):
    gpu = start_debian('vhost-user-gpu-pci,max_outputs=2').start()
    rgb = gradient(400, 300)
    gpu.show(1, rgb)
    gpu.set_scanout(0, 1, Rect(0, 0, 200, 300))
    gpu.set_scanout(1, 1, Rect(200, 0, 200, 300))
    gpu.flush(1, Rect(0, 0, 400, 300))
    wait_shown(gpu.qemu, rgb[:, :200])
    wait_shown(gpu.qemu, rgb[:, 200:], head=1)


def test_the_guest_sees_what_the_back_end_can_and_the_host_has(start_debian):
    gpu = start_debian('vhost-user-gpu-pci,max_outputs=3,xres=1400,yres=900').start()
    assert gpu.config(Config.NUM_SCANOUTS) == 3
    assert not gpu.virtio.features & (Feature.EDID | Feature.VIRGL | Feature.RESOURCE_BLOB)
    modes = parse_display_info(gpu.ok('get_display_info'))
    assert [(mode.enabled, mode.rect) for mode in modes[:2]] == [(1, Rect(0, 0, 1400, 900)), (0, Rect(0, 0, 0, 0))]


def test_the_cursor_reaches_a_display(start_debian, tmp_path):
    gpu = start_debian('vhost-user-gpu-pci', '-vnc', f'unix:{tmp_path / "vnc"}').start()
    gpu.show(1, gradient(320, 200))
    client = VncClient(str(tmp_path / 'vnc'))
    image = gpu.create_image(2, 64, 64, Format.B8G8R8A8)
    image.draw(gradient(64, 64, 3))
    gpu.transfer(2, Rect(0, 0, 64, 64))
    gpu.set_cursor(2, hot=(5, 6))
    assert client.wait_for(lambda vnc: vnc.cursor and (vnc.cursor.hot_x, vnc.cursor.hot_y) == (5, 6))
    client.close()


def test_a_pause_changes_nothing(start_debian):
    gpu = start_debian().start()
    rgb = gradient(320, 200)
    gpu.show(1, rgb)
    wait_shown(gpu.qemu, rgb)
    for turn in range(3):
        gpu.qemu.qmp.command('stop')
        wait_shown(gpu.qemu, rgb)
        gpu.qemu.qmp.command('cont')
        rgb = gradient(320, 200, turn + 1)
        gpu.show(turn + 2, rgb)
        wait_shown(gpu.qemu, rgb)


@pytest.mark.parametrize('device', DEVICES)
def test_after_a_reset_a_driver_can_start_again(start_debian, device):
    """With resources of other numbers: this back end keeps those of the driver before."""
    gpu = start_debian(device).start()
    for turn in range(1, 4):
        rgb = gradient(320, 200, turn)
        gpu.show(turn, rgb)
        wait_shown(gpu.qemu, rgb)
        gpu.virtio.reset()
        assert not is_shown(gpu.qemu, rgb)
        gpu.start()


def test_a_reset_of_the_machine_stops_the_back_end(start_debian):
    gpu = start_debian().start()
    rgb = gradient(320, 200)
    gpu.show(1, rgb)
    wait_shown(gpu.qemu, rgb)
    gpu.qemu.qmp.command('system_reset')
    gpu.qemu.qmp.wait_event('RESET')
    assert gpu.qemu.qmp.command('query-status')['running']
    assert not is_shown(gpu.qemu, rgb)


def test_a_vga_is_shown_until_a_scanout_is_set_and_after_a_reset(start_debian):
    qemu = start_debian('vhost-user-vga', firmware=True).qemu
    text = wait_text(qemu)
    gpu = Gpu(qemu, device='gpu0').start()   # where the firmware has put it
    wait_text(gpu.qemu, text)
    rgb = gradient(320, 200)
    gpu.show(1, rgb)
    wait_shown(gpu.qemu, rgb)
    gpu.virtio.reset()
    wait_text(gpu.qemu, text)


def test_migration_is_refused(start_debian, tmp_path):
    gpu = start_debian().start()
    with pytest.raises(QmpError, match='vhost-user-gpu'):
        gpu.qemu.qmp.command('migrate', uri=f'exec:cat > {tmp_path / "state"}')


def test_the_state_of_the_connection_can_be_asked_for(start_debian):
    gpu = start_debian().start()
    path = gpu.qemu.qmp.command('x-query-virtio')[0]['path']
    status = gpu.qemu.qmp.command('x-query-virtio-status', path=path)
    assert status['vhost-started'] and status['vhost-dev']['nvqs'] == 2
