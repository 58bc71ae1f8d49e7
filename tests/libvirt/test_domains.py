# SPDX-License-Identifier: GPL-2.0-or-later
"""Domains as users write them: they start on our modules, show what the guest draws, and are managed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from daemon import VirshFailed
from domain import BLOB, DISPLAY, JOB_GL, MODE, SECOND, VIDEO_3D, VNC, Domain
from vgpu.modules import STOCK_DIR
from vgpu.vnc import VncClient

SPICE = "<graphics type='spice'><listen type='socket'/></graphics>"
DBUS = "<graphics type='dbus' p2p='yes'/>"
DBUS_ON_A_BUS = "<graphics type='dbus'/>"
HEADLESS = DISPLAY.format('egl-headless')
DBUS_GL = DISPLAY.format('dbus,p2p=on,gl=on')

# On a machine that has other things to do.
PATIENCE = 60

DOMAINS_2D = {
    'vnc': dict(graphics=VNC),
    'spice': dict(graphics=SPICE),
    'dbus': dict(graphics=DBUS),
    'vnc-blob': dict(graphics=VNC, extra=BLOB),
    'spice-blob': dict(graphics=SPICE, extra=BLOB),
    'dbus-blob': dict(graphics=DBUS, extra=BLOB),
}
DOMAINS_3D = {
    'vnc-3d': dict(video=VIDEO_3D, graphics=VNC, extra=HEADLESS),
    'spice-3d': dict(video=VIDEO_3D, graphics=SPICE, extra=HEADLESS),
    'dbus-3d': dict(video=VIDEO_3D, extra=DBUS_GL),
    'vnc-3d-blob': dict(video=VIDEO_3D, graphics=VNC, extra=BLOB + HEADLESS),
    'spice-3d-blob': dict(video=VIDEO_3D, graphics=SPICE, extra=BLOB + HEADLESS),
    'dbus-3d-blob': dict(video=VIDEO_3D, extra=BLOB + DBUS_GL),
}


def check_start(domain: Domain, name: str) -> None:
    """It runs on our modules with what was asked for, and shows what the guest draws."""
    ours = domain.daemon.installed.modules
    assert domain.device_modules() == {ours}
    domain.wait_for_picture()
    display = 'ui-dbus.so' if 'dbus' in name else 'ui-egl-headless.so' if '3d' in name else ''
    assert ours / display in {ours, *domain.modules()}
    assert domain.property('max_outputs') == 2
    assert domain.property('blob') == ('blob' in name)
    # Linux makes blobs of its frames, but not where there is 3D
    assert bool(domain.property('blobs')) == (name.endswith('blob') and '3d' not in name)


def check_reset(domain: Domain, mode: tuple[int, int] = MODE) -> None:
    """The guest boots and draws again."""
    boots = domain.boots()
    domain.virsh('reset')
    domain.wait_until(lambda: domain.boots() > boots)
    domain.wait_for_picture(mode)
    assert domain.state() == 'running'


def check_save(domain: Domain) -> None:
    """It comes back from a file with its picture, and lives on."""
    image = domain.daemon.root / f'{domain.name}.save'
    domain.virsh('save', image)
    assert domain.state() == 'shut off'
    domain.daemon.virsh('restore', image)
    domain.wait_for_picture()
    domain.change_mode(1024, 768)


def check_managed_save(domain: Domain) -> None:
    """The next start is where it was saved."""
    domain.virsh('managedsave')
    assert domain.state() == 'shut off'
    domain.virsh('start')
    domain.wait_for_picture((1024, 768))
    domain.change_mode(800, 600)


def check_revert(domain: Domain) -> None:
    """It goes back to its snapshot and lives on."""
    domain.virsh('snapshot-revert', 'first')
    domain.wait_for_picture()
    domain.virsh('snapshot-delete', 'first')
    domain.change_mode(1600, 900)


@pytest.mark.parametrize('name', DOMAINS_2D)
def test_domain_shows_its_guest_and_is_reset_saved_and_taken_back(start_domain, disk, name):
    domain = start_domain(**DOMAINS_2D[name], devices=disk)
    check_start(domain, name)
    domain.virsh('snapshot-create-as', 'first')
    check_save(domain)
    check_managed_save(domain)
    check_revert(domain)
    # what was restored was not drawn anew
    assert domain.boots() == 1
    check_reset(domain, (1600, 900))


@pytest.mark.parametrize('name', DOMAINS_3D)
def test_domain_shows_what_its_guest_draws_in_3d_and_is_reset_but_not_saved(start_domain, disk, name):
    domain = start_domain(**DOMAINS_3D[name], devices=disk, job=JOB_GL)
    check_start(domain, name)
    assert 'gl-demo: renderer virgl' in domain.said()
    for command in (['save', domain.daemon.root / 'never.save'], ['managedsave'], ['snapshot-create-as', 'never'],
                    ['snapshot-create-as', 'never', '--memspec', f'file={domain.daemon.root}/never.memory']):
        with pytest.raises(VirshFailed, match="cannot migrate: what the guest draws with is in the host's renderer"):
            domain.virsh(*command)
        assert domain.state() == 'running'
        domain.wait_for_picture()
    if 'blob' not in name:
        check_reset(domain)


def test_viewer_of_a_domain_sees_the_picture(two_heads):
    viewer = VncClient(str(two_heads.vnc_socket()), PATIENCE)
    assert viewer.shows(two_heads.expected(), PATIENCE)
    viewer.close()


def test_each_head_has_a_screenshot_of_its_own_picture(two_heads):
    two_heads.wait_for_picture(MODE, 0)
    two_heads.wait_for_picture(SECOND, 1)


def test_counters_of_a_domain_are_shown_by_its_name(daemon, two_heads):
    top = daemon.installed.find('top')
    arguments = ('--connect', 'qemu:///session', '--interval', '0.2', '--count', '1')
    run = daemon.run(top, '--domain', two_heads.name, *arguments)
    assert run.returncode == 0, run.stderr
    assert [line.split()[0] for line in run.stdout.splitlines()] == ['head', '0', '1']
    run = daemon.run(top, '--domain', 'nobody', *arguments)
    assert run.returncode == 1 and "failed to get domain 'nobody'" in run.stderr


def has_driver(domain: Domain, device: str) -> bool:
    """Whether the guest's driver has taken a device."""
    status = domain.qmp('x-query-virtio-status', path=f'/machine/peripheral/{device}/virtio-backend')['status']
    return any(word.startswith('VIRTIO_CONFIG_S_DRIVER_OK') for word in status['statuses'])


