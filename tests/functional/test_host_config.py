# SPDX-License-Identifier: GPL-2.0-or-later
"""What a build takes from the installed QEMU, and how it fails when there is none that fits."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from vgpu.modules import STOCK_DIR

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / 'scripts'


def run(script: str, *args: str | Path) -> subprocess.CompletedProcess:
    """Runs one of the scripts."""
    return subprocess.run([SCRIPTS / script, *args], capture_output=True, text=True, timeout=60)


@pytest.fixture
def fake_qemu(tmp_path: Path):
    """Makes an executable that answers --version."""
    def make(version: str) -> Path:
        path = tmp_path / 'qemu'
        path.write_text(f'#!/bin/sh\necho "QEMU emulator version {version}"\n')
        path.chmod(0o755)
        return path
    return make


def test_header_and_stamp_are_those_of_the_installed_qemu(tmp_path):
    header, stamp = tmp_path / 'host-config.h', tmp_path / 'stamp.c'
    done = run('host-config', '--header', header, '--stamp', stamp)
    assert done.returncode == 0, done.stderr
    version = subprocess.run(['qemu-system-x86_64', '--version'], capture_output=True, text=True).stdout
    assert f'QEMU emulator version {done.stdout.split()[1]} ' in version
    assert f'HOST_CONFIG_VERSION "{done.stdout.split()[1]}"' in header.read_text()
    symbol = done.stdout.split()[-1]
    assert symbol.encode() in (STOCK_DIR / 'hw-display-virtio-gpu.so').read_bytes()
    assert f'void {symbol}(void)' in stamp.read_text()


def test_folder_without_modules_is_refused_with_the_package_to_install(tmp_path):
    done = run('host-config', '--moddir', tmp_path)
    assert done.returncode == 1
    assert f'no installed QEMU module hw-display-virtio-gpu.so in {tmp_path}' in done.stderr
    assert 'qemu-system-gui' in done.stderr
    assert 'Traceback' not in done.stderr


def test_module_without_a_stamp_is_refused(tmp_path):
    image = (STOCK_DIR / 'hw-display-virtio-gpu.so').read_bytes()
    (tmp_path / 'hw-display-virtio-gpu.so').write_bytes(image.replace(b'qemu_stamp_', b'qemu_xxxxx_'))
    done = run('host-config', '--moddir', tmp_path)
    assert done.returncode == 1
    assert 'carries no qemu_stamp_* symbol' in done.stderr


def test_file_that_is_no_module_is_refused(tmp_path):
    (tmp_path / 'hw-display-virtio-gpu.so').write_text('not a module')
    done = run('host-config', '--moddir', tmp_path)
    assert done.returncode == 1
    assert 'is not a 64-bit little-endian ELF file' in done.stderr


def test_missing_executable_is_refused(tmp_path):
    done = run('host-config', '--qemu', tmp_path / 'nothing')
    assert done.returncode == 1
    assert 'cannot run' in done.stderr and 'Traceback' not in done.stderr


def test_qemu_of_another_series_is_refused(fake_qemu):
    done = run('host-config', '--qemu', fake_qemu('10.0.2 (Debian 1:10.0.2)'))
    assert done.returncode == 1
    assert 'QEMU 10.0.2 is installed' in done.stderr


def test_another_release_of_the_series_is_taken_with_a_warning(fake_qemu):
    done = run('host-config', '--qemu', fake_qemu('7.2.99'))
    assert done.returncode == 0
    assert 'warning' in done.stderr and '7.2.99' in done.stderr


def test_unchanged_output_keeps_its_time(tmp_path):
    header = tmp_path / 'host-config.h'
    run('host-config', '--header', header)
    before = header.stat().st_mtime_ns
    run('host-config', '--header', header)
    assert header.stat().st_mtime_ns == before


def test_update_of_qemu_is_noticed_by_the_next_build_whatever_its_times(tmp_path):
    installed, build = tmp_path / 'qemu', tmp_path / 'build'
    installed.mkdir()
    module = Path(shutil.copy(STOCK_DIR / 'hw-display-virtio-gpu.so', installed))
    subprocess.run(['meson', 'setup', build, ROOT, f'-Dqemu_moddir={installed}', '-Dtests=false'], check=True,
                   capture_output=True, timeout=120)

    def stamps() -> str:
        subprocess.run(['ninja', '-C', build, 'modules/host-stamp.c'], check=True, capture_output=True, timeout=60)
        return (build / 'modules/host-stamp.c').read_text()

    assert 'qemu_stamp_' in stamps() and 'qemu_stamp_0ther' not in stamps()
    module.write_bytes(re.sub(rb'(qemu_stamp_).{5}', rb'\g<1>0ther', module.read_bytes()))
    os.utime(module, (0, 0))
    assert 'qemu_stamp_0ther' in stamps()


def test_trace_points_print_name_and_values(tmp_path):
    events = tmp_path / 'trace-events'
    events.write_text('# a comment\n\nvgpu_thing(int a, const char *b) "a %d b %s"\nvgpu_plain(void) "now"\n')
    header, source = tmp_path / 'trace.h', tmp_path / 'trace.c'
    done = run('trace-header', events, '--header', header, '--source', source)
    assert done.returncode == 0, done.stderr
    assert 'static inline void trace_vgpu_thing(int a, const char *b)' in header.read_text()
    assert r'qemu_log("vgpu_thing " "a %d b %s" "\n", a, b);' in header.read_text()
    assert 'static inline void trace_vgpu_plain(void)' in header.read_text()
    assert '.name = "vgpu_thing"' in source.read_text()


def test_malformed_trace_event_is_refused_with_its_line(tmp_path):
    events = tmp_path / 'trace-events'
    events.write_text('vgpu_fine(int a) "a %d"\nvgpu_wrong(int a\n')
    done = run('trace-header', events, '--header', tmp_path / 'h', '--source', tmp_path / 'c')
    assert done.returncode == 1
    assert 'line 2' in done.stderr
