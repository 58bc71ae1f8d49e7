# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests that need dmabufs: they run under the lab's kernel, started by tests/lab/check."""
