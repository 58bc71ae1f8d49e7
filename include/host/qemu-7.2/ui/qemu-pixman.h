/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pixel formats and images.
 */
#ifndef HOST_QEMU_UI_QEMU_PIXMAN_H
#define HOST_QEMU_UI_QEMU_PIXMAN_H

#include <pixman.h>

#include "qemu/osdep.h"

/* Formats named by their byte order in memory, on a little-endian host */
#define PIXMAN_BE_x8r8g8b8 PIXMAN_b8g8r8x8
#define PIXMAN_BE_a8r8g8b8 PIXMAN_b8g8r8a8
#define PIXMAN_BE_b8g8r8x8 PIXMAN_x8r8g8b8
#define PIXMAN_BE_b8g8r8a8 PIXMAN_a8r8g8b8
#define PIXMAN_BE_r8g8b8x8 PIXMAN_x8b8g8r8
#define PIXMAN_BE_r8g8b8a8 PIXMAN_a8b8g8r8
#define PIXMAN_BE_x8b8g8r8 PIXMAN_r8g8b8x8
#define PIXMAN_BE_a8b8g8r8 PIXMAN_r8g8b8a8

pixman_format_code_t qemu_default_pixman_format(int bpp, bool native_endian);
void qemu_pixman_image_unref(pixman_image_t *image);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(pixman_image_t, qemu_pixman_image_unref)

#endif
