# SPDX-License-Identifier: GPL-2.0-or-later
"""Domains as users write them: they start on our modules, show what the guest draws, and are managed."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from daemon import VirshFailed
from domain import BLOB, DISPLAY, VIDEO_3D
from vgpu.modules import STOCK_DIR

VNC = "<graphics type='vnc'><listen type='socket'/></graphics>"
SPICE = "<graphics type='spice'><listen type='socket'/></graphics>"
DBUS = "<graphics type='dbus'/>"
DBUS_P2P = "<graphics type='dbus' p2p='yes'/>"
HEADLESS = DISPLAY.format('egl-headless')
DBUS_GL = DISPLAY.format('dbus,p2p=on,gl=on')
DISK = '''<disk type='file' device='disk'>
  <driver name='qemu' type='qcow2'/><source file='{}'/><target dev='sda' bus='sata'/></disk>'''

DOMAINS = {
    'vnc': dict(graphics=VNC),
    'spice': dict(graphics=SPICE),
    'dbus': dict(graphics=DBUS),
    'vnc-blob': dict(graphics=VNC, extra=BLOB),
    'spice-blob': dict(graphics=SPICE, extra=BLOB),
    'dbus-blob': dict(graphics=DBUS, extra=BLOB),
    'vnc-3d': dict(video=VIDEO_3D, graphics=VNC, extra=HEADLESS),
    'spice-3d': dict(video=VIDEO_3D, graphics=SPICE, extra=HEADLESS),
    'dbus-3d': dict(video=VIDEO_3D, extra=DBUS_GL),
    'vnc-3d-blob': dict(video=VIDEO_3D, graphics=VNC, extra=BLOB + HEADLESS),
    'spice-3d-blob': dict(video=VIDEO_3D, graphics=SPICE, extra=BLOB + HEADLESS),
    'dbus-3d-blob': dict(video=VIDEO_3D, extra=BLOB + DBUS_GL),
}


@pytest.fixture
def disk(daemon):
    """A disk that can hold snapshots."""
    path = daemon.write('disk.qcow2', '')
    path.chmod(0o666)
    subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', path, '64M'], check=True, timeout=60)
    yield DISK.format(path)
    path.unlink()


@pytest.mark.parametrize('name', DOMAINS)
def test_domain_starts_on_our_modules_and_shows_its_guest(daemon, start_domain, name):
    domain = start_domain(**DOMAINS[name])
    assert domain.device_modules() == {daemon.installed.modules}
    domain.wait_for_picture()
    assert domain.property('max_outputs') == 2
    assert domain.property('blob') == ('blob' in name)
    # Linux takes no blobs for its frames where there is 3D
    assert bool(domain.property('blobs')) == (name.endswith('blob') and '3d' not in name)


@pytest.mark.parametrize('name', ['vnc', 'vnc-blob', 'vnc-3d'])
def test_guest_draws_again_after_a_reset_of_its_domain(start_domain, name):
    domain = start_domain(**DOMAINS[name])
    domain.wait_for_picture()
    domain.virsh('reset')
    assert not domain.shows()
    domain.wait_for_picture()
    assert domain.state() == 'running'


def test_displays_of_domains_are_ours_where_we_have_them(daemon, start_domain):
    names = {path.name for path in daemon.installed.modules.iterdir()}
    for name, module in (('dbus', 'ui-dbus.so'), ('vnc-3d', 'ui-egl-headless.so')):
        assert module in names
        domain = start_domain(**DOMAINS[name])
        assert daemon.installed.modules / module in domain.modules()
        domain.virsh('destroy')


def test_second_head_has_a_screenshot_of_its_own(start_domain):
    domain = start_domain(**DOMAINS['vnc'])
    domain.wait_for_picture()
    domain.set_property('output[1]', '640x480')
    assert domain.screenshot(1).shape != domain.screenshot(0).shape


# With a bus of its own libvirt 9.0 restores a domain to the address of the one before, whatever the modules.
@pytest.mark.parametrize('name', ['vnc', 'vnc-blob', 'spice', 'dbus-p2p'])
def test_domain_is_saved_and_restored_with_its_picture_and_lives_on(daemon, start_domain, name):
    domain = start_domain(**(DOMAINS | {'dbus-p2p': dict(graphics=DBUS_P2P)})[name])
    domain.wait_for_picture()
    image = daemon.root / f'{name}.save'
    domain.virsh('save', image)
    assert domain.state() == 'shut off'
    daemon.virsh('restore', image)
    assert domain.shows()
    domain.change_mode(1024, 768)
    domain.virsh('managedsave')
    assert domain.state() == 'shut off'
    domain.virsh('start')
    assert domain.shows(1024, 768)
    domain.change_mode(800, 600)


def test_domain_goes_back_to_a_snapshot(start_domain, disk):
    domain = start_domain(graphics=VNC, disk=disk)
    domain.wait_for_picture()
    domain.virsh('snapshot-create-as', 'first')
    domain.change_mode(1024, 768)
    domain.virsh('snapshot-revert', 'first')
    assert domain.shows()
    domain.change_mode(800, 600)
    domain.virsh('snapshot-delete', 'first')


def test_domain_starts_on_the_stock_modules_when_ours_do_not_fit(daemon, start_domain):
    folder = daemon.root / 'stale'
    shutil.copytree(daemon.installed.modules, folder)
    module = folder / 'hw-display-virtio-vga.so'
    module.write_bytes(module.read_bytes().replace(b'qemu_stamp_', b'qemu_stump_'))
    domain = start_domain(graphics=VNC, extra=f"""
        <qemu:commandline><qemu:env name='QEMU_MODULE_DIR' value='{folder}'/></qemu:commandline>""")
    assert domain.device_modules() == {STOCK_DIR}
    assert 'were built for another build' in daemon.log(domain.name)


def test_counters_of_a_domain_are_shown_by_its_name(daemon, start_domain):
    domain = start_domain(**DOMAINS['vnc'])
    domain.wait_for_picture()
    top = daemon.installed.find('top')
    run = daemon.run(top, '--domain', domain.name, '--connect', 'qemu:///session', '--interval', '0.2', '--count', '1')
    assert run.returncode == 0, run.stderr
    assert [line.split()[0] for line in run.stdout.splitlines()] == ['head', '0', '1']
    run = daemon.run(top, '--domain', 'nobody', '--connect', 'qemu:///session', '--count', '1')
    assert run.returncode == 1 and "failed to get domain 'nobody'" in run.stderr


def test_domain_with_3d_is_not_saved_and_says_why_and_goes_on(daemon, start_domain):
    domain = start_domain(**DOMAINS['vnc-3d'])
    domain.wait_for_picture()
    with pytest.raises(VirshFailed, match="cannot migrate: what the guest draws with is in the host's renderer"):
        domain.virsh('save', daemon.root / 'never.save')
    assert domain.state() == 'running' and domain.shows()


def test_video_of_a_domain_is_not_unplugged_but_a_gpu_behind_a_port_is(daemon, start_domain):
    port = "<controller type='pci' model='pcie-root-port' index='1'/>"
    domain = start_domain(graphics=VNC, disk=port)
    domain.wait_for_picture()
    video = daemon.write('video.xml', "<video><model type='virtio' heads='2'/></video>")
    with pytest.raises(VirshFailed, match='not supported'):
        domain.virsh('detach-device', video)
    domain.qmp('device_add', driver='virtio-gpu-pci', id='second', bus='pci.1')
    assert domain.qmp('qom-get', path='/machine/peripheral/second', property='realized')
    domain.qmp('device_del', id='second')
    domain.wait_until(lambda: 'second' not in json.dumps(domain.qmp('qom-list', path='/machine/peripheral')))
    assert domain.shows()
