# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds an EGL library that exports textures, for hosts whose driver does not: planes-egl.c."""

from __future__ import annotations

from pathlib import Path

from vgpu import wrapped_egl

can_build = wrapped_egl.can_build


def build_egl(folder: Path) -> Path:
    """Makes libEGL.so.1 in a folder, which is returned: for LD_LIBRARY_PATH."""
    return wrapped_egl.build_egl(Path(__file__).parent / 'planes-egl.c', folder)
