/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayReadback: brings parts of a texture back into memory.
 *
 * Keeps what is needed for that (a framebuffer, a row to turn pictures) from one time to the next.
 * Owned by a front end; needs the context current under which it was made: framebuffers are not
 * shared.
 */
#ifndef UI_EGL_READBACK_H
#define UI_EGL_READBACK_H

#include "ui/display/view.h"
#include "ui/egl/texture.h"

typedef struct DisplayReadback DisplayReadback;

DisplayReadback *display_readback_create(void);
/* Takes NULL. */
void display_readback_free(DisplayReadback *readback);

/* What is read: part of a texture, seen as a picture */
typedef struct DisplayReadbackSource {
    const DisplayTexture *texture;
    pixman_box32_t box;                 /* texels, from row 0 of the texture */
    DisplayOrientation orientation;
} DisplayReadbackSource;

/*
 * Reads the damaged part of the picture to where it belongs in `target`, the memory of a picture of
 * the same size in `format` (x8r8g8b8, a8r8g8b8, or a 32-bit format with the same masks in another
 * order).  The damage is in picture pixels, from the top left corner; what lies within the picture and
 * is written there is what it is set to: of many rectangles neighbours are joined.
 * The texture's own format, if it has one, is of 32 bits.  Answers how many bytes were read, 0 also
 * when the texture cannot be read.
 */
uint64_t display_readback_read(DisplayReadback *readback, const DisplayReadbackSource *source,
                               pixman_region32_t *damage, pixman_format_code_t format,
                               const DisplayPixels *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayReadback, display_readback_free)

#endif
