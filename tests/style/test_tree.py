# SPDX-License-Identifier: GPL-2.0-or-later
"""What holds for the whole tree, whatever it does."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_LICENSE_LINE = re.compile(r'COPYING|.*\.png|tests/fuzz/corpus/.*|debian/(changelog|copyright|source/format)')
ENGINE_FOLDERS = ('hw/display/vgpu', 'include/hw/display/vgpu', 'ui/display', 'include/ui/display')
HOST_INCLUDE = re.compile(r'#include "(qemu|qom|qapi|exec|migration|sysemu|chardev|trace|standard-headers|'
                          r'hw/(virtio|pci|core|qdev|display/virtio)|ui/(console|input|surface))')
EXPORTED = re.compile(r'(vgpu_|display_|qemu_stamp_|qemu_module_dummy$|dbus_display_error_quark$)')


def tracked() -> list[Path]:
    """The files that belong to the tree."""
    run = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard'], cwd=ROOT, capture_output=True,
                         text=True, check=True)
    return [ROOT / line for line in run.stdout.splitlines() if (ROOT / line).is_file()]


def is_script(path: Path, interpreter: str) -> bool:
    with path.open('rb') as source:
        first = source.readline(80)
    return first.startswith(b'#!') and interpreter.encode() in first


def test_every_file_names_its_license():
    without = [str(path.relative_to(ROOT)) for path in tracked()
               if not WITHOUT_LICENSE_LINE.fullmatch(str(path.relative_to(ROOT)))
               and b'SPDX-License-Identifier: ' not in path.read_bytes()[:400]]
    assert not without


def test_the_engine_does_not_know_the_host():
    found = [f'{path.relative_to(ROOT)}: {line}' for folder in ENGINE_FOLDERS
             for path in (ROOT / folder).rglob('*.[ch]') for line in path.read_text().splitlines()
             if HOST_INCLUDE.match(line)]
    assert not found


def test_shell_scripts_pass_shellcheck():
    scripts = [str(path) for path in tracked() if is_script(path, 'bash')]
    assert scripts
    run = subprocess.run(['shellcheck', '-x', '-P', ROOT / 'scripts', *scripts], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


def test_documents_are_what_docutils_takes():
    documents = [path for path in tracked() if path.suffix == '.rst']
    assert documents
    found = [subprocess.run(['rst2html', '--report=2', path, os.devnull], capture_output=True, text=True).stderr
             for path in documents]
    assert not ''.join(found)


def test_python_is_the_distribution_s():
    strange = [str(path.relative_to(ROOT)) for path in tracked()
               if is_script(path, 'python') and not path.read_bytes().startswith(b'#!/usr/bin/python3')]
    assert not strange


def test_modules_export_no_names_that_could_bind_to_the_host_s(modules):
    if modules.folder is None:
        pytest.skip('for our modules only')
    names = {}
    for module in sorted(modules.folder.glob('*.so')):
        run = subprocess.run(['nm', '-D', '--defined-only', module], capture_output=True, text=True, check=True)
        names[module.name] = [line.split()[-1] for line in run.stdout.splitlines()]
    assert names
    assert not {name: strange for name, found in names.items()
                if (strange := [one for one in found if not EXPORTED.match(one)])}
