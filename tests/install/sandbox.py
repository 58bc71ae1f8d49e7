# SPDX-License-Identifier: GPL-2.0-or-later
"""This system with changes that only some processes see, and that end with them.

A mount namespace in which /usr, /etc and /var are overlays with their upper layers in memory: packages are
really installed there, while the rest of the machine goes on as it was.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator

import pytest

FOLDERS = ('usr', 'etc', 'var')
# Mounts the layers, says so, and holds the namespace until its input ends.
HOLD = '''
set -e
mount -t tmpfs -o mode=755 vgpu-sandbox "$0"
for folder in "$@"; do
    mkdir "$0/$folder" "$0/$folder.work"
    mount -t overlay -o "lowerdir=/$folder,upperdir=$0/$folder,workdir=$0/$folder.work" vgpu-sandbox "/$folder"
done
echo ready
read end || :
'''


class Sandbox:
    """The namespace, and commands in it."""

    def __init__(self) -> None:
        """Starts a process that holds the namespace; skips the test on a machine that does not allow it."""
        self.upper = Path(tempfile.mkdtemp(prefix='vgpu-sandbox-'))
        self._holder = subprocess.Popen(
            ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', HOLD, self.upper, *FOLDERS],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._holder.stdout and self._holder.stderr
        if self._holder.stdout.readline() != 'ready\n':
            why = self._holder.stderr.read().strip()
            self.close()
            pytest.skip(f'no mount namespace with overlays: {why}')

    def close(self) -> None:
        """Ends it; what was changed is gone."""
        self._holder.send_signal(signal.SIGKILL)
        self._holder.communicate()
        shutil.rmtree(self.upper)

    def line(self, *command: str | Path) -> list[str]:
        """The words that run a command inside."""
        return ['nsenter', '--mount', f'--target={self._holder.pid}', f'--wd={os.getcwd()}',
                *(str(word) for word in command)]

    def run(self, *command: str | Path, check: bool = True,
            timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Runs a command inside to its end; standard error goes into the output."""
        run = subprocess.run(self.line(*command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, timeout=timeout,
                             env={**os.environ, 'DEBIAN_FRONTEND': 'noninteractive', 'LC_ALL': 'C.UTF-8'})
        assert not check or run.returncode == 0, f'{command} ended with {run.returncode}:\n{run.stdout}'
        return run

    def see(self, path: str | Path) -> Path:
        """A file inside, as it can be read from outside."""
        return Path(f'/proc/{self._holder.pid}/root{path}')

    @staticmethod
    def outside(path: str) -> Path:
        """A file of the system outside, as it can be read inside."""
        return Path(f'/proc/{os.getpid()}/root{path}')

    def changes(self) -> Iterator[str]:
        """Paths that differ from the system outside: added, changed or removed."""
        layers = self.see(self.upper)
        for folder in FOLDERS:
            for upper in sorted((layers / folder).rglob('*')):
                path = '/' + str(upper.relative_to(layers))
                if not is_same(upper, Path(path)):
                    yield path


def is_same(upper: Path, outside: Path) -> bool:
    """Whether a file of the upper layer is only a copy of the one outside."""
    mode = upper.lstat().st_mode
    if not os.path.lexists(outside):
        # a whiteout of something that was only there inside
        return stat.S_ISCHR(mode)
    if stat.S_IFMT(mode) != stat.S_IFMT(outside.lstat().st_mode):
        return False
    if stat.S_ISLNK(mode):
        return os.readlink(upper) == os.readlink(outside)
    return stat.S_ISDIR(mode) or filecmp.cmp(upper, outside, shallow=False)
