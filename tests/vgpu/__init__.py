# SPDX-License-Identifier: GPL-2.0-or-later
"""Drives a virtio-gpu device of a stock qemu-system-x86_64 from Python.

One noun per module: `qemu` launches the process, `qtest` and `qmp` speak to it, `memory` is the guest's
RAM, `pci` and `virtio` find and drive the device, `wire` has the structures of virtio-gpu, `gpu` is the
driver that tests use, `screendump` reads back what a display would show.
"""
