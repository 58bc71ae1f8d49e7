# SPDX-License-Identifier: GPL-2.0-or-later
"""A Wayland compositor in a window of Xvfb: what is on its output is on the screen, and input goes in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from vgpu.wait import wait_for

from .hands import Hands
from .screen import Screen

# A kiosk shows each window on its whole output; a desktop lets windows have their size and their frame.
SETTINGS = '''[core]
shell={shell}-shell.so
idle-time=0
[shell]
panel-position=none
background-color=0xff101010
locking=false
animation=none
close-animation=none
startup-animation=none
focus-animation=none
'''


class Weston:
    """Its output begins in the corner of the screen; width and height are the screen's pixels."""

    def __init__(self, screen: Screen, folder: Path, width: int, height: int, scale: int = 1,
                 shell: str = 'kiosk'):
        self.screen = screen
        folder.mkdir(mode=0o700)
        settings = folder / 'weston.ini'
        settings.write_text(SETTINGS.format(shell=shell))
        self.folder = folder
        self._log = (folder / 'log').open('wb')
        self.process = subprocess.Popen(
            ['weston', '--backend=x11-backend.so', '--use-pixman', f'--config={settings}', '--socket=weston',
             f'--width={width // scale}', f'--height={height // scale}', f'--scale={scale}'],
            env=screen.environment() | {'XDG_RUNTIME_DIR': str(folder), 'PATH': '/usr/bin:/bin'},
            stdout=self._log, stderr=self._log)
        try:
            wait_for((folder / 'weston').exists, 'the compositor')
        except TimeoutError:
            self.close()
            raise RuntimeError((folder / 'log').read_text()) from None

    def environment(self) -> dict[str, str]:
        """What a program needs to show its windows here."""
        return {'GDK_BACKEND': 'wayland', 'WAYLAND_DISPLAY': 'weston', 'DISPLAY': '',
                'XDG_RUNTIME_DIR': str(self.folder)}

    def focus(self, hands: Hands) -> None:
        """Gives the keyboard to the compositor."""
        hands.do('windowfocus', '--sync', wait_for(lambda: hands.search('--class', 'weston'), 'its window')[0])

    def copy(self, text: str) -> None:
        """Puts text into the clipboard; a program stays to serve it until the compositor ends."""
        subprocess.run(['wl-copy', text], env=os.environ | self.environment(), check=True, timeout=30)

    def paste(self) -> str:
        """What is in the clipboard."""
        run = subprocess.run(['wl-paste', '--no-newline'], env=os.environ | self.environment(), timeout=30,
                             capture_output=True)
        return run.stdout.decode()

    def close(self) -> None:
        """Ends the compositor."""
        self.process.terminate()
        self.process.wait(10)
        self._log.close()
