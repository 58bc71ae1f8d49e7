/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Something to draw with GL into the current context, frame by frame.
 *
 * Constants; used from the thread of the context.
 */
#ifndef TESTS_GUEST_GL_SCENE_H
#define TESTS_GUEST_GL_SCENE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct VgpuGlScene {
    const char *name;
    /* Make shaders, textures and buffers; false, with a word on standard error. */
    bool (*prepare)(void);
    /* Draw a frame into the framebuffer that is bound, of this size in pixels. */
    void (*draw)(int width, int height, uint32_t frame);
} VgpuGlScene;

/*
 * A picture whose every pixel the host can compute: tests/vgpu/glpicture.py.
 * Sizes that divide by 16 and 10 have the least to do with rounding.
 */
extern const VgpuGlScene vgpu_gl_picture;

/* A turning knot with light on it: something to look at. */
extern const VgpuGlScene vgpu_gl_knot;

#endif
