# SPDX-License-Identifier: GPL-2.0-or-later
"""A Wayland compositor in a window of Xvfb: what is on its output is on the screen, and input goes in."""

from __future__ import annotations

import subprocess
from pathlib import Path

from vgpu.wait import wait_for

from .hands import Hands
from .screen import Screen

SETTINGS = '''[core]
shell=kiosk-shell.so
idle-time=0
'''


class Weston:
    """Shows each window on its whole output, which begins in the corner of the screen."""

    def __init__(self, screen: Screen, folder: Path, width: int, height: int):
        self.screen = screen
        folder.mkdir(mode=0o700)
        settings = folder / 'weston.ini'
        settings.write_text(SETTINGS)
        self.folder = folder
        self._log = (folder / 'log').open('wb')
        self.process = subprocess.Popen(
            ['weston', '--backend=x11-backend.so', '--use-pixman', f'--config={settings}', '--socket=weston',
             f'--width={width}', f'--height={height}'],
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

    def close(self) -> None:
        """Ends the compositor."""
        self.process.terminate()
        self.process.wait(10)
        self._log.close()
