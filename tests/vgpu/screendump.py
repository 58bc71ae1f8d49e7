# SPDX-License-Identifier: GPL-2.0-or-later
"""What a display would show: QMP screendump, read back as an array of pixels."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import numpy

from .qemu import Qemu

PPM_HEADER = re.compile(rb'P6\s+(\d+)\s+(\d+)\s+255\s')


def parse_ppm(data: bytes) -> numpy.ndarray:
    """Reads a binary PPM with 8 bits a channel: height x width x 3.

    QEMU 7.2 pads the rows of a screendump to four bytes, which PPM does not know.
    """
    match = PPM_HEADER.match(data)
    if not match:
        raise ValueError(f'not a PPM: {data[:20]!r}')
    width, height = int(match[1]), int(match[2])
    pitch = (len(data) - match.end()) // height
    if pitch not in (width * 3, (width * 3 + 3) & ~3):
        raise ValueError(f'rows of {pitch} bytes in a PPM of {width}x{height}')
    rows = numpy.frombuffer(data, numpy.uint8, pitch * height, match.end()).reshape(height, pitch)
    return rows[:, :width * 3].reshape(height, width, 3)


def screendump(qemu: Qemu, device: str | None = None, head: int = 0) -> numpy.ndarray:
    """Takes a picture of a head of a device, of the first console if none is given."""
    where = {'device': device, 'head': head} if device else {}
    handle, path = tempfile.mkstemp(suffix='.ppm')
    os.close(handle)
    try:
        qemu.qmp.command('screendump', filename=path, **where)
        return parse_ppm(Path(path).read_bytes())
    finally:
        os.unlink(path)


def describe_difference(got: numpy.ndarray, expected: numpy.ndarray) -> str:
    """Says how two pictures differ; an empty text means that they are equal."""
    if got.shape != expected.shape:
        return f'size {got.shape[1]}x{got.shape[0]}, expected {expected.shape[1]}x{expected.shape[0]}'
    wrong = numpy.argwhere((got != expected).any(axis=2))
    if not len(wrong):
        return ''
    y, x = wrong[0]
    return (f'{len(wrong)} pixels differ, rows {wrong[:, 0].min()}-{wrong[:, 0].max()}, columns '
            f'{wrong[:, 1].min()}-{wrong[:, 1].max()}; ({x}, {y}) is {got[y, x].tolist()}, '
            f'expected {expected[y, x].tolist()}')


def assert_same(got: numpy.ndarray, expected: numpy.ndarray) -> None:
    """Fails with a description when two pictures differ."""
    difference = describe_difference(got, expected)
    assert not difference, difference
