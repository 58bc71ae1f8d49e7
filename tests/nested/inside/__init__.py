# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests that need a driver which exports textures: they run in a guest, started by tests/nested/check."""
