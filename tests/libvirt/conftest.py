# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests with libvirt share: a daemon, and domains that end with their test."""

from __future__ import annotations

import itertools
from typing import Callable, Iterator

import pytest

from daemon import Daemon, skip_without_libvirt
from domain import DISK, JOB_TWO_HEADS, MODE, SECOND, VNC, Domain
from vgpu.modules import Modules

NUMBERS = itertools.count()


@pytest.fixture(scope='session')
def daemon(modules: Modules) -> Iterator[Daemon]:
    """A libvirtd with our launcher at hand."""
    if modules.is_stock:
        pytest.skip('stock modules: there is no launcher to start them')
    skip_without_libvirt()
    daemon = Daemon(modules)
    yield daemon
    daemon.close()


@pytest.fixture
def start_domain(daemon: Daemon) -> Iterator[Callable[..., Domain]]:
    """Starts domains; they are gone after the test."""
    started: list[Domain] = []
    def start(**how: str) -> Domain:
        domain = Domain(daemon, f'guest{next(NUMBERS)}', **how)
        started.append(domain)
        return domain

    yield start
    for domain in started:
        domain.remove()


@pytest.fixture
def disk(daemon: Daemon) -> str:
    """The XML of a disk that can hold snapshots."""
    path = daemon.root / f'disk{next(NUMBERS)}.qcow2'
    assert daemon.run('qemu-img', 'create', '-q', '-f', 'qcow2', path, '64M').returncode == 0
    return DISK.format(path)


@pytest.fixture(scope='session')
def two_heads(daemon: Daemon) -> Iterator[Domain]:
    """A domain with two monitors and a free port, whose guest has drawn on both; many tests look at it."""
    port = "<controller type='pci' model='pcie-root-port' index='1'/>"
    domain = Domain(daemon, 'two-heads', tuple(f'{width}x{height}' for width, height in (MODE, SECOND)),
                    graphics=VNC, devices=port, job=JOB_TWO_HEADS)
    domain.wait_for_picture()
    yield domain
    domain.remove()
