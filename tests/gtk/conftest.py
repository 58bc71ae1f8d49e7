# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the GTK display share."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest

from vgpu.modules import Modules
from vgpu.qemu import Qemu
from vgpu.wait import wait_for

from .compositor import Compositor
from .hands import Hands
from .machine import Machine
from .screen import Screen
from .weston import Weston

ACROSS, DOWN = 1400, 1100       # of a mode of the monitor, with what is not seen of it


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
def start_weston(screen: Screen, hands: Hands, tmp_path: Path) -> Iterator[Callable[..., Weston]]:
    """Starts a Wayland compositor on the screen."""
    if not shutil.which('weston'):
        pytest.skip('no weston')
    started: list[Weston] = []

    def start(size: tuple[int, int] = (1280, 1024), scale: int = 1) -> Weston:
        started.append(Weston(screen, hands, tmp_path / 'weston', size, scale))
        return started[-1]

    yield start
    for weston in started:
        weston.close()


@pytest.fixture
def desktop(screen: Screen) -> Screen | Weston:
    """Where windows are shown: the screen itself, unless a module wants a compositor on it."""
    return screen


@pytest.fixture
def start_machine(gtk_modules: Modules, display_only: dict[str, str], screen: Screen, desktop: Screen | Weston,
                  start_qemu: Callable[..., Qemu]) -> Callable[..., Machine]:
    """Starts a machine with a window on the screen; `ours` chooses whose its device is."""

    def start(device: str, *args: str, ours: bool = True, options: str = '', bare: bool = True,
              surface: str = '', extra_env: dict[str, str] | None = None, **settings) -> Machine:
        bars = ',show-menubar=off' if bare else ''
        env = (gtk_modules.environment() if ours else display_only) | desktop.environment() | (extra_env or {})
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


@pytest.fixture
def manager(screen: Screen, hands: Hands) -> Iterator[None]:
    """A window manager on the screen."""
    process = subprocess.Popen(['openbox', '--sm-disable'], env=hands.env, stderr=subprocess.DEVNULL)
    wait_for(lambda: 'window id' in subprocess.run(['xprop', '-root', '_NET_SUPPORTING_WM_CHECK'], text=True,
                                                   env=hands.env, capture_output=True).stdout,
             'the window manager')
    hands.move(1279, 1023)      # the X server draws the pointer on the screen
    yield
    process.terminate()
    process.wait(10)


@pytest.fixture
def set_rate(hands: Hands) -> Callable[[int], None]:
    """Gives the monitor another rate and leaves its size as it is, which configures no window."""

    def xrandr(*words: str) -> None:
        subprocess.run(['xrandr', *words], env=hands.env, check=True, timeout=30)

    def set_rate(hertz: int) -> None:
        name = f'{hertz} Hz'
        xrandr('--newmode', name, str(ACROSS * DOWN * hertz / 1e6), *['1280'] * 3, str(ACROSS),
               *['1024'] * 3, str(DOWN))
        xrandr('--addmode', 'screen', name)
        xrandr('--output', 'screen', '--mode', name)

    return set_rate


@pytest.fixture
def compositor(tmp_path: Path) -> Iterator[Compositor]:
    """A Wayland compositor."""
    if not (shutil.which('weston') and shutil.which('convert')):
        pytest.skip('needs weston and imagemagick')
    compositor = Compositor(tmp_path / 'weston')
    yield compositor
    compositor.close()
