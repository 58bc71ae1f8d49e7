/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayScene: what of a window shows what of a view. */
#include "ui/display/scene.h"

void display_scene_init(DisplayScene *scene)
{
    *scene = (DisplayScene) {0};
    display_view_init(&scene->view);
}

void display_scene_finish(DisplayScene *scene)
{
    display_view_finish(&scene->view);
}

void display_scene_place(DisplayScene *scene, uint32_t width, uint32_t height, double zoom)
{
    uint32_t picture_width = display_frame_width(&scene->view.frame);
    uint32_t picture_height = display_frame_height(&scene->view.frame);

    scene->width = width;
    scene->height = height;
    if (zoom > 0) {
        display_placement_scale(&scene->placement, picture_width, picture_height, width, height,
                                zoom);
    } else {
        display_placement_fit(&scene->placement, picture_width, picture_height, width, height);
    }
}

void display_scene_damage(const DisplayScene *scene, const pixman_region32_t *damage,
                          pixman_region32_t *window)
{
    display_placement_damage(&scene->placement, damage, window);
    pixman_region32_intersect_rect(window, window, 0, 0, scene->width, scene->height);
}

void display_scene_border(const DisplayScene *scene, pixman_region32_t *border)
{
    pixman_box32_t target = scene->placement.target;
    pixman_region32_t picture;

    pixman_region32_clear(border);
    pixman_region32_union_rect(border, border, 0, 0, scene->width, scene->height);
    if (scene->view.frame.buffer) {
        pixman_region32_init_with_extents(&picture, &target);
        pixman_region32_subtract(border, border, &picture);
        pixman_region32_fini(&picture);
    }
}

/* One axis: an edge between pixels of the picture, as one between those of the window */
static int32_t to_window(int32_t at, uint32_t picture, int32_t from, int32_t to)
{
    double position = from + (double)at * (to - from) / picture;

    return position < 0 ? (int32_t)(position - 0.5) : (int32_t)(position + 0.5);
}

bool display_scene_cursor(const DisplayScene *scene, pixman_box32_t *box)
{
    const DisplayPlacement *placement = &scene->placement;
    const pixman_box32_t *target = &placement->target;
    pixman_box32_t at;

    if (!placement->picture_width || !placement->picture_height ||
        !display_view_get_cursor_box(&scene->view, &at)) {
        return false;
    }
    box->x1 = to_window(at.x1, placement->picture_width, target->x1, target->x2);
    box->x2 = to_window(at.x2, placement->picture_width, target->x1, target->x2);
    box->y1 = to_window(at.y1, placement->picture_height, target->y1, target->y2);
    box->y2 = to_window(at.y2, placement->picture_height, target->y1, target->y2);
    return box->x1 < box->x2 && box->y1 < box->y2;
}
