# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian packages by name, for guests: what apt would install, fetched once and unpacked anywhere."""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / 'build' / 'cache'
DEBS = CACHE / 'debs'
APT_LISTS = Path('/var/lib/apt/lists')
INSTALLED = 'Package: {}\nStatus: install ok installed\nVersion: 999:0\nArchitecture: amd64\nMulti-Arch: foreign\n\n'


class Package(NamedTuple):
    """A version of a package."""

    name: str
    version: str
    architecture: str

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return DEBS / f'{self.name}_{self.version.replace(":", "%3a")}_{self.architecture}.deb'


def progress(text: str) -> None:
    """Says what is being done."""
    print(f'== {text}', file=sys.stderr, flush=True)


def run(*command, **options) -> str:
    """Runs a command and returns what it prints."""
    options.setdefault('env', {**os.environ, 'LC_ALL': 'C'})
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options).stdout


def ask_apt(*command: str) -> str:
    """What a query of apt's lists prints; it is remembered until they change, as a query can take a second."""
    stamp = max(path.stat().st_mtime_ns for path in (APT_LISTS, *APT_LISTS.iterdir()))
    memory = CACHE / 'apt' / f'{"_".join(command)}.{stamp}'
    if memory.exists():
        return memory.read_text()
    text = run(*command)
    memory.parent.mkdir(parents=True, exist_ok=True)
    for old in memory.parent.glob(f'{"_".join(command)}.*'):
        old.unlink(missing_ok=True)
    part = memory.with_name(f'part-{os.getpid()}-{memory.name}')
    part.write_text(text)
    part.rename(memory)
    return text


def kernel_name() -> str:
    """The package that the newest stable kernel really is."""
    found = re.search(r'Depends: (linux-image-[\w.-]+-amd64)', ask_apt('apt-cache', 'depends', 'linux-image-amd64'))
    if not found:
        raise SystemExit('guest: apt does not know a kernel: run apt-get update')
    return found.group(1)


def candidate(name: str) -> Package:
    """The version of an amd64 package that apt would install."""
    found = re.search(r'Candidate: (\S+)', ask_apt('apt-cache', 'policy', name))
    if not found:
        raise SystemExit(f'guest: apt does not know {name}: run apt-get update')
    return Package(name, found.group(1), 'amd64')


def closure(names: tuple[str, ...], without: tuple[str, ...]) -> list[Package]:
    """These packages and all that they depend on, as if nothing were installed but what to leave out."""
    with tempfile.NamedTemporaryFile('w', suffix='.status') as status:
        status.write(''.join(INSTALLED.format(name) for name in without))
        status.flush()
        text = run('apt-get', '-s', '-o', f'Dir::State::status={status.name}', '-o', 'Debug::NoLocking=1',
                   'install', '--no-install-recommends', *names)
    rows = re.findall(r'^Inst (\S+) \((\S+) .*\[(\w+)\]\)', text, re.M)
    return sorted(Package(*row) for row in rows)


def fetch(packages: list[Package]) -> None:
    """Downloads those that are not kept yet."""
    with locked(DEBS):
        missing = [package for package in packages if not package.file.exists()]
        if not missing:
            return
        progress(f'downloading {" ".join(package.name for package in missing)}')
        run('apt-get', '-qq', '-o', 'APT::Sandbox::User=root', 'download',
            *(f'{package.name}={package.version}' for package in missing), cwd=DEBS)


def unpack(packages: list[Package], to: Path) -> None:
    """Fetches packages and unpacks them into one tree."""
    fetch(packages)
    for package in packages:
        run('dpkg', '-x', package.file, to)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Several tests ask for a guest at once: one makes it, the others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / 'lock', 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def module_files(system: Path, names: tuple[str, ...]) -> list[Path]:
    """The files of kernel modules and of what they need, in the order to load them."""
    release = next((system / 'lib/modules').iterdir()).name
    run('depmod', '-b', system, release)
    files: list[str] = []
    for name in names:
        shown = run('modprobe', '-d', system, '-S', release, '--show-depends', name)
        for line in shown.splitlines():
            path = line.split()[-1]
            if line.startswith('insmod') and path not in files:
                files.append(path)
    return [Path(path) for path in files]


def add_modules(tree: Path, files: list[Path]) -> None:
    """Puts kernel modules where the guest's init looks for them."""
    folder = tree / 'lib/modules'
    folder.mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copy(path, folder)
    (folder / 'order').write_text(''.join(f'{path.name}\n' for path in files))


def pack(tree: Path, to: Path) -> None:
    """Makes a compressed cpio archive of a tree, as an initial RAM disk is."""
    names = '\n'.join(str(path.relative_to(tree)) for path in sorted(tree.rglob('*')))
    archive = subprocess.run(['cpio', '-o', '-H', 'newc', '-R', '0:0', '--quiet'], cwd=tree, check=True,
                             input=names.encode(), stdout=subprocess.PIPE).stdout
    to.write_bytes(gzip.compress(archive, 1))
