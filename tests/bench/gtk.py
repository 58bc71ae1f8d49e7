#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares the GTK window with that of stock QEMU, on the same stock device.

Each side has an Xvfb of its own with a screen of 3840x2160 pixels, filled by the picture of a guest,
who flushes it 60 times a second; CPU time is that of QEMU, main thread and all threads, for each frame
that came to the screen.
Latency is from the flush of a small change to its pixels on the screen, as seen by looking at the
screen's memory.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NamedTuple

import numpy

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'tests')]

from bench.report import table, write_json  # noqa: E402: the path comes first
from bench.result import Result, cheaper, faster, within  # noqa: E402
from display.headless import Texture  # noqa: E402
from gtk.hands import Hands  # noqa: E402
from gtk.screen import Screen  # noqa: E402
from vgpu.formats import gradient  # noqa: E402
from vgpu.gpu import Gpu  # noqa: E402
from vgpu.modules import Modules  # noqa: E402
from vgpu.procfs import CpuTime, cpu_time  # noqa: E402
from vgpu.qemu import Qemu  # noqa: E402
from vgpu.wait import wait_for  # noqa: E402
from vgpu.wire import Box, Rect  # noqa: E402

SIZE = (3840, 2160)
SCALED = (2560, 1440)
SMALL = Rect(640, 480, 64, 64)
SPOT = Rect(656, 496, 16, 16)     # lies in all of them
WHOLE = Rect(0, 0, *SIZE)
RATE = 60
SECONDS = 3
SETTLE = 1.5
SAMPLES = 60
MARK = 249          # a frame that is not counted


class Shown(NamedTuple):
    """A running machine whose window fills its screen."""

    gpu: Gpu
    screen: Screen
    has_window: bool
    size: tuple[int, int]       # of the screen

    def cpu(self) -> CpuTime:
        """What QEMU has used so far."""
        return cpu_time(self.gpu.qemu.pid)


@contextmanager
def running(modules: Modules, device: str, gl: str, size: tuple[int, int] = SIZE,
            machine: str = 'pc') -> Iterator[Shown]:
    """A stock device in a window of these modules; gl '' has no window at all."""
    with tempfile.TemporaryDirectory() as folder:
        screen = Screen(Path(folder) / 'screen', *size)
        env = os.environ | screen.environment()
        env.pop('QEMU_MODULE_DIR', None)
        if not modules.is_stock:
            (Path(folder) / 'ui-gtk.so').symlink_to(modules.home / 'ui-gtk.so')
            env['QEMU_MODULE_DIR'] = folder
        zoom = 'off' if size == SIZE else 'on'
        display = f'gtk,gl={gl},show-menubar=off,zoom-to-fit={zoom}' if gl else 'none'
        try:
            with Qemu('-device', f'{device},id=gpu0', env=env, machine=machine, memory=512, display=display,
                      timeout=120) as qemu:
                yield Shown(Gpu(qemu, device='gpu0').start(), screen, bool(gl), size)
        finally:
            screen.close()


