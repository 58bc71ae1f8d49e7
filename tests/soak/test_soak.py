# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver that works, starts again and works, for a long time: nothing piles up."""

from __future__ import annotations

import os
import random
import time

import pytest

from vgpu.formats import gradient
from vgpu.procfs import mapping_count, memory_use
from vgpu.screendump import assert_same, screendump
from vgpu.wire import Rect

HEADS = 2
WARM_UP_ROUNDS = 40
MIB = 1 << 20


def work(gpu, rng: random.Random) -> None:
    """What a driver does between two resets: some pictures on some heads, the last one looked at."""
    for number in range(1, rng.randint(2, 12)):
        width, height = rng.randint(16, 800), rng.randint(16, 600)
        rgb = gradient(width, height, number)
        gpu.show(number, rgb, rng.randrange(HEADS), scatter=rng.choice((None, number)))
        for _ in range(rng.randint(0, 30)):
            x, y = rng.randrange(width), rng.randrange(height)
            gpu.flush(number, Rect(x, y, rng.randint(1, width - x), rng.randint(1, height - y)))
        if rng.random() < 0.5:
            gpu.ok('resource_unref', resource_id=number)
    gpu.show(99, rgb)
    assert_same(screendump(gpu.qemu, 'gpu0'), rgb)


def start_again(gpu, position: int) -> None:
    """Resets the device, as a machine that reboots; guest memory behind `position` is free again."""
    gpu.virtio.reset()
    gpu.memory.rewind(position)
    gpu.start()


@pytest.mark.parametrize('device', ('virtio-gpu-pci,blob=on', 'virtio-vga', 'virtio-gpu-gl-pci', 'virtio-vga-gl'))
def test_memory_descriptors_and_mappings_stay_as_they_are(start_gpu, seconds, device):
    gpu = start_gpu(f'{device},max_outputs={HEADS}')
    pid, rng = gpu.qemu.pid, random.Random(1)
    position = gpu.memory.position()
    for _ in range(WARM_UP_ROUNDS):
        work(gpu, rng)
        start_again(gpu, position)
    files, mappings, memory = len(os.listdir(f'/proc/{pid}/fd')), mapping_count(pid), memory_use(pid).private
    end, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < end or not rounds:
        work(gpu, rng)
        start_again(gpu, position)
        rounds += 1
    assert len(os.listdir(f'/proc/{pid}/fd')) <= files
    # malloc and its threads take some more now and then, whatever runs
    assert mapping_count(pid) <= mappings + 64
    assert memory_use(pid).private <= memory + 32 * MIB, f'after {rounds} rounds'
