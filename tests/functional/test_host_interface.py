# SPDX-License-Identifier: GPL-2.0-or-later
"""Each header of the host interface compiles on its own, so that includes can come in any order."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HOST = Path(__file__).resolve().parents[2] / 'include/host/qemu-7.2'
# Needs what the build generates.
GENERATED = ('hw/display/trace.h',)
HEADERS = sorted(str(path.relative_to(HOST)) for path in HOST.rglob('*.h'))
WARNINGS = ('-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter', '-Wstrict-prototypes', '-Wundef')


@pytest.mark.parametrize('compiler', ('gcc', 'clang'))
def test_every_header_compiles_alone(compiler, tmp_path):
    if not shutil.which(compiler):
        pytest.skip(f'{compiler} is not installed')
    flags = subprocess.run(['pkg-config', '--cflags', 'glib-2.0', 'pixman-1'], capture_output=True, text=True,
                           check=True).stdout.split()
    assert len(HEADERS) > 40
    for header in set(HEADERS) - set(GENERATED):
        source = tmp_path / 'alone.c'
        source.write_text(f'#include "qemu/osdep.h"\n#include "{header}"\n')
        done = subprocess.run([compiler, '-std=gnu11', '-fsyntax-only', *WARNINGS, f'-I{HOST}', *flags, source],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f'{header}\n{done.stderr}'
