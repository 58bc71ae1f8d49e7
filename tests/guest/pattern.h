/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test picture: a moving picture every pixel of which follows from its
 * size, the head it is for and its frame number.
 *
 * The guest draws it into its framebuffers, and the host computes the same
 * picture again to compare it with what a display shows.  Integers only, no
 * state, so that both sides agree to the last bit.  Used from one thread.
 */
#ifndef TESTS_GUEST_PATTERN_H
#define TESTS_GUEST_PATTERN_H

#include <stdint.h>

/* A half-open rectangle in pixels: x1 and y1 lie outside. */
typedef struct VgpuPatternRect {
    int x0, y0, x1, y1;
} VgpuPatternRect;

/* Where to draw.  The caller owns the pixels, which are XRGB8888 words. */
typedef struct VgpuPatternTarget {
    uint32_t *pixels;
    int width;
    int height;
    int stride_words;
    VgpuPatternRect clip;   /* nothing outside of it is touched */
} VgpuPatternTarget;

/* Which picture. */
typedef struct VgpuPattern {
    unsigned head;          /* 0-15, changes the colours */
    uint32_t frame;         /* position of everything that moves */
    uint32_t ground;        /* the frame number the background has */
} VgpuPattern;

enum {
    VGPU_PATTERN_DAMAGE_RECTS = 3,
    VGPU_PATTERN_CURSOR_SIZE = 64,
};

/* A target that covers a whole buffer. */
VgpuPatternTarget vgpu_pattern_target(uint32_t *pixels, int width, int height,
                                      int stride_words);

/* Draw the part of the picture that lies inside the clip of the target. */
void vgpu_pattern_draw(const VgpuPatternTarget *target, const VgpuPattern *p);

/*
 * The rectangles that differ between this frame and one with the same
 * background and nothing in front of it.  Always fills all of @rects.
 */
void vgpu_pattern_damage(const VgpuPatternTarget *target, const VgpuPattern *p,
                         VgpuPatternRect rects[VGPU_PATTERN_DAMAGE_RECTS]);

/* The cursor image: 64 x 64 premultiplied ARGB8888 words, hot spot 0,0. */
void vgpu_pattern_cursor(uint32_t *pixels);

/* Where the cursor stands in a frame. */
void vgpu_pattern_cursor_position(const VgpuPatternTarget *target,
                                  uint32_t frame, int *x, int *y);

#endif
