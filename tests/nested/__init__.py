# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest whose GPU is our device, in which QEMU runs once more."""
