# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the GTK display share."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

import pytest

from vgpu.modules import Modules
from vgpu.qemu import Qemu

from .hands import Hands
from .machine import Machine
from .screen import Screen


@pytest.fixture(scope='session')
def gtk_modules(modules: Modules) -> Modules:
    """Our modules, the GTK display among them."""
    if modules.is_stock or not (modules.home / 'ui-gtk.so').exists():
        pytest.skip('no ui-gtk.so of ours: configure with -Dgtk=true and name the modules with --modules')
    return modules


@pytest.fixture(scope='session')
def display_only(gtk_modules: Modules, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which our displays are loaded, and devices are the distribution's."""
    folder = tmp_path_factory.mktemp('displays')
    for path in gtk_modules.home.glob('ui-*.so'):
        (folder / path.name).symlink_to(path)
    return gtk_modules.environment() | {'QEMU_MODULE_DIR': str(folder)}


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """An empty screen."""
    screen = Screen(tmp_path / 'screen')
    yield screen
    screen.close()


@pytest.fixture
def start_machine(gtk_modules: Modules, display_only: dict[str, str], screen: Screen,
                  start_qemu: Callable[..., Qemu]) -> Callable[..., Machine]:
    """Starts a machine with a window on the screen; `ours` chooses whose its device is."""

    def start(device: str, *args: str, ours: bool = True, options: str = '', bare: bool = True,
              surface: str = '', extra_env: dict[str, str] | None = None, **settings) -> Machine:
        bars = ',show-menubar=off' if bare else ''
        env = (gtk_modules.environment() if ours else display_only) | screen.environment() | (extra_env or {})
        if surface:
            env['VGPU_GTK_SURFACE'] = surface
        qemu = start_qemu('-device', f'{device},id=gpu0', *args, display=f'gtk{bars}{options}',
                          modules=gtk_modules if ours else Modules(), env=env, **settings)
        return Machine(qemu, screen)

    return start


@pytest.fixture
def hands(screen: Screen) -> Iterator[Hands]:
    """A user in front of the screen."""
    hands = Hands(screen)
    yield hands
    hands.end_copies()
