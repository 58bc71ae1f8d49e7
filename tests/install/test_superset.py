# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever the stock modules offer is there with ours: types, properties, defaults, machines of all versions."""

from __future__ import annotations

import re
import subprocess
from typing import Any, Iterator

import pytest

from vgpu.guest import Guest, demo_picture
from vgpu.modules import Modules
from vgpu.qemu import BINARY, Qemu
from vgpu.screendump import assert_same, screendump

FAMILY = re.compile(r'(virtio|vhost-user)-(gpu|vga)\b.*')
# Nothing to tell of one of these without a process behind it, or a bus to be on.
STARTABLE = ('virtio-gpu-pci', 'virtio-vga')
FRAMES = 20
PLAIN_TYPES = ('bool', 'uint8', 'uint16', 'uint32', 'uint64', 'int32', 'size', 'str', 'OnOffAuto')
# A microvm has nothing that Linux could measure its clock by, but that of KVM.
NO_CLOCKS = 'no_timer_check lpj=4000000 tsc_early_khz=1000000'
# Stock cannot plug a virtio-gpu-pci in.
BETTER = ('hotpluggable',)


def qemu_text(modules: Modules, *arguments: str) -> str:
    """What QEMU prints before it ends by itself."""
    return subprocess.run([BINARY, *arguments], env=modules.environment(), text=True, capture_output=True,
                          timeout=60, check=True).stdout


@pytest.fixture(scope='module')
def both(modules: Modules, stock: Modules) -> Iterator[tuple[Qemu, Qemu]]:
    """A process with our modules and one with the stock ones."""
    with Qemu(modules=modules) as ours, Qemu(modules=stock) as theirs:
        yield ours, theirs


def types(qemu: Qemu) -> dict[str, dict[str, Any]]:
    """All types that a process knows, with what is known of them."""
    return {entry['name']: entry for entry in qemu.qmp.command('qom-list-types', abstract=True)}


def properties(qemu: Qemu, command: str, name: str) -> dict[str, tuple[str, Any]]:
    """Types and defaults of the properties of a type."""
    return {entry['name']: (entry['type'], entry.get('default-value'))
            for entry in qemu.qmp.command(command, typename=name)}


def help_names(modules: Modules) -> dict[str, str]:
    """The lines of -device help by type."""
    return dict(re.findall(r'^name "([^"]+)"(.*)$', qemu_text(modules, '-device', 'help'), re.M))


def test_every_type_of_stock_is_there_and_devices_have_its_parent(both):
    ours, theirs = (types(qemu) for qemu in both)
    assert set(theirs) - set(ours) == set()
    family = {name: entry for name, entry in theirs.items() if FAMILY.fullmatch(name)}
    assert len(family) >= 12
    assert {name: ours[name] for name in family} == family


def test_every_property_of_stock_is_there_with_its_type_and_default(both):
    ours, theirs = both
    for name, entry in types(theirs).items():
        if not FAMILY.fullmatch(name):
            continue
        for command in ('qom-list-properties', 'device-list-properties')[:1 if entry.get('abstract') else 2]:
            reference = properties(theirs, command, name)
            found = properties(ours, command, name)
            assert {key: found.get(key) for key in reference} == reference, (name, command)


def test_help_lists_the_devices_as_stock_does(modules, stock):
    ours, theirs = help_names(modules), help_names(stock)
    assert {name: ours.get(name) for name in theirs} == theirs
    assert [name for name in theirs if FAMILY.fullmatch(name)]


def test_all_ways_to_ask_for_devices_agree(modules, both):
    ours, _ = both
    devices = {entry['name'] for entry in ours.qmp.command('qom-list-types', implements='device')
               if FAMILY.fullmatch(entry['name'])}
    listed = {name for name in help_names(modules) if FAMILY.fullmatch(name)}
    # a vhost-user-gpu without a bus is not for users
    assert listed <= devices and devices - listed <= {'vhost-user-gpu'}
    for name in listed:
        told = set(re.findall(r'^  (\S+?)=', qemu_text(modules, '-device', f'{name},help'), re.M))
        assert told == {key for key in properties(ours, 'device-list-properties', name) if key != 'type'}, name


def qtree(modules: Modules, device: str) -> dict[str, str]:
    """The properties that `info qtree` tells of a device and of the one inside it."""
    with Qemu('-device', f'{device},id=gpu0', modules=modules) as qemu:
        text = qemu.qmp.command('human-monitor-command', command_line='info qtree')
    lines = text.split('dev: ' + device, 1)[1].split('\n')
    depth = len(lines[1]) - len(lines[1].lstrip())
    values: dict[str, str] = {}
    for line in lines[1:]:
        if line and len(line) - len(line.lstrip()) < depth:
            break
        found = re.match(r'\s+([\w.-]+) = (.*)', line)
        if found:
            values[found[1]] = found[2]
    return values


@pytest.mark.parametrize('device', STARTABLE)
def test_info_qtree_tells_what_stock_tells_and_all_that_users_can_set(modules, stock, both, device):
    ours, theirs = qtree(modules, device), qtree(stock, device)
    assert len(theirs) > 20
    assert {name: ours.get(name) for name in theirs} == theirs
    ours_told = properties(both[0], 'device-list-properties', device)
    theirs_told = properties(both[1], 'device-list-properties', device)
    assert set(ours_told) - set(theirs_told) <= set(ours)


