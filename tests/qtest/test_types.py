# SPDX-License-Identifier: GPL-2.0-or-later
"""The types and properties that stock QEMU has exist in our modules, with the same defaults."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from vgpu.modules import DEVICE_MODULES, Modules
from vgpu.qemu import BINARY, Qemu

TYPES = ('virtio-gpu-device', 'virtio-gpu-pci', 'virtio-vga', 'virtio-gpu-gl-device', 'virtio-gpu-gl-pci',
         'virtio-vga-gl', 'vhost-user-gpu', 'vhost-user-gpu-pci', 'vhost-user-vga')
USER_TYPES = tuple(name for name in TYPES if name not in ('vhost-user-gpu',))
ABSTRACT_TYPES = ('virtio-gpu-base', 'virtio-gpu-pci-base', 'virtio-vga-base')


def device_help(modules: Modules, device: str) -> dict[str, str]:
    """The lines of -device X,help by property name."""
    run = subprocess.run([BINARY, '-device', f'{device},help'], env=modules.environment(), text=True,
                         capture_output=True, timeout=60, check=True)
    lines = re.findall(r'^  (\S+?)=(.*?)\s*$', run.stdout, re.M)
    assert lines, run.stdout + run.stderr
    return dict(lines)


def default_of(line: str) -> str | None:
    """The default that a help line states."""
    match = re.search(r'\(default: (.*?)\)$', line)
    return match[1] if match else None


def kind_of(line: str) -> str:
    """The type that a help line states."""
    return re.match(r'<(.*?)>', line)[1]


@pytest.mark.parametrize('device', USER_TYPES)
def test_help_lists_every_stock_property_with_the_same_type_and_default(modules, stock, device):
    ours, reference = device_help(modules, device), device_help(stock, device)
    assert set(reference) - set(ours) == set()
    for name, line in reference.items():
        assert (kind_of(ours[name]), default_of(ours[name])) == (kind_of(line), default_of(line)), name


@pytest.fixture(scope='module')
def listing(modules):
    """The types and properties that one process with our modules reports."""
    with Qemu(modules=modules) as qemu:
        yield qemu.qmp


@pytest.fixture(scope='module')
def stock_listing(stock):
    """The types and properties that one process with stock modules reports."""
    with Qemu(modules=stock) as qemu:
        yield qemu.qmp


@pytest.mark.parametrize('device', TYPES)
def test_qmp_lists_every_stock_property_of_a_type(listing, stock_listing, device):
    def properties(qmp):
        found = qmp.command('device-list-properties', typename=device)
        return {entry['name']: (entry['type'], entry.get('default-value')) for entry in found}

    ours, reference = properties(listing), properties(stock_listing)
    assert {name: ours.get(name) for name in reference} == reference


@pytest.mark.parametrize('device', TYPES + ABSTRACT_TYPES)
def test_a_type_has_the_same_parent_and_is_abstract_like_stock(listing, stock_listing, device):
    def entry(qmp):
        found = qmp.command('qom-list-types', abstract=True, implements='device')
        return next(item for item in found if item['name'] == device)

    ours, reference = entry(listing), entry(stock_listing)
    assert ours.get('parent') == reference.get('parent')
    assert ours.get('abstract', False) == reference.get('abstract', False)


@pytest.mark.parametrize('module', DEVICE_MODULES)
def test_a_module_exports_nothing_that_qemu_exports(modules, module):
    def names(path, *options):
        text = subprocess.run(['nm', '-D', *options, str(path)], text=True, capture_output=True,
                              check=True).stdout
        return {line.split()[-1] for line in text.splitlines()}

    if modules.is_stock:
        pytest.skip('the names that stock modules export are QEMU\'s own')
    own = names(modules.home / module, '--defined-only')
    host = names(f'/usr/bin/{BINARY}', '--defined-only')
    assert {name for name in own & host if not name.startswith('__')} == set()
    assert {name for name in own if re.match(r'qemu_stamp_[0-9a-f]{40}', name)}


@pytest.mark.parametrize('device', ('virtio-gpu-pci', 'virtio-vga'))
def test_a_machine_of_the_past_still_starts(start_gpu, device):
    gpu = start_gpu(device, machine='pc-i440fx-4.0')
    assert gpu.virtio.features & 2 == 0, 'machine types up to 4.0 have no EDID'


def test_the_environment_of_the_tests_reaches_qemu(modules, start_qemu):
    qemu = start_qemu('-device', 'virtio-gpu-pci')
    qemu.memory.read(0, 1)
    qemu.check_modules()
    if not modules.is_stock:
        environment = open(f'/proc/{qemu.pid}/environ').read()
        assert f'QEMU_MODULE_DIR={modules.folder}' in environment
    assert os.path.exists(f'/proc/{qemu.pid}')
