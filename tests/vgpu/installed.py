# SPDX-License-Identifier: GPL-2.0-or-later
"""An installation of the modules, the launcher and their manual pages below some root."""

from __future__ import annotations

import fcntl
import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Iterator

from .modules import Modules

LAUNCHER = 'qemu-system-x86_64-vgpu'
QEMU = Path('/usr/bin/qemu-system-x86_64')
# A property that the stock device does not have.
OUR_PROPERTY = 'resource_uuid'


@dataclass(frozen=True)
class Installed:
    """Where things are; found by name, since the prefix is the build's business."""

    root: Path

    def find(self, name: str) -> Path:
        """The only file of a name."""
        path, = self.root.rglob(name)
        return path

    @cached_property
    def launcher(self) -> Path:
        """The launcher."""
        return self.find(LAUNCHER)

    @cached_property
    def modules(self) -> Path:
        """The folder of the modules."""
        return self.find('hw-display-virtio-gpu.so').parent

    def files(self) -> set[str]:
        """Everything that is there, without the prefix."""
        prefix = self.launcher.parent.parent
        return {str(path.relative_to(prefix)) for path in self.root.rglob('*') if not path.is_dir()}


@contextmanager
def only_installer(modules: Modules) -> Iterator[None]:
    """Keeps other tests from installing the same build: its folder has one log of what was installed."""
    assert modules.folder is not None
    with open(modules.folder.parent / 'install.lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_install(modules: Modules, root: Path) -> None:
    """Does `meson install` with DESTDIR for the build that a folder of modules belongs to."""
    assert modules.folder is not None
    subprocess.run(['meson', 'install', '-C', modules.folder.parent, '--no-rebuild', '--quiet'],
                   env={**os.environ, 'DESTDIR': str(root)}, check=True, timeout=120,
                   stdout=subprocess.DEVNULL)


def install(modules: Modules, root: Path) -> Installed:
    """Installs a build below a folder."""
    with only_installer(modules):
        run_install(modules, root)
    return Installed(root)