class Picture:
    """What the guest shows: a picture of the screen's size, a spot of which changes in every frame."""

    def __init__(self, shown: Shown, texture: bool):
        self.shown = shown
        self.texture = Texture(shown.gpu, 1, *SIZE) if texture else None
        if self.texture:
            self.texture.fill(gradient(*SIZE))
            self.texture.show()
            self.texture.flush()
            self.image = self.texture.image
        else:
            self.image = shown.gpu.show(1, gradient(*SIZE))
        time.sleep(SETTLE)
        if shown.has_window and shown.size != SIZE:
            self.fill_screen()
        self.place = self.find_spot() if shown.has_window else (0, 0)

    def fill_screen(self) -> None:
        """Gives the window the size of a screen that is smaller than the picture."""
        hands = Hands(self.shown.screen)
        hands.do('windowsize', hands.window(), *self.shown.size)
        hands.do('windowmove', hands.window(), 0, 0)
        time.sleep(SETTLE)

    def find_spot(self) -> tuple[int, int]:
        """Where on the screen the spot is: stock's window does not always have the picture in the corner."""
        colour = self.change(MARK)
        self.shown.gpu.flush(1, WHOLE)

        def find() -> numpy.ndarray | None:
            found = numpy.argwhere((self.shown.screen.picture == colour).all(axis=2))
            return found[len(found) // 2] if len(found) > 50 else None
        y, x = wait_for(lambda: None if (at := find()) is None else tuple(at), 'the picture on the screen')
        return int(x), int(y)

    def change(self, frame: int) -> tuple[int, int, int]:
        """Draws another spot; returns its colour."""
        rgb = numpy.full((SPOT.height, SPOT.width, 3), (frame % 250 + 1, 3, 250), numpy.uint8)
        self.image.draw_at(*SPOT[:2], rgb)
        offset = self.image.offset(*SPOT[:2])
        if self.texture:
            self.shown.gpu.ok('transfer_to_host_3d', box=Box(SPOT.x, SPOT.y, 0, SPOT.width, SPOT.height, 1),
                              offset=offset, resource_id=1, stride=self.image.stride)
        else:
            self.shown.gpu.transfer(1, SPOT, offset)
        return tuple(int(value) for value in rgb[0, 0])

    def seen(self) -> tuple[int, int, int]:
        """The spot's colour on the screen."""
        return self.shown.screen.pixel(*self.place)


class Load(NamedTuple):
    """What a second with 60 flushes, or as many as there may be, costs in nanoseconds; frames on the screen."""

    main: float
    total: float
    frames: int


def run_frames(shown: Shown, texture: bool, rect: Rect) -> Load:
    """60 flushes a second."""
    picture = Picture(shown, texture)
    frames = RATE * SECONDS
    colours = set()
    before = shown.cpu()
    begin = time.monotonic()
    for frame in range(frames):
        picture.change(frame)
        shown.gpu.flush(1, rect)
        colours.add((frame // 250, picture.seen()))
        while time.monotonic() < begin + (frame + 1) / RATE:
            time.sleep(0.001)
            colours.add((frame // 250, picture.seen()))
    spent = shown.cpu() - before
    seconds = time.monotonic() - begin
    return Load(spent.main / seconds, spent.total / seconds, len(colours) / seconds)


class Case(NamedTuple):
    """What is shown, how, what changes in each frame, and how many times less it has to cost."""

    name: str
    device: str
    gl: str
    texture: bool
    rect: Rect
    goal: float
    screen: tuple[int, int] = SIZE      # a smaller one shows a smaller picture


CASES = [
    Case('gl=off, full', 'virtio-gpu-pci', 'off', False, WHOLE, 1),
    Case('gl=off, 64x64', 'virtio-gpu-pci', 'off', False, SMALL, 1),
    Case('gl=off, full, at 2/3', 'virtio-gpu-pci', 'off', False, WHOLE, 2, SCALED),
    Case('gl=off, 64x64, at 2/3', 'virtio-gpu-pci', 'off', False, SMALL, 1, SCALED),
    Case('gl=on, full', 'virtio-gpu-pci', 'on', False, WHOLE, 1),
    Case('gl=on, 64x64', 'virtio-gpu-pci', 'on', False, SMALL, 3),
    Case('gl=on, texture, full', 'virtio-gpu-gl-pci', 'on', True, WHOLE, 1),
    Case('gl=on, texture, 64x64', 'virtio-gpu-gl-pci', 'on', True, SMALL, 3),
]


def measure(case: Case, modules: Modules, gl: str) -> Load:
    """One run of one side; without GL there is nothing to show a texture with, nor to take off."""
    if not gl and case.texture:
        return Load(0, 0, 0)
    with running(modules, case.device, gl, case.screen) as shown:
        return run_frames(shown, case.texture, case.rect)


def run_case(case: Case, sides: dict[str, Modules], rounds: int) -> list[Result]:
    """Both sides in turns; their medians net of what the device costs without a window."""
    found: dict[str, list[Load]] = {side: [] for side in (*sides, 'none')}
    for _ in range(rounds):
        for side, modules in sides.items():
            found[side].append(measure(case, modules, case.gl))
        found['none'].append(measure(case, Modules(), ''))
    medians = {side: Load(*(statistics.median(values) for values in zip(*loads)))
               for side, loads in found.items()}
    net = {side: Load((medians[side].main - medians['none'].main) / 1e6 / medians[side].frames,
                      (medians[side].total - medians['none'].total) / 1e6 / medians[side].frames,
                      medians[side].frames)
           for side in sides}
    stock, ours = net['stock'], net['ours']
    return [cheaper(f'{case.name}, main thread', 'ms/frame', stock.main, ours.main, case.goal),
            cheaper(f'{case.name}, process', 'ms/frame', stock.total, ours.total, case.goal),
            faster(f'{case.name}, shown', 'frames/s', stock.frames, ours.frames, 1)]


def idle(sides: dict[str, Modules], gl: str) -> Result:
    """CPU time a second while nothing changes, net of QEMU without a window.

    Without the PIT: it wakes QEMU up 36 times a second until a guest runs that uses the HPET in its place.
    """
    found = {}
    for side, modules in (*sides.items(), ('none', Modules())):
        with running(modules, 'virtio-gpu-pci', gl if side != 'none' else '', machine='pc,pit=off') as shown:
            Picture(shown, False)
            time.sleep(3)
            before = shown.cpu()
            time.sleep(8)
            found[side] = (shown.cpu() - before).total / 8e6
    return within(f'gl={gl}, nothing changes', 'ms/s', found['stock'] - found['none'],
                  found['ours'] - found['none'], 'under 0.5', lambda value: value < 0.5)


def latencies(modules: Modules, gl: str) -> list[float]:
    """Milliseconds from a flush to its pixels on the screen."""
    found = []
    with running(modules, 'virtio-gpu-pci', gl) as shown:
        picture = Picture(shown, False)
        for sample in range(SAMPLES):
            colour = picture.change(sample)
            time.sleep(random.uniform(0.03, 0.08))
            begin = time.perf_counter()
            shown.gpu.flush(1, SPOT)
            while picture.seen() != colour:
                if time.perf_counter() - begin > 5:
                    raise TimeoutError('the change does not come to the screen')
            found.append((time.perf_counter() - begin) * 1e3)
    return found


def run_latency(sides: dict[str, Modules], gl: str) -> Result:
    """Medians of both sides, with all samples for the plot."""
    samples = {side: latencies(modules, gl) for side, modules in sides.items()}
    medians = {side: statistics.median(values) for side, values in samples.items()}
    result = cheaper(f'gl={gl}, flush to pixels, p50', 'ms', medians['stock'], medians['ours'], 1)
    result.detail.update({f'{side}-{index}': value for side, values in samples.items()
                          for index, value in enumerate(sorted(values))})
    return result


def plot_latency(results: list[Result], path: Path) -> None:
    """How many flushes are on the screen after how long."""
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 4.5))
    for result in results:
        for side in ('stock', 'ours'):
            values = sorted(value for key, value in result.detail.items() if key.startswith(side))
            axes.step(values, numpy.arange(1, len(values) + 1) / len(values),
                      label=f'{side}, {result.name.split(",")[0]}', linestyle='--' if side == 'stock' else '-')
    axes.set_xlabel('ms from the flush to its pixels on the screen (logarithmic)')
    axes.set_ylabel('share of the flushes')
    axes.set_xscale('log')
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> int:
    """Measures and prints; 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--modules', default=str(ROOT / 'build/gcc/modules'), metavar='DIR')
    parser.add_argument('--rounds', type=int, default=3, metavar='N')
    parser.add_argument('--json', type=Path, metavar='FILE', help='where to write the figures')
    parser.add_argument('--plot', type=Path, metavar='FILE', help='where to draw the latencies')
    parser.add_argument('--realtime', action='store_true',
                        help='run everything with real-time priority, so that other work of the machine does '
                             'not count (needs root)')
    parser.add_argument('--only', default='', metavar='WORDS', help='only cases with these words in their names')
    options = parser.parse_args()
    if options.realtime:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    sides = {'stock': Modules(), 'ours': Modules.parse(options.modules)}
    results: list[Result] = []
    for case in CASES:
        if options.only in case.name:
            results += run_case(case, sides, options.rounds)
            print(f'{case.name}: done', file=sys.stderr, flush=True)
    waits = []
    for gl in ('off', 'on'):
        if options.only in f'gl={gl}, nothing changes':
            results.append(idle(sides, gl))
        if options.only in f'gl={gl}, flush to pixels':
            waits.append(run_latency(sides, gl))
    results += waits
    if options.plot and waits:
        plot_latency(waits, options.plot)
    if options.json:
        write_json(results, options.json)
    print(table(results))
    return 0 if all(result.reached is not False for result in results) else 1


if __name__ == '__main__':
    sys.exit(main())
