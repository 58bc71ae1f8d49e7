# SPDX-License-Identifier: GPL-2.0-or-later
"""How long to go on."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the length of a test."""
    parser.addoption('--minutes', type=float, default=20, metavar='N', help='how long each test goes on (default 20)')


@pytest.fixture
def seconds(request: pytest.FixtureRequest) -> float:
    """How long to go on."""
    return 60 * request.config.getoption('--minutes')
