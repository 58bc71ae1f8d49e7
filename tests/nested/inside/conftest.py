# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests that run in the nested guest share."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Callable, Iterator

import pytest

from lab.inside.drawing import DmabufDrawing
from vgpu.formats import gradient
from vgpu.modules import DEVICE_MODULES, Modules

from .machine import GUEST, SIZE, Machine

HERE = Path(__file__).resolve().parent
INSIDE = os.environ.get('VGPU_NESTED') == '1'
sys.path.insert(0, str(HERE.parents[1] / 'dbus'))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On an ordinary host there is nothing to test here."""
    for item in items:
        if HERE in item.path.parents and not INSIDE:
            item.add_marker(pytest.mark.skip(reason='needs the nested guest: run tests/nested/check'))


def devices_only(modules: Modules, folder: Path) -> Modules:
    """The modules without their displays, copied."""
    for name in DEVICE_MODULES:
        shutil.copy(modules.home / name, folder)
    return Modules(folder)


@pytest.fixture(scope='session')
def machines(modules: Modules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, bool], Machine]]:
    """Machines by display and whether their device is alone, each started once."""
    started: dict[tuple[str, bool], Machine] = {}

    def get(display: str, alone: bool) -> Machine:
        if (display, alone) not in started:
            folder = tmp_path_factory.mktemp('machine')
            ours = devices_only(modules, folder) if display.startswith('stock') else modules
            started[display, alone] = Machine(ours, folder, display, alone)
        return started[display, alone]

    yield get
    for machine in started.values():
        # QEMU must end well although it shows a picture.
        machine.start().show(1, gradient(*SIZE))
        machine.qemu.quit()


@pytest.fixture
def machine(request: pytest.FixtureRequest, machines: Callable[[str, bool], Machine]) -> Iterator[Machine]:
    """A machine with a started device; its parameter says the display and whether the device is alone."""
    wanted = machines(*request.param).start()
    position = wanted.gpu.memory.position()
    yield wanted
    wanted.rest()
    wanted.gpu.memory.rewind(position)


@pytest.fixture
def draw() -> Iterator[Callable[..., DmabufDrawing]]:
    """Starts drawings of dmabufs; they end with the test."""
    started: list[DmabufDrawing] = []

    def start(*arguments: int, **options) -> DmabufDrawing:
        started.append(DmabufDrawing(GUEST / 'dmabuf-draw', *arguments, **options))
        return started[-1]

    yield start
    for drawing in started:
        drawing.kill()
