# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures for tests with a real guest."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterator

import pytest

from looks import LOOKS, Look
from vgpu.guest import Guest


@pytest.fixture
def start_guest(modules) -> Iterator[Callable[..., Guest]]:
    """Boots guests; those that still run after the test must end cleanly."""
    started: list[Guest] = []

    def start(*args: str, boot: bool = True, **options) -> Guest:
        options.setdefault('modules', modules)
        guest = Guest(*args, **options)
        started.append(guest)
        if boot:
            guest.boot()
            guest.qemu.check_modules()
        return guest

    yield start
    try:
        for guest in started:
            if not guest.qemu.accounted:
                guest.qemu.quit()
    finally:
        for guest in started:
            guest.qemu.kill()


@pytest.fixture
def look(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Look]:
    """A display and somebody who looks at it; to be asked for first, so that it ends after its QEMU."""
    found = LOOKS[request.param](tmp_path)
    yield found
    found.close()


@pytest.fixture
def start_gl_guest(start_guest: Callable[..., Guest]) -> Callable[..., Guest]:
    """Boots a guest with GL."""

    def start(look: Look, device: str = 'virtio-gpu-gl-pci', *args: str, boot: bool = True,
              **options) -> Guest:
        guest = start_guest('-device', device, *look.arguments, *args, gl=True, display=look.display,
                            env=look.environment, boot=boot, **options)
        look.attach(guest.qemu)
        return guest

    return start
