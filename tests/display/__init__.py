# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the displays: whole QEMU processes and what their viewers see."""
