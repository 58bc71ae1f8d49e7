#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares egl-headless with that of stock QEMU, on the same stock devices.

Stock needs a render node and dmabufs: where the host has none, run it in the lab,
tests/lab/run --timeout 600 --memory 3072 -- tests/bench/headless.py --modules build/gcc/modules

A VNC server is there, and nobody connects to it, so what is measured is the display and not
the encoding of pictures. Frames come at a rate at which both displays take every one of them
before they answer; the figure is the shortest time until the answer, net of that of a flush
which no head shows. (The lab has one CPU, where others interrupt, and keeps CPU time in ticks.)
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'tests'), str(ROOT / 'tests/lab')]

from bench.report import table, write_json  # noqa: E402: the path comes first
from bench.result import Result, cheaper  # noqa: E402
from display.headless import Texture  # noqa: E402
from inside.blob import Blob  # noqa: E402
from vgpu.gpu import Gpu  # noqa: E402
from vgpu.modules import Modules  # noqa: E402
from vgpu.qemu import Qemu  # noqa: E402
from vgpu.wire import Rect  # noqa: E402

SIZE = (3840, 2160)
SMALL = Rect(640, 480, 64, 64)
WHOLE = Rect(0, 0, *SIZE)
WARM_UP = 5
FRAMES = {SMALL: 25, WHOLE: 10}
RATE = 5     # frames a second, far below the refresh of any display


@contextmanager
def running(modules: Modules, device: str, devices_too: bool = False) -> Iterator[Gpu]:
    """A device under egl-headless, the display being of these modules; the device is, too, or is stock."""
    with tempfile.TemporaryDirectory() as folder:
        env = {}
        if devices_too:
            env = modules.environment()
        elif not modules.is_stock:
            (Path(folder) / 'ui-egl-headless.so').symlink_to(modules.home / 'ui-egl-headless.so')
            env['QEMU_MODULE_DIR'] = folder
        with Qemu('-device', f'{device},id=gpu0', '-vnc', f'unix:{folder}/vnc', env=env, memory=512,
                  display='egl-headless', timeout=120) as qemu:
            yield Gpu(qemu, device='gpu0').start()


def texture_scanout(gpu: Gpu) -> int:
    """Shows a GL texture; returns its resource."""
    texture = Texture(gpu, 1, *SIZE)
    texture.show()
    texture.flush()
    return 1


def dmabuf_scanout(gpu: Gpu) -> int:
    """Shows a dmabuf; returns its resource."""
    blob = Blob(gpu, *SIZE, pieces=15).create()
    blob.set_scanout()
    blob.flush()
    return 1


class Case(NamedTuple):
    """A device, what it shows, what changes in each frame, and how many times less it has to cost."""

    name: str
    device: str
    show: Callable[[Gpu], int]
    rect: Rect
    goal: float
    devices_too: bool = False


# Stock's device makes every flush of a blob one of the whole picture; ours does not.
CASES = [
    Case('GL scanout, 64x64', 'virtio-gpu-gl-pci', texture_scanout, SMALL, 50),
    Case('GL scanout, full', 'virtio-gpu-gl-pci', texture_scanout, WHOLE, 1),
    Case('dmabuf, 64x64, stock device', 'virtio-gpu-pci,blob=on', dmabuf_scanout, SMALL, 1),
    Case('dmabuf, 64x64', 'virtio-gpu-pci,blob=on', dmabuf_scanout, SMALL, 50, devices_too=True),
    Case('dmabuf, full', 'virtio-gpu-pci,blob=on', dmabuf_scanout, WHOLE, 1),
]


def time_of_flush(gpu: Gpu, resource_id: int, rect: Rect, frames: int) -> float:
    """The time of an undisturbed flush in microseconds."""
    taken = []
    for _ in range(WARM_UP + frames):
        time.sleep(1 / RATE)
        begin = time.perf_counter()
        gpu.flush(resource_id, rect)
        taken.append(time.perf_counter() - begin)
    return min(taken[WARM_UP:]) * 1e6


def cost(modules: Modules, case: Case) -> float:
    """What showing a frame costs over what the device does anyway for a flush that no head shows."""
    frames = FRAMES[case.rect]
    with running(modules, case.device, case.devices_too) as gpu:
        gpu.create_2d(9, 64, 64)
        idle = time_of_flush(gpu, 9, Rect(0, 0, 64, 64), frames)
        return time_of_flush(gpu, case.show(gpu), case.rect, frames) - idle


def run_case(case: Case, ours: Modules, rounds: int) -> Result:
    """Both sides in turns, and their medians."""
    sides = {'stock': Modules(), 'ours': ours}
    found: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side, modules in sides.items():
            found[side].append(cost(modules, case))
    stock, own = (statistics.median(found[side]) for side in sides)
    return cheaper(case.name, 'us/frame', stock, own, case.goal)


def main() -> int:
    """Measures and prints; 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--modules', default=str(ROOT / 'build/gcc/modules'), metavar='DIR')
    parser.add_argument('--rounds', type=int, default=3, metavar='N')
    parser.add_argument('--json', type=Path, metavar='FILE', help='where to write the figures')
    options = parser.parse_args()
    os.environ.setdefault('MESA_SHADER_CACHE_DISABLE', 'true')
    results: list[Result] = []
    for case in CASES:
        results.append(run_case(case, Modules.parse(options.modules), options.rounds))
        print(f'{case.name}: done', file=sys.stderr, flush=True)
    if options.json:
        write_json(results, options.json)
    print(table(results))
    return 0 if all(result.reached is not False for result in results) else 1


if __name__ == '__main__':
    sys.exit(main())
