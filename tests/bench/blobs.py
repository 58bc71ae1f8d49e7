# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames of 3840x2160 that are shown where they lie, beside stock's frames that are transferred.

Stock has no blobs where there is no /dev/udmabuf, so its side does what its guests do there.
"""

from __future__ import annotations

import statistics
import time
from contextlib import AbstractContextManager
from typing import Callable, Sequence

from vgpu import wire
from vgpu.image import GuestImage
from vgpu.wire import Rect, encode, pack_entries

from .result import Result, cheaper
from .settings import Settings
from .side import Batch, Cost, Side, measure_empty_kicks, median
from .transfers import HEIGHT, RESOURCE, WIDTH, attach_and_detach, details, set_up, transfer_command

BUFFERS = (1, 2)
BYTES = WIDTH * HEIGHT * 4
GOAL = 50
BACKEND = '/machine/peripheral/gpu0/virtio-backend'
WHOLE = Rect(0, 0, WIDTH, HEIGHT)
FRAMES = 60
FLUSHES = 200
PAUSE_SECONDS = 500e-6


def run(settings: Settings) -> list[Result]:
    """All rows of the table about blobs."""
    if settings.modules['ours'].is_stock:
        settings.progress('blobs: stock needs /dev/udmabuf for them')
        return []
    with open_sides(settings) as (stock, ours):
        set_up(stock)
        show_blobs(ours)
        results = [flip(settings, stock, ours), *flush_latency(settings, stock, ours)]
        check_nothing_copied(ours)
    with open_sides(settings) as (stock, ours):
        results.append(life(settings, stock, ours))
    return results


def open_sides(settings: Settings) -> AbstractContextManager[list[Side]]:
    """A running device for each kind of modules; only ours has blobs."""
    return settings.sides(properties={'ours': ',blob=on'})


def create_command(image: GuestImage, resource_id: int) -> bytes:
    """A blob of all the picture's pages."""
    return encode('resource_create_blob', resource_id=resource_id, blob_mem=wire.BLOB_MEM_GUEST,
                  blob_flags=wire.BLOB_FLAG_SHAREABLE, nr_entries=len(image.backing.entries), size=BYTES)


def show_command(resource_id: int) -> bytes:
    """Shows the blob on the first head."""
    return encode('set_scanout_blob', r=WHOLE, resource_id=resource_id, width=WIDTH, height=HEIGHT,
                  format=1, strides=(WIDTH * 4, 0, 0, 0))


def flush_command(resource_id: int) -> bytes:
    """A flush of the whole frame; the answer to its fence says that the frame was taken."""
    return encode('resource_flush', r=WHOLE, resource_id=resource_id, flags=wire.FLAG_FENCE)


def show_blobs(side: Side) -> None:
    """Two blobs of 8100 scattered pages each, both seen through the file of guest memory."""
    for number in BUFFERS:
        image = GuestImage(side.gpu.memory, WIDTH, HEIGHT, scatter=number)
        for address, length in image.backing.entries:
            side.gpu.memory.fill(address, length, number)
        answer = side.gpu.raw([create_command(image, number), pack_entries(image.backing.entries)])
        assert wire.Response.parse(answer.response(), answer.used_length).type == wire.Resp.OK_NODATA
    blobs = side.qemu.qmp.command('qom-get', path=BACKEND, property='blobs')
    assert [blob['view'] for blob in blobs] == ['file'] * len(BUFFERS), blobs


def check_nothing_copied(side: Side) -> None:
    """Fails unless all those frames were shown without a copy."""
    stats = side.qemu.qmp.command('qom-get', path=BACKEND, property='scanout-stats')[0]
    if stats['bytes-copied'] or not stats['flushes']:
        raise RuntimeError(f'frames of blobs were copied: {stats}')


