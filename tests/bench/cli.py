# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of scripts/bench."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from vgpu.modules import Modules, ModulesError

from . import blobs, footprint, gl, latency, rates, transfers
from .report import plot, table, write_json
from .settings import Settings

CASES = {'transfers': transfers.run, 'blobs': blobs.run, 'rates': rates.run, 'latency': latency.run,
         'memory': footprint.run, 'gl': gl.run}
ROOT = Path(__file__).resolve().parents[2]
QUICK = 0.2


def parse(arguments: list[str]) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog='scripts/bench',
        description='Compares the plain device with that of stock QEMU: both run in turns, medians are '
                    'printed as a table, written as JSON and plotted. CPU figures are those of the whole '
                    'QEMU process, net of what an empty kick of the queue costs; rates are by the clock.')
    parser.add_argument('--modules', default=str(ROOT / 'build/gcc/modules'), metavar='DIR|stock',
                        help='folder of our modules; "stock" compares stock with itself (default: %(default)s)')
    parser.add_argument('--out', type=Path, default=ROOT / 'build/bench', metavar='DIR',
                        help='where bench.json and bench.png go (default: %(default)s)')
    parser.add_argument('--rounds', type=int, default=9, metavar='N',
                        help='measure everything in N rounds (default: %(default)s)')
    parser.add_argument('--quick', action='store_true', help='a fifth of the repetitions: for a first look')
    parser.add_argument('--realtime', action='store_true',
                        help='run both sides with real-time priority, so that other work of the machine does '
                             'not count (needs root)')
    parser.add_argument('--quiet', action='store_true', help='print no progress')
    parser.add_argument('cases', nargs='*', metavar='CASE',
                        help=f'what to measure: {", ".join(CASES)} (default: all)')
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Measures, prints and writes; 1 when a goal was missed."""
    options = parse(arguments)
    unknown = set(options.cases) - set(CASES)
    if unknown:
        print(f'scripts/bench: no case {", ".join(sorted(unknown))}, see --help', file=sys.stderr)
        return 2
    try:
        ours = Modules.parse(options.modules)
    except ModulesError as error:
        print(f'scripts/bench: {error}', file=sys.stderr)
        return 2
    if options.realtime:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    settings = Settings({'stock': Modules(), 'ours': ours}, options.rounds, QUICK if options.quick else 1.0,
                        options.quiet)
    results = []
    for name in options.cases or CASES:
        results += CASES[name](settings)
    options.out.mkdir(parents=True, exist_ok=True)
    write_json(results, options.out / 'bench.json')
    plot(results, options.out / 'bench.png')
    print(table(results))
    print(f'{options.out / "bench.json"}, {options.out / "bench.png"}')
    return 0 if all(result.reached is not False for result in results) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
