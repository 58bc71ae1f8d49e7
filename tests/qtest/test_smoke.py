# SPDX-License-Identifier: GPL-2.0-or-later
"""A picture goes through the device."""

from vgpu.formats import gradient
from vgpu.screendump import assert_same, screendump


def test_a_picture_is_shown(gpu):
    rgb = gradient(640, 480)
    gpu.show(1, rgb, scatter=1)
    assert_same(screendump(gpu.qemu, gpu.device), rgb)
