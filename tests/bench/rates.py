# SPDX-License-Identifier: GPL-2.0-or-later
"""How many tiny commands a second: with few and many resources, with small and large rings.

A rate is that of whole batches by the clock, kicks included: a larger ring pays by needing fewer of them.
The driver and the device run on CPUs of their own, or where the scheduler puts them would decide.
"""

from __future__ import annotations

import os

from vgpu.wire import Rect, encode

from .result import Result, faster, within
from .settings import Settings
from .side import Batch, Cost, Side

OLDEST = 1
SMALL = 16
BATCH = 32
LARGE_RING = 1024
LARGE_BATCH = 256
MANY = 10_000
SECOND_NS = 1e9
SEEN_RESOURCES = (1, 1000, MANY)


def run(settings: Settings) -> list[Result]:
    """All rows of the table about rates."""
    allowed = os.sched_getaffinity(0)
    driver, device = (min(allowed), max(allowed))
    try:
        os.sched_setaffinity(0, {driver})
        rates = of_oldest(settings, device)
        return [*few_and_many(rates), with_large_ring(settings, device)]
    finally:
        os.sched_setaffinity(0, allowed)


def of_oldest(settings: Settings, cpu: int) -> dict[int, dict[str, float]]:
    """The rates of 1x1 transfers to the oldest of ever more resources."""
    rates = {}
    with settings.sides() as sides:
        made = 0
        for count in SEEN_RESOURCES:
            settings.progress(f'1x1 transfers to the oldest of {count} resources')
            for side in sides:
                side.pin(cpu)
                make_resources(side, made, count)
            made = count
            costs = measure(settings, sides, 400 if count == 1 else 100)
            rates[count] = {name: rate(cost, BATCH) for name, cost in costs.items()}
    return rates


def with_large_ring(settings: Settings, cpu: int) -> Result:
    """The row about a control queue of 1024 entries; stock stays as it is."""
    settings.progress('tiny commands with a ring of 1024')
    size = ring_size(settings)
    batch = min(LARGE_BATCH, size // 2)
    with settings.sides(properties={'ours': ring_property(settings)}, ring={'ours': size}) as sides:
        for side in sides:
            side.pin(cpu)
            make_resources(side, 0, 1)
        costs = measure(settings, sides, 400, {'ours': batch})
    result = faster('tiny commands, ring 1024, batches of 256', 'kcmd/s', rate(costs['stock'], BATCH),
                    rate(costs['ours'], batch), 6)
    result.detail = {f'{name}_batch_{kind}_us': getattr(cost, kind) / 1000
                     for name, cost in costs.items() for kind in ('main', 'total', 'wall')}
    return result


def ring_property(settings: Settings) -> str:
    """The property that enlarges the control queue; stock does not have it."""
    return '' if settings.modules['ours'].is_stock else f',ctrl_queue_size={LARGE_RING}'


def ring_size(settings: Settings) -> int:
    """The size of the ring with that property."""
    return 64 if settings.modules['ours'].is_stock else LARGE_RING


def make_resources(side: Side, first: int, last: int) -> None:
    """Creates and backs resources up to a number; the oldest has id 1."""
    gpu = side.gpu
    page = gpu.memory.alloc_pages(1)
    for number in range(first + 1, last + 1):
        gpu.submit('resource_create_2d', resource_id=number, format=1, width=SMALL, height=SMALL)
        if number == OLDEST:
            gpu.control.kick()
            gpu.control.wait()
            gpu.attach(number, [(page, 4096)])
        if gpu.control.free_descriptors < 4:
            gpu.control.kick()
            gpu.control.wait()
    gpu.control.kick()
    gpu.control.wait()


def measure(settings: Settings, sides: list[Side], times: int, sizes: dict[str, int] | None = None,
            ) -> dict[str, Cost]:
    """The cost of a batch of 1x1 transfers to the oldest resource."""
    command = encode('transfer_to_host_2d', r=Rect(0, 0, 1, 1), resource_id=OLDEST)
    batches = {side.name: Batch(side, [command] * (sizes or {}).get(side.name, BATCH)) for side in sides}
    return settings.compare(batches, settings.times(times), net=False)


def rate(cost: Cost, count: int) -> float:
    """Thousands of commands in a second."""
    return count / cost.wall * SECOND_NS / 1000


def few_and_many(rates: dict[int, dict[str, float]]) -> list[Result]:
    """The rows that compare one resource with many."""
    one, many = rates[1], rates[MANY]
    kept = {name: 100 * many[name] / one[name] for name in one}
    tiny = faster('tiny commands, 1 resource', 'kcmd/s', one['stock'], one['ours'], 1)
    oldest = faster('1x1 to the oldest of 10 000', 'kcmd/s', many['stock'], many['ours'], 10)
    share = within('the same, share of the rate at 1', '%', kept['stock'], kept['ours'], 'at least 80 %',
                   lambda value: value >= 80)
    share.ratio = kept['ours'] / kept['stock']
    oldest.detail = {f'{name}_of_{count}_kcmd_s': value for count, found in rates.items()
                     for name, value in found.items()}
    return [oldest, share, tiny]
