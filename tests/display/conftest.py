# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of our displays share."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

import pytest

from vgpu.modules import Modules
from vgpu.qemu import Qemu

from .headless import Headless


@pytest.fixture
def our_displays(modules: Modules, tmp_path: Path) -> dict[str, str]:
    """The environment in which our displays are loaded, and devices are the distribution's."""
    if modules.is_stock:
        pytest.skip('tests of our displays: name our modules with --modules')
    folder = tmp_path / 'displays'
    folder.mkdir()
    for path in modules.home.glob('ui-*.so'):
        (folder / path.name).symlink_to(path)
    env = modules.environment()
    env['QEMU_MODULE_DIR'] = str(folder)
    return env


@pytest.fixture
def start_headless(modules: Modules, our_displays: dict[str, str], tmp_path: Path,
                   start_qemu: Callable[..., Qemu]) -> Iterator[Callable[..., Headless]]:
    """Starts egl-headless with a device; `ours` chooses whose the device is."""
    started: list[Headless] = []

    def start(device: str, *args: str, ours: bool = False, watched: bool = True, heads: int = 1,
              options: str = '', display: str = 'egl-headless', **settings) -> Headless:
        if ours:
            settings.setdefault('modules', modules)
        else:
            settings.setdefault('modules', Modules())
            settings.setdefault('env', our_displays)
        sockets = [tmp_path / f'vnc-{head}' for head in range(heads if watched else 0)]
        vnc: list[str] = []
        for head, path in enumerate(sockets):
            vnc += ['-vnc', f'unix:{path},display=gpu0,head={head}']
        qemu = start_qemu('-device', f'{device},id=gpu0', *vnc, *args, display=display + options, **settings)
        headless = Headless(qemu, sockets)
        started.append(headless)
        return headless

    yield start
    for headless in started:
        headless.close()
