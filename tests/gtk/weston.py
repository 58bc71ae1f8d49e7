# SPDX-License-Identifier: GPL-2.0-or-later
"""A Wayland compositor in a window of Xvfb: what is on its output is on the screen, and input goes in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from vgpu.wait import wait_for

from .hands import Hands
from .machine import wait_until
from .screen import Screen

BACKGROUND = (0x33, 0x66, 0x99)
SETTINGS = '''[core]
idle-time=0
[shell]
panel-position=none
background-color=0xff336699
locking=false
close-animation=none
startup-animation=none
'''
ARROW = 40              # a square with the pointer in it
MOVE, RESIZE = 1, 3     # by a button, while Super is held


class Weston:
    """Shows windows on an output in the corner of the screen; places on it are the screen's pixels.

    Windows get the keyboard when they come, and are put anywhere. The pointer is drawn into the picture.
    """

    def __init__(self, screen: Screen, hands: Hands, folder: Path, size: tuple[int, int], scale: int = 1):
        """size is that of the output, in pixels of the screen."""
        self.screen = screen
        self.hands = hands
        self.size = size
        folder.mkdir(mode=0o700)
        settings = folder / 'weston.ini'
        settings.write_text(SETTINGS)
        self.folder = folder
        self._log = (folder / 'log').open('wb')
        self.process = subprocess.Popen(
            ['weston', '--backend=x11-backend.so', '--use-pixman', f'--config={settings}', '--socket=weston',
             f'--width={size[0] // scale}', f'--height={size[1] // scale}', f'--scale={scale}'],
            env=screen.environment() | {'XDG_RUNTIME_DIR': str(folder), 'PATH': '/usr/bin:/bin'},
            stdout=self._log, stderr=self._log)
        try:
            wait_for((folder / 'weston').exists, 'the compositor')
            window = wait_for(lambda: hands.search('--class', 'weston'), 'its window')[0]
            hands.do('windowfocus', '--sync', window)
            wait_for(self._follows_the_pointer, 'an output that follows the pointer', timeout=30)
        except (TimeoutError, subprocess.CalledProcessError):
            self.close()
            raise RuntimeError((folder / 'log').read_text()) from None

    def environment(self) -> dict[str, str]:
        """What a program needs to show its windows here."""
        return {'GDK_BACKEND': 'wayland', 'WAYLAND_DISPLAY': 'weston', 'DISPLAY': '',
                'XDG_RUNTIME_DIR': str(self.folder)}

    @property
    def _tool_environment(self) -> dict[str, str]:
        return os.environ | self.environment()

    def rest(self) -> None:
        """Brings the pointer to the last pixel, where it hides nothing else."""
        width, height = self.size
        self.hands.move(width - 1, height - 1)

    def _follows_the_pointer(self) -> bool:
        """Weston adds up motions from the first one that it sees: edges make them right."""
        self.hands.move(0, 0)
        self.rest()
        return wait_until(self._is_empty, timeout=1)

    def _is_empty(self) -> bool:
        width, height = self.size
        bare = (self.screen.picture[:height, :width] == BACKGROUND).all(axis=2)
        corner = bare[height - ARROW:, width - ARROW:].copy()
        bare[height - ARROW:, width - ARROW:] = True
        return bool(bare.all() and not corner.all())

    def drag(self, start: tuple[int, int], end: tuple[int, int], button: int) -> None:
        """Moves or resizes the window at a place, which may be any in it, by the way to another place."""
        self.hands.do('mousemove', *start, 'keydown', 'Super_L', 'mousedown', button,
                      'mousemove', *end, 'mouseup', button, 'keyup', 'Super_L')
        self.rest()

    def copy(self, text: str) -> None:
        """Puts text into the clipboard, by a window that comes and goes; a process stays to serve it."""
        subprocess.run(['wl-copy'], env=self._tool_environment, input=text.encode(), check=True, timeout=30)

    def paste(self) -> str:
        """What the clipboard holds, as another window that comes and goes is told."""
        run = subprocess.run(['wl-paste', '--no-newline'], env=self._tool_environment, timeout=30,
                             capture_output=True)
        return run.stdout.decode()

    def close(self) -> None:
        """Ends the compositor."""
        self.process.terminate()
        self.process.wait(10)
        self._log.close()
