# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the installation share: the build, installed below a folder."""

from __future__ import annotations

import pytest

from vgpu.installed import Installed, install
from vgpu.modules import Modules


@pytest.fixture(scope='session')
def installed(modules: Modules, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The build that --modules belongs to, after `meson install` with DESTDIR."""
    if modules.is_stock:
        pytest.skip('stock modules: there is nothing to install')
    return install(modules, tmp_path_factory.mktemp('dest'))
