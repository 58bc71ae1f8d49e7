# SPDX-License-Identifier: GPL-2.0-or-later
"""What blobs cost on a host with udmabuf; tests/lab/measure runs this in the lab.

Time is taken by the clock: the lab has one CPU, so it covers QEMU, the kernel and this driver
alike. Compare columns, not absolute values.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Callable, Iterator

sys.path[:0] = [str(Path(__file__).resolve().parents[level]) for level in (1, 2)]

from inside.blob import DEVICE, Blob  # noqa: E402: the path comes first
from inside.udmabuf import lowered_limit  # noqa: E402
from vgpu.formats import Format  # noqa: E402
from vgpu.gpu import Gpu  # noqa: E402
from vgpu.modules import Modules  # noqa: E402
from vgpu.qemu import Qemu  # noqa: E402
from vgpu.wire import Rect  # noqa: E402

SECONDS, LEAST, MOST = 3, 3, 200    # of one measurement
FRAME = (3840, 2160)
Batch = list[tuple[str, dict[str, Any]]]


@contextlib.contextmanager
def device(modules: Modules, display: str) -> Iterator[Gpu]:
    """A started device."""
    with Qemu('-device', f'{DEVICE},id=gpu0', modules=modules, memory=256, display=display,
              timeout=120) as qemu:
        yield Gpu(qemu, device='gpu0').start()


def microseconds(gpu: Gpu, batch: Batch) -> float:
    """The median time of a batch of commands with a single kick."""
    taken = []
    deadline = time.monotonic() + SECONDS
    while len(taken) < MOST and (len(taken) < LEAST or time.monotonic() < deadline):
        begin = time.perf_counter()
        gpu.batch(batch)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken) * 1e6


def nothing(gpu: Gpu) -> float:
    """A command that costs the device next to nothing: what driving it costs here."""
    return microseconds(gpu, [('get_display_info', {})])


def life_of_scattered(gpu: Gpu) -> float:
    """Create, show, flush, hide and destroy a 4K blob of 8100 ranges, by udmabuf."""
    with lowered_limit('list_limit', 8192):
        return microseconds(gpu, Blob(gpu, *FRAME, scatter=1).whole_life())


def life_of_large_ranges(gpu: Gpu) -> float:
    """The same with 16 ranges."""
    return microseconds(gpu, Blob(gpu, *FRAME, pieces=15).whole_life())


def flip(gpu: Gpu) -> float:
    """Show the other one of two 4K blobs and flush it."""
    batch: Batch = []
    for resource_id in (1, 2):
        blob = Blob(gpu, *FRAME, resource_id=resource_id, pieces=15).create()
        batch += [('set_scanout_blob', blob.scanout_fields()),
                  ('resource_flush', {'r': blob.whole, 'resource_id': resource_id})]
    return microseconds(gpu, batch) / 2


def classic_frame(gpu: Gpu) -> float:
    """Transfer and flush all of a 4K resource that is no blob."""
    gpu.create_image(1, *FRAME, Format.B8G8R8X8)
    whole = Rect(0, 0, *FRAME)
    gpu.set_scanout(0, 1, whole)
    batch = [('transfer_to_host_2d', {'r': whole, 'resource_id': 1}),
             ('resource_flush', {'r': whole, 'resource_id': 1})]
    return microseconds(gpu, batch)


def small_flush(gpu: Gpu) -> float:
    """Flush 64x64 pixels of a shown 4K blob."""
    blob = Blob(gpu, *FRAME, pieces=15).create()
    blob.set_scanout()
    batch = [('resource_flush', {'r': Rect(640, 480, 64, 64), 'resource_id': 1})]
    return microseconds(gpu, batch)


CASES: list[tuple[str, str, Callable[[Gpu], float]]] = [
    ('nothing', 'none', nothing),
    ('4K blob, 8100 ranges, whole life', 'none', life_of_scattered),
    ('4K blob, 15 ranges, whole life', 'none', life_of_large_ranges),
    ('4K blob, flip', 'none', flip),
    ('4K blob, flush of 64x64', 'none', small_flush),
    ('4K without a blob, transfer and flush', 'none', classic_frame),
    ('4K blob, flip', 'egl-headless', flip),
    ('4K blob, flush of 64x64', 'egl-headless', small_flush),
]


def measure(case: tuple[str, str, Callable[[Gpu], float]], modules: Modules) -> str:
    """One figure of the table; a dash where the device does not do it."""
    _, display, function = case
    try:
        with device(modules, display) as gpu:
            return f'{function(gpu):.0f}'
    except AssertionError as error:
        print(error, file=sys.stderr)
        return '-'


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--modules', default='stock')
    modules = Modules.parse(parser.parse_args().modules)
    columns = [Modules()] if modules.is_stock else [Modules(), modules]
    print(f'{"microseconds":40} {"display":13}', *(f'{column.name:>9}' for column in columns))
    for case in CASES:
        cells = [measure(case, column) for column in columns]
        print(f'{case[0]:40} {case[1]:13}', *(f'{cell:>9}' for cell in cells), flush=True)


if __name__ == '__main__':
    main()
