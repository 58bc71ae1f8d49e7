# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds an EGL library in front of the real one, which does what a driver here does not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

LIBRARIES = ('/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib')


def can_build() -> bool:
    """Whether this machine has what it takes."""
    return bool(shutil.which('gcc')) and Path('/usr/include/EGL/egl.h').exists()


def build_egl(source: Path, folder: Path) -> Path:
    """Makes libEGL.so.1 in a folder, which is returned: for LD_LIBRARY_PATH."""
    real = next(path for path in (Path(place) / 'libEGL.so.1' for place in LIBRARIES) if path.exists()).resolve()
    # what is linked with is needed by the name that it gives itself: here the path of the real library
    build_library(folder / 'empty.so', str(real), '-x', 'c', os.devnull)
    build_library(folder / 'libEGL.so.1', 'libEGL.so.1', f'-DREAL_EGL="{real}"', str(source),
                  '-Wl,--no-as-needed', str(folder / 'empty.so'))
    return folder


def build_library(path: Path, soname: str, *arguments: str) -> None:
    """Compiles a shared library."""
    subprocess.run(['gcc', '-D_GNU_SOURCE', '-O1', '-Wall', '-Werror', '-shared', '-fPIC', '-fvisibility=hidden',
                    f'-Wl,-soname,{soname}', '-o', path, *arguments], check=True)
