# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian package, really installed, used, updated under its feet and removed, in a sandbox."""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
from pathlib import Path
from typing import Iterator

import pytest

from sandbox import Sandbox
from stamps import other_build, read_stamp
from test_meson_install import PAGES
from vgpu.installed import LAUNCHER, OUR_PROPERTY, QEMU

ROOT = Path(__file__).resolve().parents[2]
STOCK_MODULES = Path('/usr/lib/x86_64-linux-gnu/qemu')
MODULES = Path('/usr/lib/x86_64-linux-gnu/qemu-vgpu')
STALE = 'were built for another build than /usr/bin/qemu-system-x86_64'
# What dpkg and its triggers write by themselves.
BOOKKEEPING = re.compile(r'/var/lib/dpkg/(status|available|diversions|lock|triggers/|info/).*|/var/lib/dpkg|'
                         r'/var/log/dpkg\.log|/var/lib/man-db/.*|/etc/ld\.so\.cache|/var/cache/ldconfig/.*')

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason='installing a package takes root')


@pytest.fixture(scope='module')
def package(modules, tmp_path_factory) -> Path:
    """The package, built as users build it."""
    if modules.is_stock:
        pytest.skip('stock modules: there is nothing to install')
    out = tmp_path_factory.mktemp('deb')
    run = subprocess.run([ROOT / 'scripts/deb', '--lint', '--out', out], stdout=subprocess.PIPE, text=True,
                         check=True, timeout=900)
    return Path(run.stdout.strip())


@pytest.fixture(scope='module')
def sandbox() -> Iterator[Sandbox]:
    """A system of our own."""
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture
def system(sandbox: Sandbox, package: Path) -> Iterator[Sandbox]:
    """A system with the package; every test ends with its removal, which leaves nothing."""
    # the index of manual pages takes longer than all the rest
    sandbox.run('rm', '--force', '/var/lib/man-db/auto-update')
    sandbox.run('dpkg', '--install', package)
    yield sandbox
    sandbox.run('dpkg', '--purge', 'qemu-vgpu')
    assert [path for path in sandbox.changes() if not BOOKKEEPING.fullmatch(path)] == []
    assert not plain_is_ours(sandbox)


def properties(system: Sandbox, qemu: str | Path) -> str:
    """What an executable tells of virtio-vga."""
    return system.run(qemu, '-device', 'virtio-vga,help').stdout


def plain_is_ours(system: Sandbox) -> bool:
    """Whether plain qemu-system-x86_64 uses our modules."""
    return OUR_PROPERTY in properties(system, QEMU.name)


