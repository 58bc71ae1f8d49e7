# SPDX-License-Identifier: GPL-2.0-or-later
"""What GL makes of a dmabuf in another process: dmabuf-draw.c, driven from Python."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy


class DmabufDrawing:
    """A running dmabuf-draw: GL draws what the dmabuf holds, again and again from one import."""

    def __init__(self, program: Path, fd: int, width: int, height: int, stride: int | None = None,
                 offset: int = 0, fourcc: str = 'XR24'):
        self._shape = (height, width, 4)
        arguments = [fd, fourcc, width, height, stride or 4 * width, offset]
        self._process = subprocess.Popen(
            [str(program), *map(str, arguments)], pass_fds=[fd],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def picture(self) -> numpy.ndarray:
        """Draws once: height x width x 3."""
        size = numpy.prod(self._shape)
        self._process.stdin.write(b'.')
        self._process.stdin.flush()
        data = self._process.stdout.read(size)
        assert len(data) == size, self._process.stderr.read().decode()
        return numpy.frombuffer(data, numpy.uint8).reshape(self._shape)[:, :, :3]

    def finish(self) -> str:
        """Ends the program, checks its status and returns what it said."""
        _, said = self._process.communicate(timeout=20)
        assert self._process.returncode == 0, said.decode()
        return said.decode()

    def kill(self) -> None:
        """Ends the program if it still runs."""
        self._process.kill()
        self._process.wait()
