# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Weston, and what is on its screen."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy

from vgpu.screendump import parse_ppm
from vgpu.wait import wait_for


class Compositor:
    """A Wayland compositor of its own, which can be asked for screenshots."""

    def __init__(self, folder: Path, scale: int = 1, width: int = 1280, height: int = 1024):
        folder.mkdir(mode=0o700)
        self.folder = folder
        self._env = {'XDG_RUNTIME_DIR': str(folder), 'WAYLAND_DISPLAY': 'wayland-test', 'DISPLAY': ''}
        with (folder / 'log').open('wb') as log:
            self.process = subprocess.Popen(
                ['weston', '--backend=headless-backend.so', '--use-pixman', '--socket=wayland-test', '--debug',
                 '--no-config', '--idle-time=0', f'--width={width}', f'--height={height}', f'--scale={scale}'],
                env=os.environ | self._env, stdout=log, stderr=log)
        try:
            wait_for((folder / 'wayland-test').exists, 'the compositor')
        except TimeoutError:
            self.close()
            raise

    def environment(self) -> dict[str, str]:
        """What a program needs to find this compositor, and no other."""
        return self._env | {'GDK_BACKEND': 'wayland'}

    @property
    def picture(self) -> numpy.ndarray:
        """A screenshot: height x width x 3."""
        subprocess.run(['weston-screenshooter'], cwd=self.folder, env=os.environ | self._env, check=True,
                       timeout=30, stdout=subprocess.DEVNULL)
        path, = self.folder.glob('*.png')
        ppm = subprocess.run(['convert', path, '-depth', '8', 'ppm:-'], check=True, capture_output=True).stdout
        path.unlink()
        return parse_ppm(ppm)

    def close(self) -> None:
        """Ends the compositor."""
        self.process.terminate()
        self.process.wait(10)