def test_video_of_a_domain_is_not_unplugged_but_a_gpu_behind_a_port_is(daemon, two_heads):
    video = daemon.write('video.xml', "<video><model type='virtio' heads='2'/></video>")
    with pytest.raises(VirshFailed, match='not supported'):
        two_heads.virsh('detach-device', video)
    for number, device in enumerate(('virtio-gpu-pci', 'virtio-gpu-gl-pci')):
        name = f'second{number}'
        two_heads.qmp('device_add', driver=device, id=name, bus='pci.1', blob=True)
        two_heads.wait_until(lambda: has_driver(two_heads, name))
        two_heads.qmp('device_del', id=name)
        two_heads.wait_until(lambda: name not in json.dumps(two_heads.qmp('qom-list', path='/machine/peripheral')))
    two_heads.wait_for_picture()


def test_domain_starts_on_the_stock_modules_when_ours_do_not_fit(daemon, start_domain):
    folder = daemon.root / 'stale'
    shutil.copytree(daemon.installed.modules, folder)
    module = folder / 'hw-display-virtio-vga.so'
    module.write_bytes(module.read_bytes().replace(b'qemu_stamp_', b'qemu_stump_'))
    domain = start_domain(graphics=VNC, extra=f"""
        <qemu:commandline><qemu:env name='QEMU_MODULE_DIR' value='{folder}'/></qemu:commandline>""")
    assert domain.device_modules() == {STOCK_DIR}
    assert 'were built for another build' in daemon.log(domain.name)


def test_domain_with_a_bus_of_its_own_does_not_come_back(start_domain, disk):
    """libvirt 9.0 restores it to the address of the bus before, whatever the modules."""
    domain = start_domain(graphics=DBUS_ON_A_BUS, devices=disk)
    domain.virsh('snapshot-create-as', 'first')
    with pytest.raises(VirshFailed, match='failed to connect to DBus'):
        domain.virsh('snapshot-revert', 'first')
    assert domain.state() == 'shut off'
    domain.virsh('start')
    domain.virsh('managedsave')
    with pytest.raises(VirshFailed, match='failed to connect to DBus'):
        domain.virsh('start')
    domain.virsh('managedsave-remove')
    domain.virsh('start')
    check_start(domain, 'dbus')


def test_snapshots_take_a_disk_that_holds_them(start_domain):
    domain = start_domain(graphics=VNC)
    with pytest.raises(VirshFailed, match='snapshots require all disks'):
        domain.virsh('snapshot-create-as', 'inside')
    domain.virsh('snapshot-create-as', 'beside', '--memspec', f'file={domain.daemon.root}/beside.memory')
    with pytest.raises(VirshFailed, match='revert to external snapshot not supported'):
        domain.virsh('snapshot-revert', 'beside')
    assert domain.state() == 'running'


@pytest.mark.skipif(Path('/dev/dri').exists(), reason='this machine has a GPU')
@pytest.mark.parametrize('graphics', ["<graphics type='egl-headless'/>",
                                      "<graphics type='spice'><listen type='none'/><gl enable='yes'/></graphics>",
                                      "<graphics type='dbus'><gl enable='yes'/></graphics>"])
def test_displays_that_libvirt_starts_on_a_gpu_only_name_what_is_missing(start_domain, graphics):
    with pytest.raises(VirshFailed, match='/dev/dri'):
        start_domain(video=VIDEO_3D, graphics=graphics)
