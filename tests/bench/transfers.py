# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies from a 3840x2160 framebuffer whose 8100 pages lie scattered in guest memory, and its attaching."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from vgpu import wire
from vgpu.image import GuestImage
from vgpu.memory import PAGE
from vgpu.wire import Rect, encode, pack_entries

from .plain import PlainCopy
from .result import Result, cheaper, within
from .settings import Settings
from .side import Batch, Cost, Side, measure_empty_kicks, median

WIDTH, HEIGHT = 3840, 2160
RESOURCE = 1
SCATTER = 20230610
PLAIN_SHARE = 0.9


@dataclass(frozen=True)
class Case:
    """A rectangle, how often it is copied in a round, and how many times less than stock it may cost.

    What costs less than a kick is sent several times with one kick, or the kick's own noise would count.
    """

    name: str
    rect: Rect
    times: int
    goal: float
    stretch: float | None = None
    batch: int = 1


RECTANGLES = (
    Case('transfer 64x64 at y=1003', Rect(1000, 1003, 64, 64), 60, 12, 20, batch=8),
    Case('transfer 64x2160 column', Rect(1000, 0, 64, HEIGHT), 20, 20),
    Case('transfer 3840x64 rows', Rect(0, 1003, WIDTH, 64), 60, 6),
)


def run(settings: Settings) -> list[Result]:
    """All rows of the table about one large framebuffer."""
    with settings.sides() as sides:
        images = {side.name: set_up(side) for side in sides}
        results = [rectangle(settings, sides, case) for case in RECTANGLES]
        add_floor(settings, sides, images, results[-1])
        results += full_frame(settings, sides, images)
    with settings.sides() as sides:
        results.append(attach(settings, sides))
    return results


def set_up(side: Side) -> GuestImage:
    """The framebuffer, shown on the first head."""
    gpu = side.gpu
    image = gpu.create_image(RESOURCE, WIDTH, HEIGHT, scatter=SCATTER)
    assert len(image.backing.entries) == 8100
    for address, length in image.backing.entries:
        gpu.memory.fill(address, length, address >> 12 & 0xff)
    gpu.set_scanout(0, RESOURCE, Rect(0, 0, WIDTH, HEIGHT))
    gpu.transfer(RESOURCE, Rect(0, 0, WIDTH, HEIGHT))
    return image


def transfer_command(rect: Rect) -> bytes:
    """A transfer of what the rectangle shows."""
    return encode('transfer_to_host_2d', r=rect, resource_id=RESOURCE, offset=(rect.y * WIDTH + rect.x) * 4)


def details(costs: dict[str, Cost]) -> dict[str, float]:
    """All kinds of cost in microseconds."""
    return {f'{name}_{kind}_us': getattr(cost, kind) / 1000
            for name, cost in costs.items() for kind in ('main', 'total', 'wall')}


def rectangle(settings: Settings, sides: list[Side], case: Case) -> Result:
    """The CPU time of one transfer."""
    settings.progress(case.name)
    batches = {side.name: Batch(side, [transfer_command(case.rect)] * case.batch) for side in sides}
    costs = {name: cost.per(case.batch)
             for name, cost in settings.compare(batches, settings.times(case.times)).items()}
    result = cheaper(case.name, 'us CPU', costs['stock'].total / 1000, costs['ours'].total / 1000, case.goal,
                     case.stretch)
    result.detail = details(costs)
    return result


def add_floor(settings: Settings, sides: list[Side], images: dict[str, GuestImage], result: Result) -> None:
    """What a plain loop takes for the pages of the rows: no copy can be better than that."""
    rect = RECTANGLES[-1].rect
    first, last = (y * WIDTH * 4 // PAGE for y in (rect.y, rect.y + rect.height))
    ours = next(side for side in sides if side.name == 'ours')
    plain = PlainCopy(ours.qemu.pid, [entry.address for entry in images['ours'].backing.entries[first:last]])
    try:
        plain.measure(100)
        loops = [plain.measure(settings.times(100)) for _ in range(settings.rounds)]
    finally:
        plain.close()
    result.detail['plain_loop_us'] = statistics.median(loops) / 1000
    result.detail['highest_possible_ratio'] = result.stock / result.detail['plain_loop_us']


def full_frame(settings: Settings, sides: list[Side], images: dict[str, GuestImage]) -> list[Result]:
    """The CPU time of a whole frame, beside that of a plain loop over the same pages."""
    settings.progress('transfer full frame')
    rect = Rect(0, 0, WIDTH, HEIGHT)
    batches = {side.name: Batch(side, [transfer_command(rect)]) for side in sides}
    ours = next(side for side in sides if side.name == 'ours')
    plain = PlainCopy(ours.qemu.pid, [entry.address for entry in images['ours'].backing.entries])
    costs: dict[str, list[Cost]] = {side.name: [] for side in sides}
    loops: list[float] = []
    times = settings.times(20)
    try:
        plain.measure(3)
        for batch in batches.values():
            batch.arm()
            batch.send()
        for turn in range(settings.rounds):
            for side in sides if turn % 2 else reversed(sides):
                empty = measure_empty_kicks(side, times)
                costs[side.name].append((batches[side.name].measure(times) - empty).per(times))
                loops.append(plain.measure(times))
    finally:
        plain.close()
    medians = {name: median(found) for name, found in costs.items()}
    loop = statistics.median(loops)
    first = cheaper('transfer full frame', 'us CPU', medians['stock'].total / 1000,
                    medians['ours'].total / 1000, 1)
    first.detail = {**details(medians), 'plain_loop_us': loop / 1000}
    share = {name: loop / cost.total for name, cost in medians.items()}
    second = within('full frame, share of a plain loop', '%', 100 * share['stock'], 100 * share['ours'],
                    'at least 90 %', lambda value: value >= 100 * PLAIN_SHARE)
    second.ratio = share['ours'] / share['stock']
    return [first, second]


def attach(settings: Settings, sides: list[Side]) -> Result:
    """The CPU time of attaching 8100 pages; the detaching in between is not counted."""
    settings.progress('attach 8100 entries')
    costs: dict[str, list[Cost]] = {side.name: [] for side in sides}
    pairs = {side.name: attach_and_detach(side) for side in sides}
    for side in settings.alternate(sides):
        attaching, detaching = pairs[side.name]
        for _ in range(settings.times(8)):
            empty = measure_empty_kicks(side, 1)
            attaching.arm()
            costs[side.name].append(attaching.measure(1) - empty)
            detaching.arm()
            detaching.measure(1)
    medians = {name: median(found) for name, found in costs.items()}
    result = cheaper('attach backing, 8100 entries', 'us CPU', medians['stock'].total / 1000,
                     medians['ours'].total / 1000, 1)
    result.detail = details(medians)
    return result


def attach_and_detach(side: Side) -> tuple[Batch, Batch]:
    """A resource without backing, and the two requests."""
    gpu = side.gpu
    image = GuestImage(gpu.memory, WIDTH, HEIGHT, scatter=SCATTER)
    gpu.create_2d(RESOURCE, WIDTH, HEIGHT)
    entries = image.backing.entries
    attaching = encode('resource_attach_backing', resource_id=RESOURCE, nr_entries=len(entries))
    detaching = encode('resource_detach_backing', resource_id=RESOURCE)
    assert wire.COMMANDS['resource_attach_backing'].size == len(attaching)
    return Batch(side, [attaching], [pack_entries(entries)]), Batch(side, [detaching])