def loaded_modules(system: Sandbox, qemu: str | Path) -> set[Path]:
    """Starts a machine and asks for the folders of the device modules that it has loaded."""
    machine = subprocess.Popen(system.line(qemu, '-accel', 'tcg', '-nodefaults', '-device', 'virtio-vga',
                                           '-display', 'none', '-S', '-qmp', 'stdio'),
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert machine.stdin and machine.stdout
    try:
        assert 'QMP' in machine.stdout.readline()
        # answered when the machine has been made
        machine.stdin.write('{"execute": "qmp_capabilities"}')
        machine.stdin.flush()
        assert 'return' in machine.stdout.readline()
        maps = Path(f'/proc/{machine.pid}/maps').read_text()
    finally:
        machine.communicate('{"execute": "quit"}', timeout=60)
    assert machine.returncode == 0
    return {Path(path).parent for path in re.findall(r'(/\S+/hw-display-virtio\S+)', maps)}


def update_qemu(system: Sandbox, work: Path) -> str:
    """Installs another build of QEMU as an update does, and tells what dpkg said."""
    for module in STOCK_MODULES.glob('*.so'):
        system.see(module).write_bytes(other_build(module.read_bytes()))
    version = system.run('dpkg-query', '-W', '-f', '${Version}', 'qemu-system-x86').stdout + '.update'
    binary = work / 'qemu/usr/bin' / QEMU.name
    binary.parent.mkdir(parents=True)
    binary.write_bytes(other_build(QEMU.read_bytes()))
    binary.chmod(0o755)
    (binary.parent / 'kvm').symlink_to(QEMU.name)
    control = work / 'qemu/DEBIAN/control'
    control.parent.mkdir()
    control.write_text(textwrap.dedent(f'''\
        Package: qemu-system-x86
        Version: {version}
        Architecture: amd64
        Maintainer: nobody <nobody@localhost>
        Description: another build of QEMU
        '''))
    subprocess.run(['dpkg-deb', '-Znone', '--root-owner-group', '--build', work / 'qemu', work / 'qemu.deb'],
                   check=True, stdout=subprocess.DEVNULL)
    return system.run('dpkg', '--force-depends', '--install', work / 'qemu.deb').stdout


def test_sandbox_tells_what_was_added_changed_and_removed(sandbox):
    sandbox.run('sh', '-c', 'echo >/usr/added; echo >>/etc/hosts; rm /etc/hostname; touch /usr/gone; rm /usr/gone')
    assert set(sandbox.changes()) >= {'/usr/added', '/etc/hosts', '/etc/hostname'}
    assert '/usr/gone' not in sandbox.changes()
    sandbox.run('sh', '-c', f'rm /usr/added; cat {sandbox.outside("/etc/hosts")} >/etc/hosts; '
                            f'cat {sandbox.outside("/etc/hostname")} >/etc/hostname')
    assert not {'/usr/added', '/etc/hosts', '/etc/hostname'} & set(sandbox.changes())
    assert Path('/etc/hostname').exists()


def test_launcher_runs_machines_with_the_modules_of_the_package(system):
    assert loaded_modules(system, LAUNCHER) == {MODULES}
    assert 'fit\n' in system.run('qemu-vgpu', 'status').stdout


def test_status_tells_that_the_launcher_does_without_modules_when_one_is_missing(system):
    system.run('rm', MODULES / 'hw-display-virtio-gpu-pci-gl.so')
    run = system.run('qemu-vgpu', 'status', check=False)
    assert run.returncode == 1 and f'the modules in {MODULES} are not complete' in run.stdout
    assert loaded_modules(system, LAUNCHER) == {STOCK_MODULES}


def test_plain_qemu_stays_as_it_was(system):
    assert loaded_modules(system, QEMU) == {STOCK_MODULES}
    assert [path for path in system.changes() if path in (str(QEMU), '/usr/bin/kvm')] == []


def test_package_pins_no_version_of_qemu(package):
    depends = subprocess.run(['dpkg-deb', '--field', package, 'Depends'], capture_output=True, text=True,
                             check=True).stdout
    qemu = [entry.strip() for entry in depends.split(',') if 'qemu' in entry]
    assert qemu == ['qemu-system-gui', 'qemu-system-x86']


def test_manual_pages_come_with_the_package(package):
    contents = subprocess.run(['dpkg-deb', '--contents', package], capture_output=True, text=True, check=True).stdout
    assert [page for page in PAGES if f'./usr/share/man/{page}.gz' not in contents.split()] == []


def test_package_and_scripts_agree_on_what_building_takes():
    line = subprocess.run(['bash', '-c', 'source "$0/scripts/common.sh"; echo "${build_packages[@]}"', ROOT],
                          capture_output=True, text=True, check=True).stdout
    # a package that builds has these, and what it makes of them is checked by lintian
    wanted = set(line.split()) - {'gcc', 'libc6-dev', 'binutils'}
    text = (ROOT / 'debian/control').read_text()
    source, package = (re.search(rf'^{field}: (.*?)^(?=\S)', text, re.M | re.S)[1]
                       for field in ('Build-Depends', 'Suggests'))
    assert wanted - set(re.findall(r'[\w.+-]+', source)) == set()
    assert wanted - set(re.findall(r'[\w.+-]+', package)) == {'python3', 'qemu-system-gui', 'qemu-system-x86'}


def test_helpers_of_the_package_start(system):
    for helper in ('top', 'record'):
        assert 'usage:' in system.run('qemu-vgpu', helper, '--help').stdout


def test_plain_qemu_is_switched_to_the_modules_and_back(system):
    system.run('qemu-vgpu', 'enable')
    system.run('qemu-vgpu', 'enable')
    assert loaded_modules(system, QEMU) == loaded_modules(system, '/usr/bin/kvm') == {MODULES}
    assert loaded_modules(system, LAUNCHER) == {MODULES}
    assert 'plain qemu-system-x86_64 uses them' in system.run('qemu-vgpu', 'status').stdout
    system.run('qemu-vgpu', 'disable')
    system.run('qemu-vgpu', 'disable')
    assert loaded_modules(system, QEMU) == {STOCK_MODULES}
    assert system.run('dpkg', '--verify', 'qemu-system-x86').stdout == ''


def test_removal_gives_plain_qemu_back(system, package):
    system.run('qemu-vgpu', 'enable')
    system.run('dpkg', '--remove', 'qemu-vgpu')
    assert loaded_modules(system, QEMU) == {STOCK_MODULES}
    assert not system.see('/usr/bin/qemu-system-x86_64.stock').exists()


def test_update_of_the_package_keeps_plain_qemu_switched(system, package):
    system.run('qemu-vgpu', 'enable')
    system.run('dpkg', '--install', package)
    assert plain_is_ours(system)


def test_qemu_update_is_reported_starts_with_its_own_modules_and_is_rebuilt_for(package, tmp_path):
    system = Sandbox()
    try:
        system.run('dpkg', '--install', package)
        system.run('qemu-vgpu', 'enable')
        assert STALE in update_qemu(system, tmp_path)
        assert STALE in system.run('qemu-vgpu', 'status', check=False).stdout
        for name in (LAUNCHER, QEMU.name):
            said = system.run(name, '--version').stdout
            assert 'built for another build' in said and 'QEMU emulator version' in said
            assert loaded_modules(system, name) == {STOCK_MODULES}
        system.run('qemu-vgpu', 'rebuild', timeout=900)
        assert loaded_modules(system, QEMU) == {MODULES / 'local'}
        system.run('dpkg', '--purge', 'qemu-vgpu')
        assert not system.see(MODULES).exists()
        assert read_stamp(system.see(QEMU).read_bytes()) != read_stamp(QEMU.read_bytes())
        assert loaded_modules(system, QEMU) == {STOCK_MODULES}
    finally:
        system.close()


def test_rebuild_that_lacks_packages_names_them_and_changes_nothing(package):
    system = Sandbox()
    try:
        system.run('dpkg', '--install', package)
        system.run('dpkg', '--force-depends', '--remove', 'meson')
        run = system.run('qemu-vgpu', 'rebuild', check=False)
        assert run.returncode == 1 and 'are missing' in run.stdout and run.stdout.endswith(': meson\n')
        assert not system.see(MODULES / 'local').exists()
    finally:
        system.close()
