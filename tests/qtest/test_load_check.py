# SPDX-License-Identifier: GPL-2.0-or-later
"""A module that does not fit refuses with one clear error; nothing crashes, nothing runs half mixed."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from vgpu.modules import DEVICE_MODULES, STOCK_DIR, Modules
from vgpu.qemu import BINARY, Qemu
from vgpu.qmp import QmpError

PCI_TYPES = ('virtio-gpu-pci', 'virtio-vga', 'virtio-gpu-gl-pci', 'virtio-vga-gl', 'vhost-user-gpu-pci',
             'vhost-user-vga')
BUILDS = {
    'wrong-size': r'virtio-pci has \d+ bytes in this QEMU, not \d+',
    'wrong-version': r'built for QEMU 6\.1\.99 .* but this is QEMU \d+\.\d+\.\d+',
}

pytestmark = pytest.mark.ours_only('only our modules check what they are loaded into')


def start(modules: Modules, folder: Path, *args: str) -> str:
    """What QEMU says when it cannot start with the modules of a folder beside those under test."""
    environment = {**modules.environment(), 'QEMU_MODULE_DIR': str(folder)}
    run = subprocess.run([BINARY, '-nodefaults', '-display', 'none', '-machine', 'pc', '-S', *args],
                         env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1, run.stderr
    return run.stderr


def stamps(module: Path) -> set[str]:
    """The stamp symbols that a module exports."""
    run = subprocess.run(['nm', '-D', '--defined-only', module], capture_output=True, text=True, check=True)
    return set(re.findall(r'\bqemu_stamp_\w+', run.stdout))


@pytest.fixture
def mixed(modules: Modules, tmp_path: Path):
    """Makes a folder of our modules without those named, so that stock ones stand in."""
    def make(*left_out: str) -> Path:
        for name in set(DEVICE_MODULES) - set(left_out):
            (tmp_path / name).symlink_to(modules.home / name)
        return tmp_path
    return make


@pytest.mark.parametrize('build', BUILDS)
@pytest.mark.parametrize('device', PCI_TYPES)
def test_module_for_another_qemu_fails_realize_and_says_why(modules, build, device):
    said = start(modules, modules.home / build, '-device', device)
    assert re.search(BUILDS[build], said)
    assert 'rebuild the modules' in said
    assert said.count('qemu-system-x86_64: ') == 1


@pytest.mark.parametrize('build', BUILDS)
def test_properties_do_not_hide_that_a_module_is_for_another_qemu(modules, build):
    options = 'virtio-vga,max_outputs=2,edid=off,xres=800,max_hostmem=1G,blob=on,ioeventfd=on,vectors=2'
    assert re.search(BUILDS[build], start(modules, modules.home / build, '-device', options))
    words = {'driver': 'virtio-gpu-pci', 'max_outputs': 1, 'edid': True, 'max_hostmem': 4096}
    assert re.search(BUILDS[build], start(modules, modules.home / build, '-device', json.dumps(words)))


@pytest.mark.parametrize('build', BUILDS)
def test_running_machine_survives_a_module_for_another_qemu(modules, build):
    with Qemu(modules=Modules(modules.home / build)) as qemu:
        for _ in range(2):
            with pytest.raises(QmpError, match=BUILDS[build]):
                qemu.qmp.command('device_add', driver='virtio-gpu-pci', id='gpu0', edid=True)
        assert qemu.qmp.command('device-list-properties', typename='virtio-vga')


@pytest.mark.parametrize('build', BUILDS)
def test_old_machine_names_the_reason_in_spite_of_its_compatibility_settings(modules, build):
    said = start(modules, modules.home / build, '-machine', 'pc-i440fx-4.0', '-device', 'virtio-vga')
    assert re.search(BUILDS[build], said)


@pytest.mark.parametrize('name', DEVICE_MODULES)
def test_module_carries_the_stamp_of_the_installed_modules(modules, name):
    assert stamps(modules.home / name) >= stamps(STOCK_DIR / name) != set()


def test_qemu_refuses_a_module_with_another_stamp(modules, mixed):
    name = 'hw-display-virtio-gpu-pci.so'
    folder = mixed(name)
    image = (modules.home / name).read_bytes()
    stamp = stamps(modules.home / name).pop().encode()
    (folder / name).write_bytes(image.replace(stamp, stamp[:-4] + b'0bad'))
    said = start(modules, folder, '-device', 'virtio-gpu-pci')
    assert 'Only modules from the same build can be loaded' in said


@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
def test_wrapper_refuses_a_device_of_a_stock_module(modules, mixed, device):
    said = start(modules, mixed('hw-display-virtio-gpu.so'), '-device', device)
    assert f'{device} and virtio-gpu-device come from different builds' in said


@pytest.mark.parametrize('device, name', (('virtio-gpu-pci', 'hw-display-virtio-gpu-pci.so'),
                                          ('virtio-vga', 'hw-display-virtio-vga.so')))
def test_device_refuses_a_wrapper_of_a_stock_module(modules, mixed, device, name):
    said = start(modules, mixed(name), '-device', device)
    assert f'{device} and virtio-gpu-device come from different builds' in said
