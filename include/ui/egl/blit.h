/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayBlitter: draws pictures from textures, scaled, turned and blended, limited to damage.
 *
 * Owned by a front end; needs the context current under which it was made, or one of its share
 * group where vertex arrays are made per call.  Leaves no program, vertex array, texture or
 * scissor bound; blending is off afterwards.
 */
#ifndef UI_EGL_BLIT_H
#define UI_EGL_BLIT_H

#include "ui/display/view.h"
#include "ui/egl/texture.h"

typedef struct DisplayBlitter DisplayBlitter;

/* What is drawn on: the framebuffer that is bound, in pixels */
typedef struct DisplayTarget {
    uint32_t width;
    uint32_t height;
    bool bottom_up;     /* row 0 is the bottom: windows; false for framebuffers around textures */
} DisplayTarget;

typedef struct DisplayBlit {
    const DisplayTexture *texture;
    pixman_box32_t source;              /* texels, from row 0 of the texture */
    DisplayOrientation orientation;     /* of the texture */
    pixman_box32_t target;              /* target pixels, top left origin; may exceed the target */
    bool smooth;                        /* linear filter, for scales that are not whole */
    bool blend;                         /* over what is there; premultiplied alpha */
} DisplayBlit;

/* NULL when the shaders do not compile (the reason is logged).  Needs a current context. */
DisplayBlitter *display_blitter_create(void);
/* Takes NULL. */
void display_blitter_free(DisplayBlitter *blitter);

/* Draws the part of the picture that lies in `clip` (target pixels, top left origin; NULL: all). */
void display_blitter_draw(DisplayBlitter *blitter, const DisplayTarget *target,
                          const DisplayBlit *blit, const pixman_region32_t *clip);

/* Fills the region with a colour (0xrrggbb). */
void display_blitter_fill(DisplayBlitter *blitter, const DisplayTarget *target, uint32_t rgb,
                          const pixman_region32_t *clip);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayBlitter, display_blitter_free)

#endif
