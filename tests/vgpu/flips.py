# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that flips between pictures, and the viewers of it."""

from __future__ import annotations

from typing import Callable, Sequence

import numpy

from .qemu import Qemu
from .screendump import describe_difference
from .vnc import VncClient, encoded_for
from .wait import wait_for

Flip = Callable[[int], None]


def noise(width: int, height: int, seed: int) -> numpy.ndarray:
    """A picture that takes long to compress and looks like no other anywhere."""
    return numpy.random.default_rng(seed).integers(0, 256, (height, width, 3), numpy.uint8)


def assert_show(viewers: Sequence[VncClient], rgb: numpy.ndarray) -> None:
    """Each of the viewers sees the picture, or will."""
    for number, viewer in enumerate(viewers):
        assert viewer.shows(rgb), f'viewer {number}: {describe_difference(viewer.picture, rgb)}'


def flip_while_updates_wait(qemu: Qemu, viewers: Sequence[VncClient], flip: Flip,
                            pages: tuple[int, int]) -> None:
    """Flips to a page of another picture, and on when the server has yet to encode it for a viewer.

    The server has one thread to encode with: while it works for one viewer the others wait. They read
    meanwhile, as one that has not read an earlier update gets no other.
    """
    def all_wait() -> bool:
        for viewer in viewers:
            viewer.wait_for(lambda _: False, timeout=0.001)
        return len(set(encoded_for(qemu)[before:])) == len(viewers)

    before = len(encoded_for(qemu))
    flip(pages[0])
    wait_for(all_wait, 'updates of all viewers')
    flip(pages[1])
