# SPDX-License-Identifier: GPL-2.0-or-later
"""What `meson install` leaves, and nothing besides."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from vgpu.installed import Installed, only_installer, run_install
from vgpu.modules import DEVICE_MODULES

ROOT = Path(__file__).resolve().parents[2]
PAGES = ('man1/qemu-system-x86_64-vgpu.1', 'man7/qemu-vgpu-devices.7', 'man8/qemu-vgpu.8')
DEVICES = ('virtio-gpu-pci', 'virtio-vga', 'virtio-gpu-gl-pci', 'virtio-vga-gl', 'vhost-user-gpu-pci',
           'vhost-user-vga')


def test_modules_have_a_folder_of_their_own_that_qemu_does_not_search(installed):
    names = {path.name for path in installed.modules.iterdir()}
    assert set(DEVICE_MODULES) <= names and 'ui-egl-headless.so' in names
    assert installed.modules.name == 'qemu-vgpu'


def test_nothing_is_installed_but_modules_commands_helpers_and_manual_pages(installed):
    expected = re.compile(r'lib/([\w-]+/)?qemu-vgpu/[\w-]+\.so|bin/qemu-system-x86_64-vgpu|sbin/qemu-vgpu|'
                          r'lib(exec)?/([\w-]+/)?qemu-vgpu/chosen|share/qemu-vgpu/\w+|share/man/man\d/qemu-[\w-]+\.\d')
    assert [name for name in installed.files() if not expected.fullmatch(name)] == []


def test_uninstalling_leaves_an_empty_folder(modules, installed, tmp_path):
    with only_installer(modules):
        run_install(modules, tmp_path / 'dest')
        before = Installed(tmp_path / 'dest').files()
        subprocess.run(['ninja', '-C', modules.folder.parent, 'uninstall'], check=True, timeout=120, capture_output=True)
    assert before == installed.files()
    assert list((tmp_path / 'dest').rglob('*')) == []


def test_manual_pages_are_there_and_well_formed(installed):
    files = installed.files()
    for page in PAGES:
        assert f'share/man/{page}' in files
        path = installed.launcher.parent.parent / 'share/man' / page
        run = subprocess.run(['groff', '-man', '-Tutf8', '-K', 'utf-8', '-ww', '-z', path], capture_output=True,
                             text=True, timeout=60)
        assert run.stderr == '', run.stderr


def test_devices_of_the_manual_page_are_those_of_the_modules(installed):
    page = installed.find('qemu-vgpu-devices.7').read_text().replace('\\-', '-')
    listed = subprocess.run([installed.launcher, '-device', 'help'], capture_output=True, text=True,
                            timeout=60, check=True).stdout
    devices = set(re.findall(r'name "((?:virtio-gpu|virtio-vga|vhost-user-(?:gpu|vga))[\w-]*)"', listed))
    assert devices and [name for name in devices if f'\\fB{name}\\fP' not in page] == []


def told_properties(installed, device: str) -> set[str]:
    """What `-device X,help` lists, besides experiments."""
    run = subprocess.run([installed.launcher, '-device', f'{device},help'], capture_output=True, text=True,
                         timeout=60, check=True)
    return set(re.findall(r'^  (?!x-)(\S+?)=', run.stdout, re.M))


@pytest.fixture(scope='module')
def own_properties(installed) -> list[str]:
    """Properties of the devices of the family, without those of every virtio device on PCI."""
    of_all = told_properties(installed, 'virtio-rng-pci')
    assert len(of_all) > 20
    return sorted(set().union(*(told_properties(installed, device) for device in DEVICES)) - of_all)


def test_manual_page_describes_each_property_of_the_devices_once(installed, own_properties):
    page = installed.find('qemu-vgpu-devices.7').read_text().replace('\\-', '-').replace('\\_', '_')
    assert sorted(re.findall(r'\\fB([\w-]+)=\\fP', page)) == own_properties


def test_readme_describes_each_property_of_the_devices_once(own_properties):
    table = (ROOT / 'README.rst').read_text().split('Properties, with', 1)[1].split('What differs', 1)[0]
    names = [name for row in re.findall(r'^``.*?(?=  )', table, re.M) for name in re.findall(r'``([\w-]+)``', row)]
    assert sorted(names) == own_properties
