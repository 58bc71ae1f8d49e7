/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the machine has a VGA.
 */
#ifndef HOST_QEMU_HW_DISPLAY_VGA_H
#define HOST_QEMU_HW_DISPLAY_VGA_H

#include <stdbool.h>

extern bool have_vga;

#endif
