# SPDX-License-Identifier: GPL-2.0-or-later
"""What is compared, how often, and how to tell the user that it goes on."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Iterator, Sequence

from vgpu.modules import Modules

from .side import Batch, Cost, Side, measure_empty_kicks, median


@dataclass
class Settings:
    """The modules of both sides and the number of repetitions."""

    modules: dict[str, Modules]
    rounds: int = 9
    scale: float = 1.0
    quiet: bool = False
    _started: float = field(default_factory=time.monotonic)

    def times(self, count: int) -> int:
        """A number of repetitions, fewer for a quick look."""
        return max(1, round(count * self.scale))

    def progress(self, text: str) -> None:
        """Tells what is being measured."""
        if not self.quiet:
            print(f'[{time.monotonic() - self._started:6.1f} s] {text}', file=sys.stderr, flush=True)

    @contextmanager
    def sides(self, properties: dict[str, str] | None = None, ring: dict[str, int] | None = None,
              ) -> Iterator[list[Side]]:
        """A running device for each kind of modules."""
        sides: list[Side] = []
        try:
            for name, modules in self.modules.items():
                sides.append(Side(name, modules, (properties or {}).get(name, ''), (ring or {}).get(name)))
            yield sides
        except BaseException:
            for side in sides:
                side.qemu.kill()
            raise
        for side in sides:
            side.close()

    def alternate(self, sides: Sequence[Side]) -> Iterator[Side]:
        """All sides in every round, first one first in one round and last in the next."""
        for turn in range(self.rounds):
            yield from sides if turn % 2 else reversed(sides)

    def compare(self, batches: dict[str, Batch], times: int, net: bool = True) -> dict[str, Cost]:
        """The median cost of sending each side's batch once; `net` takes an empty kick off."""
        found: dict[str, list[Cost]] = {name: [] for name in batches}
        sides = [batch.side for batch in batches.values()]
        for batch in batches.values():
            batch.arm()
            batch.send()
        for side in self.alternate(sides):
            empty = measure_empty_kicks(side, times)
            cost = batches[side.name].measure(times)
            found[side.name].append((cost - empty if net else cost).per(times))
        return {name: median(costs) for name, costs in found.items()}
