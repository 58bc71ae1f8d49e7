# SPDX-License-Identifier: GPL-2.0-or-later
"""A libvirtd of our own: session mode, everything it keeps below one folder, no systemd."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Iterable

import pytest

from vgpu import guest
from vgpu.installed import Installed, install
from vgpu.modules import Modules

# As root a libvirtd is never that of a session.
NOBODY = 65534
# The guests, by the names of their folders.
GUEST, GL_GUEST = 'guest', 'guest-gl'


def skip_without_libvirt() -> None:
    """Skips the test on a machine that has no libvirt."""
    missing = [name for name in ('libvirtd', 'virsh', 'setpriv') if not shutil.which(name)]
    if missing:
        pytest.skip(f'no {", ".join(missing)}')


class VirshFailed(Exception):
    """A command of virsh ended with an error; the text is what it said."""


class Daemon:
    """The process, and virsh talking to it."""

    def __init__(self, modules: Modules, guests: Iterable[str] = (GUEST, GL_GUEST)) -> None:
        """Installs the modules and guests where the daemon's user can read them, and starts it."""
        # short: names of sockets are limited
        self.root = Path(tempfile.mkdtemp(prefix='vgpu-virt-', dir='/tmp'))
        self.installed: Installed = install(modules, self.root / 'dest')
        for name in guests:
            subprocess.run(['cp', '--recursive', '--sparse=always', guest.guest_folder(gl=name == GL_GUEST),
                            self.root / name], check=True)
        for name in ('run', 'home'):
            (self.root / name).mkdir(mode=0o700)
        self._hand_over()
        self._log = open(self.root / 'libvirtd.log', 'w')
        self._process = subprocess.Popen([*self._user(), 'libvirtd'], stdin=subprocess.DEVNULL,
                                         stdout=self._log, stderr=self._log, env=self._environment())
        self._wait()

    def _hand_over(self) -> None:
        if os.geteuid() == 0:
            for path in [self.root, *self.root.rglob('*')]:
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def _user(self) -> list[str]:
        if os.geteuid() != 0:
            return []
        return ['setpriv', f'--reuid={NOBODY}', f'--regid={NOBODY}', '--clear-groups']

    def _environment(self) -> dict[str, str]:
        return {'PATH': '/usr/sbin:/usr/bin', 'LC_ALL': 'C.UTF-8', 'HOME': str(self.root / 'home'),
                'XDG_RUNTIME_DIR': str(self.root / 'run'),
                # or virsh starts another one, when it comes first
                'LIBVIRT_AUTOSTART': '0'}

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                self.virsh('uri')
                return
            except VirshFailed:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def virsh(self, *arguments: str | Path, timeout: float = 300) -> str:
        """Runs a command of virsh and returns what it prints."""
        run = self.run('virsh', '--quiet', '--connect', 'qemu:///session', *arguments, timeout=timeout)
        if run.returncode:
            raise VirshFailed(run.stderr.strip())
        return run.stdout.strip()

    def run(self, *command: str | Path, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Runs a command as the daemon's user."""
        return subprocess.run([*self._user(), *command], env=self._environment(), capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL)

    def write(self, name: str, text: str) -> Path:
        """Makes a file that the daemon can read."""
        path = self.root / name
        path.write_text(text)
        return path

    def pid(self, domain: str) -> int:
        """The process of a domain that runs."""
        return int((self.root / f'run/libvirt/qemu/run/{domain}.pid').read_text())

    def log(self, domain: str) -> str:
        """What QEMU has written."""
        return (self.root / f'home/.cache/libvirt/qemu/log/{domain}.log').read_text()

    def capabilities(self, qemu: Path) -> set[str]:
        """The flags that probing an emulator has left in the cache."""
        self.virsh('domcapabilities', '--emulatorbin', qemu, '--virttype', 'qemu')
        for path in (self.root / 'home/.cache/libvirt/qemu/cache/capabilities').glob('*.xml'):
            text = path.read_text()
            if f'<emulator>{qemu}</emulator>' in text:
                return set(re.findall(r"<flag name='([^']+)'", text))
        raise LookupError(f'{qemu} was not probed')

    def close(self) -> None:
        """Ends all domains and the daemon, and removes the folder."""
        try:
            for domain in self.virsh('list', '--name').split():
                self.virsh('destroy', domain)
        finally:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._log.close()
            self._end_logger()
            shutil.rmtree(self.root)

    def _end_logger(self) -> None:
        """Ends what libvirtd has started to write QEMU's logs: it would wait for two minutes."""
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self.root / 'run/libvirt/virtlogd.pid').read_text()), signal.SIGTERM)