def machine_types() -> list[str]:
    """All versions of the PCs that QEMU has."""
    text = qemu_text(Modules(), '-machine', 'help')
    return re.findall(r'^(pc-(?:i440fx|q35)-\d+\.\d+)\s', text, re.M)


def device_settings(qemu: Qemu, name: str) -> dict[str, Any]:
    """Every property of a device and of the one inside, and its place in PCI."""
    values: dict[str, Any] = {}
    for path in (f'/machine/peripheral/{name}', f'/machine/peripheral/{name}/virtio-backend'):
        for entry in qemu.qmp.command('qom-list', path=path):
            if entry['type'] in PLAIN_TYPES and entry['name'] not in BETTER:
                values[f'{path}.{entry["name"]}'] = qemu.qmp.command('qom-get', path=path, property=entry['name'])
    found, = (device for bus in qemu.qmp.command('query-pci') for device in bus['devices'] if device['qdev_id'] == name)
    regions = [(region['bar'], region['size'], region['type']) for region in found['regions']]
    return values | {f'{name} id': found['id'], f'{name} class': found['class_info']['class'],
                     f'{name} regions': regions}


def settings(modules: Modules, machine: str) -> dict[str, Any]:
    """What devices are told by a machine."""
    options = [word for name in STARTABLE for word in ('-device', f'{name},id={name}')]
    with Qemu(*options, '-S', modules=modules, machine=machine) as qemu:
        return {key: value for name in STARTABLE for key, value in device_settings(qemu, name).items()}


@pytest.mark.parametrize('machine', machine_types())
def test_machines_of_every_version_set_the_devices_up_as_they_do_stock(modules, stock, machine):
    theirs = settings(stock, machine)
    ours = settings(modules, machine)
    assert len(theirs) > 40
    assert {name: ours.get(name) for name in theirs} == theirs


@pytest.mark.parametrize('machine, device', [('pc', 'virtio-vga'), ('q35', 'virtio-vga'),
                                             ('q35', 'virtio-gpu-pci'), ('microvm,pcie=on', 'virtio-gpu-pci')])
def test_guest_boots_and_draws_on_each_kind_of_machine(modules, machine, device):
    append = f'console=ttyS0 quiet panic=-1 vgpu.job=kms-demo,-n,{FRAMES},-k,-r,0'
    if machine.startswith('microvm'):
        append += f' {NO_CLOCKS}'
    with Guest('-device', f'{device},id=gpu0', '-append', append, modules=modules, machine=machine) as guest:
        guest.wait_for(f'hold frame {FRAMES}', 400)
        guest.qemu.check_modules()
        expected = demo_picture(1280, 800, FRAMES)
        shown = screendump(guest.qemu, 'gpu0')
        for _ in range(100):
            if shown.shape == expected.shape and (shown == expected).all():
                break
            shown = screendump(guest.qemu, 'gpu0')
        assert_same(shown, expected)


COMMON = ['full-screen=on', 'show-cursor=on', 'window-close=off']
GTK = [f'{name}={value}' for name in ('grab-on-hover', 'zoom-to-fit', 'show-tabs', 'show-menubar', 'full-screen',
                                      'show-cursor', 'window-close') for value in ('on', 'off')]
GL = [f'gl={value}' for value in ('on', 'off', 'core', 'es')]
DISPLAYS = {
    'gtk': [*GTK, *GL],
    'sdl': ['grab-mod=rctrl', 'grab-mod=lshift-lctrl-lalt', 'alt_grab=on', 'ctrl_grab=on', 'window-close=on', *GL],
    'egl-headless': ['rendernode=/nonexistent', *COMMON, *GL],
    'dbus': [*COMMON, 'p2p=on', 'p2p=off', 'addr=unix:path=/nonexistent', 'rendernode=/nonexistent', 'audiodev=none', *GL],
    'curses': ['charset=CP437'],
    'spice-app': GL,
    'none': GL,
}


def parse_display(modules: Modules, option: str) -> list[str]:
    """What QEMU has to say against a display option; whether the display then starts is another question."""
    # a wrong machine is found out after all options have been read, and before displays start
    run = subprocess.run([BINARY, '-display', option, '-machine', 'none,no-such-property=on'], text=True, timeout=60,
                         env=modules.environment(), capture_output=True, stdin=subprocess.DEVNULL)
    assert run.returncode == 1, run.stderr
    return [line for line in run.stderr.splitlines() if line.startswith(f'{BINARY}: -display ')]


@pytest.mark.parametrize('display', DISPLAYS)
def test_every_option_of_a_display_is_understood_as_stock_does(modules, stock, display):
    for option in [display, *(f'{display},{option}' for option in DISPLAYS[display]), f'{display},no-such=on']:
        assert parse_display(modules, option) == parse_display(stock, option), option
    assert parse_display(modules, display) == []
    assert 'no-such' in ''.join(parse_display(modules, f'{display},no-such=on'))


def test_displays_to_choose_from_are_those_of_stock(modules, stock):
    assert qemu_text(modules, '-display', 'help') == qemu_text(stock, '-display', 'help')
