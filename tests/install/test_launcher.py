# SPDX-License-Identifier: GPL-2.0-or-later
"""The launcher: with modules that fit it starts QEMU with them, with any other the stock one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from stamps import other_build, read_stamp
from vgpu.installed import LAUNCHER, OUR_PROPERTY, QEMU, Installed
from vgpu.modules import Modules
from vgpu.qemu import Qemu


def launch(installed: Installed, *args: str, timeout: float = 60,
           **env: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the launcher to its end, with only the settings in env."""
    environment = {'PATH': os.environ['PATH'], **{name: str(value) for name, value in env.items()}}
    return subprocess.run([installed.launcher, *args], env=environment, capture_output=True,
                          text=True, timeout=timeout)


def build_stamp(installed: Installed) -> str:
    """The stamp of the QEMU that the modules were built for."""
    return read_stamp((installed.modules / 'hw-display-virtio-gpu.so').read_bytes()).decode()


@pytest.fixture
def fake_qemu(installed: Installed, tmp_path: Path) -> Path:
    """A program with the stamp of the installed QEMU that tells how it was called."""
    path = tmp_path / 'qemu'
    path.write_text(f'#!/bin/sh\n# {build_stamp(installed)}\necho "modules=$QEMU_MODULE_DIR"\n'
                    'for argument in "$@"; do echo "<$argument>"; done\nexit 7\n')
    path.chmod(0o755)
    return path


def make_stale(path: Path) -> None:
    """Gives a file the stamp of another build."""
    path.write_bytes(other_build(path.read_bytes()))


@pytest.fixture
def copy(installed: Installed, tmp_path: Path) -> Path:
    """A copy of the installed modules that a test may spoil."""
    return Path(shutil.copytree(installed.modules, tmp_path / 'copy'))


@pytest.mark.parametrize('device', ['virtio-vga', 'virtio-gpu-pci'])
def test_machine_runs_with_the_installed_modules(installed, tmp_path, device):
    (tmp_path / QEMU.name).symlink_to(installed.launcher)
    with Qemu('-device', device, modules=Modules(installed.modules),
              env={'PATH': str(tmp_path), 'QEMU_MODULE_DIR': ''}) as qemu:
        qemu.qmp.command('query-status')
        qemu.check_modules()
        assert Path(f'/proc/{qemu.pid}/exe').resolve().name.startswith('qemu-system-x86_64')
        assert qemu.stderr() == ''


@pytest.mark.parametrize('arguments', [['--version'], ['-machine', 'help'], ['-cpu', 'help'],
                                       ['-no-such-option'], ['-device', 'no-such-device,help']])
def test_everything_else_is_as_from_the_stock_executable(installed, arguments):
    ours = launch(installed, *arguments)
    stock = subprocess.run([QEMU, *arguments], capture_output=True, text=True, timeout=60)
    assert ours.stdout == stock.stdout
    assert ours.stderr.replace(LAUNCHER, QEMU.name) == stock.stderr
    assert ours.returncode == stock.returncode


def test_arguments_and_exit_status_are_handed_on_untouched(installed, fake_qemu):
    arguments = ['', 'a b', '--', '-device', "x,y='z'", '$HOME', '*', 'ü\n']
    run = launch(installed, *arguments, QEMU_VGPU_BINARY=fake_qemu)
    told = run.stdout.split('\n', 1)[1]
    assert told == ''.join(f'<{argument}>\n' for argument in arguments)
    assert (run.returncode, run.stderr) == (7, '')


def test_modules_that_fit_are_used(installed, fake_qemu):
    run = launch(installed, QEMU_VGPU_BINARY=fake_qemu)
    assert (run.stdout, run.stderr) == (f'modules={installed.modules}\n', '')


def test_qemu_without_fitting_modules_starts_with_its_own_and_says_so(installed, tmp_path):
    stale = tmp_path / 'qemu-system-x86_64'
    shutil.copy(QEMU, stale)
    make_stale(stale)
    run = launch(installed, '--version', QEMU_VGPU_BINARY=stale)
    assert run.returncode == 0 and run.stdout.startswith('QEMU emulator version')
    assert re.fullmatch(rf'{LAUNCHER}: the modules in \S+ were built for another build .*\n', run.stderr)


