/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayPlacement: where a picture lies on a target (a window, in its physical pixels), and the
 * way between the coordinates of both.  A value without references; any thread.
 */
#ifndef UI_DISPLAY_PLACEMENT_H
#define UI_DISPLAY_PLACEMENT_H

#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct DisplayPlacement {
    uint32_t picture_width;
    uint32_t picture_height;
    pixman_box32_t target;      /* what the whole picture covers; may exceed the window */
} DisplayPlacement;

/* As large as possible in the window with the aspect ratio kept, centred. */
void display_placement_fit(DisplayPlacement *placement, uint32_t picture_width,
                           uint32_t picture_height, uint32_t window_width, uint32_t window_height);

/* Scaled by a fixed factor; centred where the window is larger, else from its top left corner. */
void display_placement_scale(DisplayPlacement *placement, uint32_t picture_width,
                             uint32_t picture_height, uint32_t window_width,
                             uint32_t window_height, double scale);

/* Whether every pixel becomes a block of whole pixels, so that it is sharp without a filter. */
bool display_placement_is_integer(const DisplayPlacement *placement);

/*
 * Sets `target` (initialised by the caller) to the window pixels that show any of the picture's
 * `damage`; with fractional scales that includes what a linear filter spreads it to.
 */
void display_placement_damage(const DisplayPlacement *placement, const pixman_region32_t *damage,
                              pixman_region32_t *target);

/* The pixel of the picture under a point of the window, clamped to it; false when outside. */
bool display_placement_pick(const DisplayPlacement *placement, double window_x, double window_y,
                            int32_t *x, int32_t *y);

#endif
