# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures the devices against those of stock QEMU; scripts/bench is the way in."""
