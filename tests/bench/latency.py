# SPDX-License-Identifier: GPL-2.0-or-later
"""How long QMP keeps a management tool waiting while a guest draws 3840x2160 at 60 Hz."""

from __future__ import annotations

import multiprocessing
import statistics
import time

from vgpu.wire import Rect, encode

from .result import Result, within
from .settings import Settings
from .side import Batch, Side
from .transfers import HEIGHT, RESOURCE, WIDTH, set_up, transfer_command

FRAME_SECONDS = 1 / 60
QUERY_SECONDS = 0.004
RUN_SECONDS = 4
RUNS = 5
ALLOWED_MS = 2
RESOLUTION_MS = 0.1


def run(settings: Settings) -> list[Result]:
    """The row of the table about QMP."""
    with settings.sides() as sides:
        frames = {side.name: frame_batch(side) for side in sides}
        found: dict[str, list[tuple[float, float]]] = {side.name: [] for side in sides}
        for number in range(RUNS):
            for side in sides:
                settings.progress(f'query-status while {side.name} draws, run {number + 1} of {RUNS}')
                found[side.name].append((run_once(settings, side, None),
                                         run_once(settings, side, frames[side.name])))
    idle = {name: statistics.median(pair[0] for pair in pairs) for name, pairs in found.items()}
    busy = {name: statistics.median(pair[1] for pair in pairs) for name, pairs in found.items()}
    above = {name: busy[name] - idle[name] for name in found}
    result = within('query-status p99 at 60 Hz, above idle', 'ms', above['stock'], above['ours'],
                    'within 2 ms', lambda value: value <= ALLOWED_MS)
    result.ratio = max(above['stock'], RESOLUTION_MS) / max(above['ours'], RESOLUTION_MS)
    result.detail = {**{f'{name}_idle_ms': value for name, value in idle.items()},
                     **{f'{name}_busy_ms': value for name, value in busy.items()}}
    return [result]


def frame_batch(side: Side) -> Batch:
    """A frame: everything transferred, everything flushed."""
    set_up(side)
    flush = encode('resource_flush', r=Rect(0, 0, WIDTH, HEIGHT), resource_id=RESOURCE)
    batch = Batch(side, [transfer_command(Rect(0, 0, WIDTH, HEIGHT)), flush])
    batch.arm()
    return batch


def run_once(settings: Settings, side: Side, frame: Batch | None) -> float:
    """The 99th percentile in milliseconds; frame None means an idle guest."""
    side.qemu.qmp.command('query-status')
    seconds = RUN_SECONDS * settings.scale
    context = multiprocessing.get_context('fork')
    receiver, sender = context.Pipe(False)
    prober = context.Process(target=probe, args=(side, seconds, sender))
    prober.start()
    try:
        if frame is not None:
            draw(frame, seconds)
        latencies = receiver.recv()
    finally:
        prober.join()
    return statistics.quantiles(latencies, n=100)[98] / 1e6


def draw(frame: Batch, seconds: float) -> None:
    """Sends frames at 60 Hz."""
    due = time.perf_counter()
    end = due + seconds
    while due < end:
        frame.send()
        due += FRAME_SECONDS
        time.sleep(max(0, due - time.perf_counter()))
    frame.check()


def probe(side: Side, seconds: float, sender) -> None:
    """Asks query-status again and again, in a process of its own; sends the times taken."""
    latencies = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        started = time.perf_counter_ns()
        side.qemu.qmp.command('query-status')
        latencies.append(time.perf_counter_ns() - started)
        time.sleep(QUERY_SECONDS)
    sender.send(latencies)
    sender.close()
