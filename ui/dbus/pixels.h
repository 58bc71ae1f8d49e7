/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rectangles of pixels as bytes: sizes, places, copies.  Any thread.
 */
#ifndef UI_DBUS_PIXELS_H
#define UI_DBUS_PIXELS_H

#include <glib.h>
#include <pixman.h>
#include <stdint.h>

/* Bytes of a row without padding but to what pixman demands. */
size_t display_pixels_stride(pixman_format_code_t format, uint32_t width);

/* Where a pixel begins; for formats of whole bytes. */
size_t display_pixels_offset(pixman_image_t *image, uint32_t x, uint32_t y);

/* Copies the box, which lies inside the image, to rows of `stride` bytes. */
void display_pixels_copy(pixman_image_t *image, const pixman_box32_t *box, uint8_t *target,
                         size_t stride);

/* The same into a new "ay" with rows of display_pixels_stride(); a floating reference. */
GVariant *display_pixels_to_variant(pixman_image_t *image, const pixman_box32_t *box);

#endif
