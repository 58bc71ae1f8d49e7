# SPDX-License-Identifier: GPL-2.0-or-later
"""What `meson install` leaves, and nothing besides."""

from __future__ import annotations

import re
import subprocess

import pytest

from vgpu.installed import QEMU
from vgpu.modules import DEVICE_MODULES

PAGES = ('man1/qemu-system-x86_64-vgpu.1', 'man7/qemu-vgpu-devices.7', 'man8/qemu-vgpu.8')


def test_modules_have_a_folder_of_their_own_that_qemu_does_not_search(installed):
    names = {path.name for path in installed.modules.iterdir()}
    assert set(DEVICE_MODULES) <= names and 'ui-egl-headless.so' in names
    assert installed.modules.name == 'qemu-vgpu'


def test_nothing_is_installed_but_modules_commands_helpers_and_manual_pages(installed):
    expected = re.compile(r'lib/([\w-]+/)?qemu-vgpu/[\w-]+\.so|bin/qemu-system-x86_64-vgpu|sbin/qemu-vgpu|'
                          r'share/qemu-vgpu/\w+|share/man/man\d/qemu-[\w-]+\.\d')
    assert [name for name in installed.files() if not expected.fullmatch(name)] == []


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


@pytest.mark.parametrize('device', ['virtio-vga', 'virtio-vga-gl', 'vhost-user-vga'])
def test_properties_that_stock_lacks_stand_in_the_manual_page(installed, device):
    page = installed.find('qemu-vgpu-devices.7').read_text().replace('\\-', '-').replace('\\_', '_')

    def properties(qemu) -> set[str]:
        run = subprocess.run([qemu, '-device', f'{device},help'], capture_output=True, text=True, timeout=60, check=True)
        return set(re.findall(r'^  (?!x-)(\S+?)=', run.stdout, re.M))

    more = properties(installed.launcher) - properties(QEMU)
    assert more and [name for name in sorted(more) if f'\\fB{name}=' not in page] == []
