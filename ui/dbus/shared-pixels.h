/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplaySharedPixels: a picture in memory that one client maps.
 *
 * The memory is ours, never the guest's: a sealed memfd of one picture.  The client can map it for
 * reading only and cannot change its size, so nothing that it does reaches other clients or us.
 * Owned by one viewer; main thread.
 */
#ifndef UI_DBUS_SHARED_PIXELS_H
#define UI_DBUS_SHARED_PIXELS_H

#include <glib.h>
#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct DisplaySharedPixels {
    int fd;
    uint8_t *data;
    size_t size;
    pixman_image_t *image;      /* on that memory */
} DisplaySharedPixels;

/* NULL when there is not enough memory for such a picture or the kernel has no sealed memory. */
DisplaySharedPixels *display_shared_pixels_create(uint32_t width, uint32_t height,
                                                  pixman_format_code_t format);
/* Takes NULL. */
void display_shared_pixels_free(DisplaySharedPixels *shared);

bool display_shared_pixels_fit(const DisplaySharedPixels *shared, pixman_image_t *source);

/* Copies a part of a picture of the same size and format. */
void display_shared_pixels_copy(DisplaySharedPixels *shared, pixman_image_t *source,
                                const pixman_box32_t *box);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplaySharedPixels, display_shared_pixels_free)

#endif
