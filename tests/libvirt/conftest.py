# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests with libvirt share: a daemon, and domains that end with their test."""

from __future__ import annotations

import itertools
import shutil
from typing import Callable, Iterator

import pytest

from daemon import Daemon
from domain import Domain
from vgpu.modules import Modules

NUMBERS = itertools.count()


@pytest.fixture(scope='session')
def daemon(modules: Modules) -> Iterator[Daemon]:
    """A libvirtd with our launcher at hand."""
    if modules.is_stock:
        pytest.skip('stock modules: there is no launcher to start them')
    missing = [name for name in ('libvirtd', 'virsh', 'setpriv') if not shutil.which(name)]
    if missing:
        pytest.skip(f'no {", ".join(missing)}')
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
