/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayShared: a framebuffer that is drawn under one context and sampled under another one, of the
 * same EGL display but perhaps of another share group (a toolkit's).
 *
 * What is drawn stays until it is drawn over.  Owned by a front end, used on its thread.
 */
#ifndef UI_EGL_SHARED_H
#define UI_EGL_SHARED_H

#include "ui/egl/device.h"
#include "ui/egl/texture.h"

typedef struct DisplayShared {
    DisplayEgl *egl;
    uint32_t width;
    uint32_t height;
    uint32_t texture;           /* of the context that draws */
    uint32_t framebuffer;
    EGLImageKHR image;
    EGLSyncKHR drawn;           /* what was drawn last is there */
} DisplayShared;

/* Under the context that draws; false with an error when the driver cannot share a texture. */
bool display_shared_init(DisplayShared *shared, DisplayEgl *egl, uint32_t width, uint32_t height,
                         GError **error);
/* Under the context that draws; after it nothing samples any more.  Takes a zeroed one. */
void display_shared_finish(DisplayShared *shared);

/* Around drawing: the framebuffer is bound, its first row is the top. */
void display_shared_begin(DisplayShared *shared);
void display_shared_end(DisplayShared *shared);

/*
 * Under the context that samples: a texture of that context, which glDeleteTextures() takes away (0 with
 * an error when its driver does not show it), and a wait (of the GPU) for what was drawn.
 */
uint32_t display_shared_open(DisplayShared *shared, GError **error);
void display_shared_wait(DisplayShared *shared);

/*
 * Whether all of that works: one colour (0xrrggbb), filled in under the context that draws, is what is
 * drawn of it under the one that samples.  False with an error.
 */
void display_shared_fill(DisplayShared *shared, uint32_t rgb);
bool display_shared_shows(DisplayShared *shared, uint32_t rgb, GError **error);

#endif
