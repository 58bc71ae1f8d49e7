# SPDX-License-Identifier: GPL-2.0-or-later
"""The memory that 10 000 small resources hold."""

from __future__ import annotations

import statistics

from vgpu.procfs import memory_use
from vgpu.wire import pack_entries

from .result import Result, cheaper
from .settings import Settings
from .side import Side

COUNT = 10_000
SIZE = 16
RUNS = 3


def run(settings: Settings) -> list[Result]:
    """The row of the table about memory."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in settings.modules}
    for number in range(RUNS):
        settings.progress(f'memory of {COUNT} resources, run {number + 1} of {RUNS}')
        with settings.sides() as sides:
            for side in sides:
                found[side.name].append(grown(side))
    anonymous = {name: statistics.median(pair[0] for pair in pairs) for name, pairs in found.items()}
    proportional = {name: statistics.median(pair[1] for pair in pairs) for name, pairs in found.items()}
    result = cheaper(f'memory of {COUNT} resources of {SIZE}x{SIZE}', 'MiB', anonymous['stock'] / (1 << 20),
                     anonymous['ours'] / (1 << 20), 1)
    result.detail = {f'{name}_pss_mib': value / (1 << 20) for name, value in proportional.items()}
    return [result]


def grown(side: Side) -> tuple[int, int]:
    """Bytes of anonymous memory, and of PSS, that the resources with a page of backing each add."""
    gpu = side.gpu
    page = gpu.memory.alloc_pages(1)
    tail = pack_entries([(page, 4096)])
    create(gpu, 0, 64, tail)
    before = memory_use(side.qemu.pid)
    create(gpu, 64, COUNT + 64, tail)
    after = memory_use(side.qemu.pid)
    return after.private - before.private, after.pss - before.pss


def create(gpu, first: int, last: int, tail: bytes) -> None:
    """Creates and backs resources in batches."""
    for number in range(first + 1, last + 1):
        gpu.submit('resource_create_2d', resource_id=number, format=1, width=SIZE, height=SIZE)
        gpu.submit('resource_attach_backing', resource_id=number, nr_entries=1, tail=tail)
        if gpu.control.free_descriptors < 8:
            gpu.control.kick()
            gpu.control.wait()
    gpu.control.kick()
    gpu.control.wait()