def test_plain_machine_starts_when_the_modules_do_not_fit(installed, copy):
    make_stale(copy / 'hw-display-virtio-vga.so')
    run = launch(installed, '-device', 'virtio-vga,help', QEMU_MODULE_DIR=copy)
    assert 'xres=' in run.stdout and OUR_PROPERTY not in run.stdout
    assert 'another build' in run.stderr and 'Only modules from the same build' not in run.stderr
    assert run.returncode == 0


def test_one_stale_module_among_good_ones_is_enough_to_start_stock(installed, copy, fake_qemu):
    make_stale(copy / 'ui-egl-headless.so')
    run = launch(installed, QEMU_VGPU_BINARY=fake_qemu, QEMU_MODULE_DIR=copy)
    assert run.stdout == 'modules=\n' and 'another build' in run.stderr


def test_folder_without_one_of_the_device_modules_is_not_used(installed, copy, fake_qemu):
    (copy / 'hw-display-virtio-gpu-pci-gl.so').unlink()
    run = launch(installed, QEMU_VGPU_BINARY=fake_qemu, QEMU_MODULE_DIR=copy)
    assert run.stdout == 'modules=\n' and 'not complete' in run.stderr


def test_folder_that_the_user_names_is_used_when_it_fits(installed, copy, fake_qemu):
    run = launch(installed, QEMU_VGPU_BINARY=fake_qemu, QEMU_MODULE_DIR=copy)
    assert (run.stdout, run.stderr) == (f'modules={copy}\n', '')


def test_modules_built_on_this_machine_come_first_while_they_fit(installed, fake_qemu):
    local = installed.modules / 'local'
    try:
        shutil.copytree(installed.modules, local)
        run = launch(installed, QEMU_VGPU_BINARY=fake_qemu)
        assert (run.stdout, run.stderr) == (f'modules={local}\n', '')
        make_stale(local / 'hw-display-virtio-gpu.so')
        run = launch(installed, QEMU_VGPU_BINARY=fake_qemu)
        assert (run.stdout, run.stderr) == (f'modules={installed.modules}\n', '')
    finally:
        shutil.rmtree(local)


def spoil(folder: Path, fake_qemu: Path, how: str) -> None:
    """Makes modules unfit for a QEMU, or the other way round."""
    module = folder / 'hw-display-virtio-vga-gl.so'
    if how == 'missing':
        module.unlink()
    elif how == 'stale':
        make_stale(module)
    elif how == 'longer':
        stamp = read_stamp(module.read_bytes())
        module.write_bytes(module.read_bytes().replace(stamp + b'\0', stamp + b'0'))
    elif how == 'stampless':
        fake_qemu.write_text(re.sub('qemu_stamp_.*', '', fake_qemu.read_text()))


@pytest.mark.parametrize('how', ['not', 'missing', 'stale', 'longer', 'stampless'])
def test_whoever_asks_is_told_what_the_launcher_does(installed, copy, fake_qemu, how):
    spoil(copy, fake_qemu, how)
    environment = {'QEMU_VGPU_BINARY': fake_qemu, 'QEMU_MODULE_DIR': copy}
    does = launch(installed, **environment)
    tells = subprocess.run([installed.find('chosen')], capture_output=True, text=True, timeout=60,
                           env={name: str(value) for name, value in environment.items()})
    fits = how == 'not'
    assert does.stdout == f'modules={copy if fits else ""}\n'
    assert tells.stdout == (f'{fake_qemu}\n{copy}\n' if fits else f'{fake_qemu}\n')
    assert (tells.returncode, bool(tells.stderr)) == (int(not fits), not fits)
    assert tells.stderr.strip() in does.stderr


def test_whoever_asks_is_told_of_the_installed_modules(installed):
    run = subprocess.run([installed.find('chosen')], capture_output=True, text=True, timeout=60, env={})
    assert (run.stdout, run.stderr) == (f'{QEMU}\n{installed.modules}\n', '')


def test_executable_without_a_stamp_starts_all_the_same(installed, fake_qemu):
    fake_qemu.write_text(fake_qemu.read_text().replace(build_stamp(installed), 'qemu_stamp_'))
    run = launch(installed, QEMU_VGPU_BINARY=fake_qemu)
    assert run.stdout == 'modules=\n' and 'no module stamp' in run.stderr


def test_missing_qemu_is_named(installed, tmp_path):
    run = launch(installed, QEMU_VGPU_BINARY=tmp_path / 'none')
    assert run.returncode == 1
    assert f'cannot start {tmp_path}/none: No such file or directory' in run.stderr
