# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines with a D-Bus display, their clients and viewers."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

import pytest

from peer import Bus, Peer, join_peer
from vgpu.gpu import Gpu
from vgpu.modules import Modules
from viewer import Viewer


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With modules of ours that lack this display there is nothing to test."""
    modules = Modules.parse(config.getoption('--modules'))
    if not modules.is_stock and not (modules.home / 'ui-dbus.so').exists():
        for item in items:
            item.add_marker(pytest.mark.skip(reason='ui-dbus.so was not built (-Ddbus=true)'))


@pytest.fixture
def start_display(start_gpu: Callable[..., Gpu]) -> Callable[..., Gpu]:
    """Starts a machine whose display is D-Bus, peer to peer unless told."""

    def start(device: str = 'virtio-gpu-pci', *args: str, display: str = 'dbus,p2p=on', **options) -> Gpu:
        return start_gpu(device, *args, display=display, **options)

    return start


@pytest.fixture
def our_display(modules: Modules, tmp_path: Path) -> dict[str, str]:
    """The environment in which the displays are ours and the devices are the distribution's."""
    folder = tmp_path / 'displays'
    folder.mkdir()
    for path in modules.home.glob('ui-*.so'):
        (folder / path.name).symlink_to(path)
    return modules.environment() | {'QEMU_MODULE_DIR': str(folder)}


@pytest.fixture
def gpu(start_display: Callable[..., Gpu]) -> Gpu:
    """A started device under a peer-to-peer display."""
    return start_display()


@pytest.fixture
def peer(gpu: Gpu) -> Iterator[Peer]:
    """The client of that display."""
    joined = join_peer(gpu.qemu)
    yield joined
    joined.close()


@pytest.fixture
def open_viewer(peer: Peer) -> Iterator[Callable[..., Viewer]]:
    """Opens viewers that are closed after the test."""
    opened: list[Viewer] = []

    def open_one(**options) -> Viewer:
        viewer = Viewer(options.pop('peer', peer), **options).open()
        opened.append(viewer)
        return viewer

    yield open_one
    for viewer in opened:
        viewer.close()


@pytest.fixture
def bus() -> Iterator[Bus]:
    """A private message bus."""
    started = Bus()
    yield started
    started.close()
