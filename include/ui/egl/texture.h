/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayTexture: pixels of a known format in a GL texture, as a sampler sees the right colours.
 *
 * Three kinds: one that is filled from memory, damage by damage; one that shows a dmabuf (see
 * import.h); one that borrows a texture somebody else made.  Row 0 of the texture is the first row
 * of the pixels.  Everything here needs a current context of the texture's share group.
 */
#ifndef UI_EGL_TEXTURE_H
#define UI_EGL_TEXTURE_H

#include "ui/display/buffer.h"

typedef struct DisplayTexture {
    uint32_t name;                  /* GL's, GL_TEXTURE_2D */
    uint32_t width;                 /* texels */
    uint32_t height;
    bool has_alpha;                 /* else alpha samples as 1 */
    /*
     * Of the bytes in it, where only the sampler makes the right colours of them: uploads, and
     * dmabufs whose format the driver does not know.  0: the texture has the right colours itself.
     */
    pixman_format_code_t format;
} DisplayTexture;

/* A texture without contents; NULL when GL refuses the size. */
DisplayTexture *display_texture_create(uint32_t width, uint32_t height,
                                       pixman_format_code_t format);
/* Takes NULL. */
void display_texture_free(DisplayTexture *texture);

/* Describes a texture of somebody else, which stays theirs. */
DisplayTexture display_texture_borrow(uint32_t name, uint32_t width, uint32_t height);

/*
 * Brings the damaged part of a picture in memory into the texture.  `pixels` are of the texture's
 * size and format.  Every pixman format of 16, 24 and 32 bits is taken; what GL does not know is
 * converted on the way.  Answers how many bytes were handed to GL.
 */
uint64_t display_texture_upload(DisplayTexture *texture, const DisplayPixels *pixels,
                                const pixman_region32_t *damage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayTexture, display_texture_free)

#endif
