# SPDX-License-Identifier: GPL-2.0-or-later
"""A window under a compositor that draws on a GPU: what leaves the renderer as a dmabuf is drawn from it."""

from __future__ import annotations

from typing import Iterator

import pytest

from gtk.compositor import Compositor
from gtk.screen import find
from vgpu.formats import gradient
from vgpu.modules import Modules
from vgpu.wait import wait_for

from .machine import PATIENCE, SIZE, Machine


@pytest.fixture
def compositor(tmp_path) -> Iterator[Compositor]:
    """A Wayland compositor that takes dmabufs."""
    compositor = Compositor(tmp_path / 'weston', width=640, height=480, renderer='gl', patience=PATIENCE)
    yield compositor
    compositor.close()


def test_dmabufs_of_the_renderer_are_in_the_window(modules: Modules, compositor: Compositor, tmp_path):
    """More than one: drivers keep the buffers of windows, where an earlier one stays outside of what is redrawn."""
    machine = Machine(modules, tmp_path, 'gtk', alone=True, env=compositor.environment()).start()
    for number in (1, 2, 3):
        rgb = gradient(*SIZE, number)
        machine.show(number, rgb)
        wait_for(lambda: find(compositor.picture, rgb), 'the picture in the window', PATIENCE)
        assert machine.exports() == machine.dmabufs() == number
    stats = machine.stats()
    assert stats['frames-shared'] == 3 and (stats['bytes-read'], stats['bytes-copied']) == (0, 0)
    assert 'warning' not in machine.qemu.stderr()
    machine.qemu.quit()     # before the compositor
