# SPDX-License-Identifier: GPL-2.0-or-later
"""Turns QEMU and its modules into those of another build: same code, other stamp."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

STAMP = re.compile(rb'qemu_stamp_[0-9a-f]+')
HEX = b'0123456789abcdef'
WORD = (1 << 32) - 1


def symbol_hash(name: bytes, start: int = 5381) -> int:
    """The hash by which a dynamic linker finds a symbol (DT_GNU_HASH)."""
    for character in name:
        start = (start * 33 + character) & WORD
    return start


@lru_cache
def twin(stamp: bytes) -> bytes:
    """Another stamp with the same hash: the tables of a module that is given it stay valid."""
    tails = {symbol_hash(bytes(tail), 0): bytes(tail) for tail in product(HEX, repeat=4)}
    wanted = symbol_hash(stamp)
    for middle in product(HEX, repeat=6):
        head = stamp[:-10] + bytes(middle)
        tail = tails.get((wanted - symbol_hash(head) * 33 ** 4) & WORD)
        if tail and head + tail != stamp:
            return head + tail
    raise ValueError(f'{stamp!r} has no twin')


def read_stamp(data: bytes) -> bytes:
    """The stamp of an executable or a module."""
    found = STAMP.search(data)
    assert found
    return found[0]


def other_build(data: bytes) -> bytes:
    """The bytes of an executable or a module as if from another build of QEMU."""
    stamp = read_stamp(data)
    return data.replace(stamp, twin(stamp))
