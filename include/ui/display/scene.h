/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayScene: a view on a window: its picture at its place, its cursor, and borders around it.
 *
 * Coordinates of the window are its physical pixels, from the top left corner.  A scene is embedded
 * in an object of a front end and belongs to its thread.
 */
#ifndef UI_DISPLAY_SCENE_H
#define UI_DISPLAY_SCENE_H

#include "ui/display/placement.h"
#include "ui/display/view.h"

typedef struct DisplayScene {
    DisplayView view;
    DisplayPlacement placement;
    uint32_t width;             /* of the window */
    uint32_t height;
} DisplayScene;

void display_scene_init(DisplayScene *scene);
void display_scene_finish(DisplayScene *scene);

/* Places the picture in a window: scaled by `zoom`, or as large as fits where that is 0. */
void display_scene_place(DisplayScene *scene, uint32_t width, uint32_t height, double zoom);

/* Sets `window` (initialised by the caller) to the part of the window that shows the damage. */
void display_scene_damage(const DisplayScene *scene, const pixman_region32_t *damage,
                          pixman_region32_t *window);

/* Sets `border` (initialised by the caller) to the part of the window that shows no picture. */
void display_scene_border(const DisplayScene *scene, pixman_region32_t *border);

/* Where the cursor is drawn, not clipped; false when it is not seen. */
bool display_scene_cursor(const DisplayScene *scene, pixman_box32_t *box);

/*
 * Draws the part `where` (pixels of the window) on an image of the size of the window, by the CPU.
 * Pictures that cannot be mapped come out black.
 */
void display_scene_compose(const DisplayScene *scene, pixman_image_t *image,
                           const pixman_region32_t *where);

#endif
