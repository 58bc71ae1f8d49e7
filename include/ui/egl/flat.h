/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayFlat: the picture of a view in plain memory, cursor and all, for those who cannot draw
 * from textures.
 *
 * Only what the view says is damaged is fetched: copied where it lies in memory, else read back from
 * its texture, else copied where it can be mapped at all.  Embedded in an object of a front end; needs the context current with which it was made.
 */
#ifndef UI_EGL_FLAT_H
#define UI_EGL_FLAT_H

#include "ui/display/view.h"
#include "ui/egl/device.h"
#include "ui/egl/readback.h"

typedef struct DisplayFlat {
    DisplayEgl *egl;
    DisplayReadback *readback;
    pixman_image_t *image;          /* x8r8g8b8, of the size of the picture; NULL before the first */
    uint64_t updates;               /* calls that fetched something */
    uint64_t bytes_read;            /* of pictures, read back from textures */
    uint64_t bytes_copied;          /* of pictures, copied from memory */
    uint64_t cursor_bytes;          /* of cursors, either way */
} DisplayFlat;

void display_flat_init(DisplayFlat *flat, DisplayEgl *egl);
void display_flat_finish(DisplayFlat *flat);

/*
 * Takes the view's damage and brings it into the image.  `changed` (initialised by the caller) is
 * set to what is new there, in pixels of the picture.  When the size changes the image is another
 * one.  False with an error when the picture cannot be reached; its damage is gone then.
 */
bool display_flat_update(DisplayFlat *flat, DisplayView *view, pixman_region32_t *changed,
                         GError **error);

#endif
