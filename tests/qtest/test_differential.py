# SPDX-License-Identifier: GPL-2.0-or-later
"""The same random commands to stock and to ours: every byte of every answer and every picture is equal.

What the streams leave out, since stock QEMU 7.2 has it wrong or refuses it: full rows from offset 0 (it
copies the whole resource), scanouts without backing or below 16x16, transfers from beyond the backing,
sizes of zero, short commands, answers on the cursor queue.
"""

from __future__ import annotations

import pytest

from vgpu.gpu import Gpu
from vgpu.qemu import Qemu
from vgpu.screendump import assert_same, screendump
from vgpu.stream import CommandStream

OUTPUTS = 3
ROUNDS = 6
COMMANDS = 60


@pytest.mark.parametrize('seed', range(24))
def test_answers_and_pictures_are_those_of_stock(start_qemu, modules, stock, seed):
    device = ('virtio-gpu-pci', 'virtio-vga')[seed % 2]
    streams = [start_stream(start_qemu, device, side, seed) for side in (stock, modules)]
    for _ in range(ROUNDS):
        for stream in streams:
            stream.run(COMMANDS)
        assert streams[0].answers == streams[1].answers
        for head in range(OUTPUTS):
            assert_same(*(screendump(stream.gpu.qemu, 'gpu0', head) for stream in reversed(streams)))
    assert len(streams[0].answers) > ROUNDS * COMMANDS // 2


def start_stream(start_qemu, device: str, modules, seed: int) -> CommandStream:
    """A device and a stream of commands for it."""
    qemu: Qemu = start_qemu('-device', f'{device},id=gpu0,max_outputs={OUTPUTS}', modules=modules)
    gpu = Gpu(qemu, device='gpu0').start()
    qemu.check_modules()
    return CommandStream(gpu, seed, OUTPUTS)
