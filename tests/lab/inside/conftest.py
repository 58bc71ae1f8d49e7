# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests that run in the lab share."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest

from vgpu.modules import DEVICE_MODULES, Modules

from .blob import DEVICE, watched_device
from .drawing import DmabufDrawing

HERE = Path(__file__).resolve().parent
INSIDE = os.environ.get('VGPU_LAB') == '1'
# Boots that run at the same time share this folder of the host; each takes the files that it is first to claim.
CLAIMS = os.environ.get('VGPU_LAB_CLAIMS')
BOOT = os.environ.get('VGPU_LAB_BOOT')


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On an ordinary host there is nothing to test here."""
    if INSIDE:
        if BOOT and int(BOOT) % 2:
            # The last file is the longest: it should not be begun when all others are done.
            last = items[-1].path
            items.sort(key=lambda item: item.path != last)
        return
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.skip(reason='needs the lab kernel: run tests/lab/check'))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Leaves the tests of a file to the boot that has begun with it."""
    return None if not CLAIMS or claim(item.path.stem) else True


def claim(name: str) -> bool:
    """Whether something is this boot's, now or since earlier."""
    path = Path(CLAIMS) / name
    try:
        with open(path, 'x') as file:
            file.write(BOOT)
    except FileExistsError:
        return path.read_text() == BOOT
    return True


@pytest.fixture(scope='session')
def dmabuf_draw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of that name, compiled."""
    program = tmp_path_factory.mktemp('programs') / 'dmabuf-draw'
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'epoxy', 'egl'],
                           capture_output=True, text=True, check=False)
    if flags.returncode:
        pytest.skip('libepoxy-dev and libegl-dev are not installed')
    subprocess.run(['gcc', '-std=gnu11', '-Wall', '-Wextra', '-Werror', '-O1', '-o', program,
                    HERE / 'dmabuf-draw.c', *flags.stdout.split()], check=True)
    return program


@pytest.fixture
def draw(dmabuf_draw: Path) -> Iterator[Callable[..., DmabufDrawing]]:
    """Starts drawings of dmabufs; they end with the test."""
    started: list[DmabufDrawing] = []

    def start(*arguments: int, **options) -> DmabufDrawing:
        started.append(DmabufDrawing(dmabuf_draw, *arguments, **options))
        return started[-1]

    yield start
    for drawing in started:
        drawing.kill()


@pytest.fixture
def blob_gpu(start_gpu):
    """A device with blob resources and no display."""
    return start_gpu(DEVICE)


@pytest.fixture
def headless(modules, tmp_path):
    """A device with blob resources, egl-headless and a VNC server that a viewer looks at."""
    with watched_device(modules, 'egl-headless', tmp_path) as pair:
        yield pair


@pytest.fixture
def device_only(modules: Modules, tmp_path: Path) -> Modules:
    """The modules under test without their displays: those are then the distribution's."""
    for name in DEVICE_MODULES:
        shutil.copy(modules.home / name, tmp_path)
    return Modules(tmp_path)


@pytest.fixture
def guest_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guest's kernel and RAM disk, which tests/lab/check has made outside."""
    folder = os.environ.get('VGPU_LAB_GUEST')
    if not folder:
        pytest.skip('tests/guest/build cannot make the guest here')
    monkeypatch.setattr('vgpu.guest.guest_folder', lambda gl=False: Path(folder))
