# SPDX-License-Identifier: GPL-2.0-or-later
"""What programs in a guest get of OpenGL, beside stock QEMU, and how QMP fares meanwhile.

Both sides run the same guest in a GTK window with gl=on on an X server of their own; ours runs also
without a display and behind a VNC viewer, where stock has no 3D. Mesa keeps no shaders on either side of the
virtual machine.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Iterator, NamedTuple

from gtk.screen import Screen
from vgpu.guest import Guest
from vgpu.modules import Modules
from vgpu.vnc import VncClient

from .result import Result, cheaper, faster, within
from .settings import Settings

MODE = '1024x768'
NO_SHADER_CACHE = {'MESA_SHADER_CACHE_DISABLE': 'true'}
FINISHES, SUBMITS = 400, 4000
KMSCUBE_FRAMES = 400
SCENES = ('build', 'shading:shading=phong', 'texture:texture-filter=linear')
SCENE_SECONDS = 2
ROUNDS = 5
GLMARK2 = 'glmark2-es2-drm --visual-config red=8:green=8:blue=8:alpha=0:buffer=24'
SHADER_LINES = (150, 600)
COMPILE_SECONDS = 600
QUERY_SECONDS = 0.004
QMP_ALLOWED_MS = 50
FINISH_ALLOWED_US = 1000
STOCK = 'stock', 'gtk gl=on'
PLACES = {'gtk gl=on': 'gtk,gl=on', 'none': 'none', 'VNC': 'none'}


class Figures(NamedTuple):
    """What was measured in one place; rates are frames a second, latencies milliseconds."""

    finish_us: float
    submits: float
    rates: dict[str, float]


class Answers(NamedTuple):
    """How long QMP took while a shader was compiled, and how long that took."""

    p99_ms: float
    worst_ms: float
    compile_seconds: float


class Place:
    """A guest whose GL is shown somewhere."""

    def __init__(self, name: str, modules: Modules, where: str, folder: Path):
        self.name, self.where = name, where
        self._screen = Screen(folder / 'screen', 1400, 1000) if where.startswith('gtk') else None
        self._viewer: VncClient | None = None
        env = {**NO_SHADER_CACHE, **(self._screen.environment() if self._screen else {})}
        vnc = ('-vnc', f'unix:{folder}/vnc') if where == 'VNC' else ()
        self.guest = Guest('-device', 'virtio-gpu-gl-pci', *vnc, modules=modules, gl=True, display=PLACES[where],
                           env=env, timeout=COMPILE_SECONDS)
        if vnc:
            self._viewer = VncClient(f'{folder}/vnc')
            threading.Thread(target=self._look, daemon=True).start()

    @property
    def key(self) -> tuple[str, str]:
        """Whose modules, and where its pictures go."""
        return self.name, self.where

    def boot(self) -> None:
        """Waits for the guest, and sets up what programs in it go by."""
        self.guest.boot()
        self.guest.qemu.check_modules()
        self.guest.run('export ' + ' '.join(f'{key}={value}' for key, value in NO_SHADER_CACHE.items()))
        self.guest.run(f'export VGPU_MODE={MODE}')

    def _look(self) -> None:
        """What a viewer does: takes pictures until the connection ends."""
        try:
            self._viewer.wait_for(lambda client: client.updates.clear(), COMPILE_SECONDS * 10)
        except (OSError, ConnectionError):
            pass

    def finish(self, count: int) -> float:
        """The median time that glFinish takes after a tiny draw, in microseconds."""
        text = self.guest.run(f'gl-bench finish {count}', 120)
        return float(re.search(r'p50 ([\d.]+)', text).group(1))

    def submits(self, count: int) -> float:
        """Tiny command streams a second."""
        text = self.guest.run(f'gl-bench submits {count}', 120)
        return float(re.search(r'submits (\d+)', text).group(1))

    def kmscube(self, frames: int) -> float:
        """Frames a second of kmscube."""
        text = self.guest.run(f'LD_PRELOAD=kms-hold.so kmscube -c {frames} | tail -n 1', 300)
        return float(re.search(r'\(([\d.]+) fps\)', text).group(1))

    def glmark2(self, scene: str, seconds: float) -> float:
        """Frames a second of a scene of glmark2."""
        text = self.guest.run(f'LD_PRELOAD=kms-hold.so {GLMARK2} -b {scene}:duration={seconds}', 300)
        return float(re.search(r'FPS: (\d+)', text).group(1))

    def figures(self, settings: Settings) -> Figures:
        """All that takes seconds only."""
        rates = {'kmscube': self.kmscube(settings.times(KMSCUBE_FRAMES))}
        for scene in SCENES:
            rates[f'glmark2 {scene.partition(":")[0]}'] = self.glmark2(scene, SCENE_SECONDS)
        return Figures(self.finish(settings.times(FINISHES)), self.submits(settings.times(SUBMITS)), rates)

    def answers(self, settings: Settings, lines: int) -> Answers:
        """Asks query-status while the guest compiles a shader of so many lines."""
        settings.progress(f'QMP while a shader of {lines} lines is compiled: {self.name}, {self.where}')
        guest, taken = self.guest, []
        guest.send(f'gl-bench compile {lines}')
        guest.wait_for(f'compiling {lines} lines')
        text = ''
        deadline = time.monotonic() + COMPILE_SECONDS
        while 'seconds' not in text and time.monotonic() < deadline:
            started = time.perf_counter()
            guest.qemu.qmp.command('query-status')
            taken.append((time.perf_counter() - started) * 1000)
            text += guest.read(QUERY_SECONDS)
        found = re.search(r'seconds ([\d.]+)', text + guest.read(1))
        lockups = guest.run('dmesg | grep -c -i "soft lockup"; true')
        if lockups.strip() != '0':
            raise RuntimeError(f'{self.name}: the guest had {lockups.strip()} soft lockups')
        asked = sorted(delay for one in taken for delay in delays_of(one))
        return Answers(asked[len(asked) * 99 // 100], asked[-1], float(found.group(1)))

    def close(self) -> None:
        """Ends everything."""
        if self._viewer:
            self._viewer.close()
        self.guest.qemu.kill()
        if self._screen:
            self._screen.close()


def delays_of(answer_ms: float) -> Iterator[float]:
    """What those had waited for who would have asked meanwhile, too: one comes every so often."""
    while answer_ms > 0:
        yield answer_ms
        answer_ms -= QUERY_SECONDS * 1000


def run(settings: Settings) -> list[Result]:
    """All rows of the table about OpenGL."""
    if not shutil.which('Xvfb'):
        settings.progress('gl: stock needs an X server: install xvfb')
        return []
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        places = []
        for number, (name, where) in enumerate((STOCK, *(('ours', where) for where in PLACES))):
            settings.progress(f'booting a guest: {name}, {where}')
            (folder / str(number)).mkdir()
            places.append(stack.enter_context(contextlib.closing(
                Place(name, settings.modules[name], where, folder / str(number)))))
            places[-1].boot()
        found: dict[tuple[str, str], list[Figures]] = {place.key: [] for place in places}
        for turn in range(settings.times(ROUNDS)):
            for place in places if turn % 2 else reversed(places):
                settings.progress(f'OpenGL, round {turn + 1}: {place.name}, {place.where}')
                found[place.key].append(place.figures(settings))
        answers = {(place.key, lines): place.answers(settings, lines) for lines in SHADER_LINES for place in places}
    return [*rate_rows({key: median_of(figures) for key, figures in found.items()}), *answer_rows(answers)]


def median_of(found: list[Figures]) -> Figures:
    """The median of each figure by itself."""
    return Figures(statistics.median(one.finish_us for one in found), statistics.median(one.submits for one in found),
                   {name: statistics.median(one.rates[name] for one in found) for name in found[0].rates})


def rate_rows(figures: dict[tuple[str, str], Figures]) -> list[Result]:
    """Ours in each place beside stock in its window; only in the window there is a goal."""
    stock = figures[STOCK]
    rows = []
    for place in PLACES:
        ours = figures['ours', place]
        rows.append(within(f'glFinish after a tiny draw, {place}', 'us', stock.finish_us, ours.finish_us,
                           'within 1 ms', lambda value: value < FINISH_ALLOWED_US))
        pairs = {'tiny submits': (stock.submits, ours.submits),
                 **{name: (rate, ours.rates[name]) for name, rate in stock.rates.items()}}
        for name, (before, now) in pairs.items():
            unit = '1/s' if name == 'tiny submits' else 'frames/s'
            row = faster(f'{name}, {place}', unit, before, now, 1)
            if place != 'gtk gl=on':
                row.goal, row.reached = '', None
            rows.append(row)
    return rows


def answer_rows(answers: dict[tuple[tuple[str, str], int], Answers]) -> list[Result]:
    """QMP's answers in each place."""
    rows = []
    for lines in SHADER_LINES:
        stock = answers[STOCK, lines]
        for place in PLACES:
            ours = answers[('ours', place), lines]
            windowed = place == 'gtk gl=on'
            before, now = (stock.p99_ms, ours.p99_ms) if windowed else (stock.worst_ms, ours.worst_ms)
            row = within(f'QMP, shader of {lines} lines, {place}, {"p99" if windowed else "worst"}', 'ms', before, now,
                         f'within {QMP_ALLOWED_MS} ms', lambda value: value < QMP_ALLOWED_MS)
            row.detail = {'stock_worst_ms': stock.worst_ms, 'ours_worst_ms': ours.worst_ms,
                          'stock_p99_ms': stock.p99_ms, 'ours_p99_ms': ours.p99_ms,
                          'stock_compile_s': stock.compile_seconds, 'ours_compile_s': ours.compile_seconds}
            rows.append(row)
            if windowed:
                rows.append(Result('the same, worst', 'ms', stock.worst_ms, ours.worst_ms,
                                   stock.worst_ms / ours.worst_ms, '', None))
        window = answers[('ours', 'gtk gl=on'), lines]
        rows.append(cheaper(f'compiling {lines} lines, gtk gl=on', 's', stock.compile_seconds,
                            window.compile_seconds, 1))
        rows[-1].goal, rows[-1].reached = '', None
    return rows
