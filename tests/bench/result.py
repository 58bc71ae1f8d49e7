# SPDX-License-Identifier: GPL-2.0-or-later
"""What a case found: figures of both sides and what they have to reach."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Callable

NOISE = 0.03    # what two runs of the same thing differ by


@dataclass
class Result:
    """One row of the table. Values are medians, in `unit`; `goal` says what `ratio` must be."""

    name: str
    unit: str
    stock: float
    ours: float
    ratio: float
    goal: str
    reached: bool | None
    detail: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict:
        """Plain types."""
        return asdict(self)


def cheaper(name: str, unit: str, stock: float, ours: float, goal: float, stretch: float | None = None) -> Result:
    """A cost that must be `goal` times smaller than that of stock."""
    ratio = stock / ours if ours > 0 else float('inf')
    text = f'{goal:g}x less' if goal != 1 else 'no more'
    if stretch:
        text += f' (stretch {stretch:g}x)'
    return Result(name, unit, stock, ours, ratio, text, ratio >= goal * (1 - NOISE))


def faster(name: str, unit: str, stock: float, ours: float, goal: float) -> Result:
    """A rate that must be `goal` times that of stock."""
    ratio = ours / stock
    text = f'{goal:g}x' if goal != 1 else 'no less'
    return Result(name, unit, stock, ours, ratio, text, ratio >= goal * (1 - NOISE))


def within(name: str, unit: str, stock: float, ours: float, goal: str,
           passes: Callable[[float], bool]) -> Result:
    """Something that is judged by ours alone; the ratio is that to stock."""
    return Result(name, unit, stock, ours, stock / ours if ours else float('inf'), goal, passes(ours))
