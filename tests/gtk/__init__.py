# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the GTK display: real windows on a virtual screen."""