def flip(settings: Settings, stock: Side, ours: Side) -> Result:
    """The CPU time of a frame: a flip to the other blob, and stock's copy into the shown resource."""
    settings.progress('frame of a blob')
    flips = [command for number in BUFFERS for command in (show_command(number), flush_command(number))]
    batches = {'stock': Batch(stock, [transfer_command(WHOLE), flush_command(RESOURCE)]),
               'ours': Batch(ours, flips, step=2)}
    found: dict[str, list[Cost]] = {name: [] for name in batches}
    times = settings.times(FRAMES)
    for batch in batches.values():
        batch.arm()
        batch.send()
    for side in settings.alternate([stock, ours]):
        empty = whole_cost(side, side.gpu.control.kick, times)
        found[side.name].append(whole_cost(side, batches[side.name].send, times) - empty)
        batches[side.name].check()
    costs = {name: median(of_side) for name, of_side in found.items()}
    result = cheaper('frame of a blob, flipped', 'us CPU', costs['stock'].total / 1000,
                     costs['ours'].total / 1000, GOAL)
    result.detail = details(costs)
    return result


def whole_cost(side: Side, call: Callable[[], None], times: int) -> Cost:
    """The cost of a call, with what the device does after the answer."""
    before = side.cpu()
    started = time.perf_counter_ns()
    for _ in range(times):
        call()
        time.sleep(PAUSE_SECONDS)
    wall = time.perf_counter_ns() - started
    used = side.cpu() - before
    return Cost(used.main, used.total, wall).per(times)


def flush_latency(settings: Settings, stock: Side, ours: Side) -> list[Result]:
    """How long a flush of the whole frame takes from the kick to the answer, the copy left out."""
    settings.progress('latency of a flush')
    taken: dict[str, list[float]] = {'stock': [], 'ours': []}
    kicks: list[float] = []
    batches = {side.name: Batch(side, [flush_command(RESOURCE)]) for side in (stock, ours)}
    ours.gpu.raw([show_command(RESOURCE)])
    for batch in batches.values():
        batch.arm()
        batch.send()
    for side in settings.alternate([stock, ours]):
        kicks += times_of(side.gpu.control.kick, settings.times(FLUSHES))
        taken[side.name] += times_of(batches[side.name].send, settings.times(FLUSHES))
        batches[side.name].check()
    rows = [latency_row(taken, percent) for percent in (50, 99)]
    rows[0].detail = {'empty_kick_us': statistics.median(kicks)}
    return rows


def times_of(call: Callable[[], None], times: int) -> list[float]:
    """The microseconds of every call by the clock."""
    taken = []
    for _ in range(times):
        started = time.perf_counter_ns()
        call()
        taken.append((time.perf_counter_ns() - started) / 1000)
    return taken


def latency_row(taken: dict[str, Sequence[float]], percent: int) -> Result:
    """One percentile of both sides."""
    stock, ours = (statistics.quantiles(taken[name], n=100)[percent - 1] for name in ('stock', 'ours'))
    return Result(f'flush of a blob with a fence, p{percent}', 'us', stock, ours, stock / ours, '', None)


def life(settings: Settings, stock: Side, ours: Side) -> Result:
    """The CPU time of a blob's creation and its end; of stock's attaching and detaching of those pages."""
    settings.progress('create and destroy a blob of 8100 ranges')
    image = GuestImage(ours.gpu.memory, WIDTH, HEIGHT, scatter=1)
    entries = pack_entries(image.backing.entries)
    pairs = {'stock': attach_and_detach(stock),
             'ours': (Batch(ours, [create_command(image, RESOURCE)], [entries]),
                      Batch(ours, [encode('resource_unref', resource_id=RESOURCE)]))}
    begins: dict[str, list[Cost]] = {'stock': [], 'ours': []}
    ends: dict[str, list[Cost]] = {'stock': [], 'ours': []}
    for side in settings.alternate([stock, ours]):
        for _ in range(settings.times(8)):
            empty = measure_empty_kicks(side, 1)
            for batch, costs in zip(pairs[side.name], (begins, ends)):
                batch.arm()
                costs[side.name].append(batch.measure(1) - empty)
    first, last = ({name: median(costs).total / 1000 for name, costs in found.items()}
                   for found in (begins, ends))
    both = {name: first[name] + last[name] for name in first}
    result = Result('blob of 8100 ranges, create and destroy', 'us CPU', both['stock'], both['ours'],
                    both['stock'] / both['ours'], '', None)
    result.detail = {**{f'{name}_create_us': value for name, value in first.items()},
                     **{f'{name}_destroy_us': value for name, value in last.items()}}
    return result
