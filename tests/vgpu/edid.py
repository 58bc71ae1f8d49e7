# SPDX-License-Identifier: GPL-2.0-or-later
"""The first block of an EDID: what a guest driver takes its modes from."""

from __future__ import annotations

from dataclasses import dataclass

BLOCK = 128
MAGIC = bytes.fromhex('00ffffffffffff00')
DETAILED_TIMING = 54


@dataclass(frozen=True)
class Edid:
    """The parts of an EDID that tests look at."""

    blocks: int
    extensions: int
    checksums_right: bool
    width_cm: int
    height_cm: int
    preferred_width: int
    preferred_height: int
    preferred_width_mm: int
    preferred_height_mm: int
    refresh_millihertz: int


def parse(data: bytes) -> Edid:
    """Reads the base block and checks the sum of every block."""
    if data[:8] != MAGIC or len(data) % BLOCK:
        raise ValueError(f'{len(data)} bytes that are no EDID')
    timing = data[DETAILED_TIMING:DETAILED_TIMING + 18]
    width, width_blank = _pair(timing[2], timing[3], timing[4])
    height, height_blank = _pair(timing[5], timing[6], timing[7])
    clock = int.from_bytes(timing[:2], 'little') * 10000
    total = (width + width_blank) * (height + height_blank)
    blocks = [data[start:start + BLOCK] for start in range(0, len(data), BLOCK)]
    return Edid(
        blocks=len(blocks), extensions=data[126],
        checksums_right=all(sum(block) & 0xff == 0 for block in blocks),
        width_cm=data[21], height_cm=data[22], preferred_width=width, preferred_height=height,
        preferred_width_mm=timing[12] | (timing[14] & 0xf0) << 4,
        preferred_height_mm=timing[13] | (timing[14] & 0x0f) << 8,
        refresh_millihertz=round(clock * 1000 / total) if total else 0)


def _pair(first: int, second: int, high: int) -> tuple[int, int]:
    """Two 12-bit numbers that share a byte for their upper halves."""
    return first | (high & 0xf0) << 4, second | (high & 0x0f) << 8
