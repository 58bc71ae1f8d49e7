# SPDX-License-Identifier: GPL-2.0-or-later
"""Results as a table, as JSON and as a plot."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Sequence

from .result import Result

HEADINGS = ('case', 'unit', 'stock', 'ours', 'ratio', 'goal', 'result')
REACHED = {True: 'reached', False: 'short', None: ''}


def number(value: float) -> str:
    """Three significant digits, no exponent."""
    return f'{value:.0f}' if abs(value) >= 100 else f'{value:.3g}'


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """The table's cells."""
    return [(result.name, result.unit, number(result.stock), number(result.ours), f'{result.ratio:.2f}',
             result.goal, REACHED[result.reached]) for result in results]


def table(results: Sequence[Result]) -> str:
    """The table as reStructuredText, which reads well on a terminal too."""
    cells = [HEADINGS, *rows(results)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    rule = '  '.join('=' * width for width in widths)
    lines = ['  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells]
    return '\n'.join([rule, lines[0], rule, *lines[1:], rule])


def write_json(results: Sequence[Result], path: Path) -> None:
    """All figures, with what they were measured on."""
    path.write_text(json.dumps({
        'machine': {'cpus': os.cpu_count(), 'kernel': platform.release(), 'cpu': cpu_model(),
                    'load_at_end': os.getloadavg()[0]},
        'results': [result.to_json() for result in results],
    }, indent=1) + '\n')


def cpu_model() -> str:
    """The name of the CPU."""
    for line in Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.partition(':')[2].strip()
    return 'unknown'


def plot(results: Sequence[Result], path: Path) -> None:
    """A bar for every ratio, on a logarithmic scale."""
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot

    names = [result.name for result in results][::-1]
    ratios = [max(result.ratio, 0.01) for result in results][::-1]
    colours = [{True: '#3b7d3b', False: '#b5482f', None: '#777777'}[result.reached] for result in results][::-1]
    figure, axes = pyplot.subplots(figsize=(9, 0.45 * len(names) + 1.2))
    axes.barh(names, ratios, color=colours)
    axes.set_xscale('log')
    axes.axvline(1, color='black', linewidth=0.8)
    axes.set_xlabel('times better than the stock device (logarithmic)')
    for position, ratio in enumerate(ratios):
        axes.annotate(f' {number(ratio)}x', (ratio, position), va='center', fontsize=8)
    axes.margins(x=0.15)
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
