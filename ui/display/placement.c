/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayPlacement: pictures on windows. */
#include "ui/display/placement.h"

#include <glib.h>
#include <math.h>

static void place(DisplayPlacement *placement, uint32_t picture_width, uint32_t picture_height,
                  int64_t x, int64_t y, int64_t width, int64_t height)
{
    *placement = (DisplayPlacement) {
        .picture_width = picture_width,
        .picture_height = picture_height,
        .target = {.x1 = x, .y1 = y, .x2 = x + width, .y2 = y + height},
    };
}

void display_placement_fit(DisplayPlacement *placement, uint32_t picture_width,
                           uint32_t picture_height, uint32_t window_width, uint32_t window_height)
{
    uint64_t width = window_width;
    uint64_t height = window_height;

    if (!picture_width || !picture_height) {
        place(placement, picture_width, picture_height, 0, 0, 0, 0);
        return;
    }
    if (width * picture_height > height * picture_width) {
        width = MAX((height * picture_width + picture_height / 2) / picture_height, 1);
    } else {
        height = MAX((width * picture_height + picture_width / 2) / picture_width, 1);
    }
    place(placement, picture_width, picture_height, ((int64_t)window_width - (int64_t)width) / 2,
          ((int64_t)window_height - (int64_t)height) / 2, width, height);
}

void display_placement_scale(DisplayPlacement *placement, uint32_t picture_width,
                             uint32_t picture_height, uint32_t window_width,
                             uint32_t window_height, double scale)
{
    int64_t width = llround(picture_width * scale);
    int64_t height = llround(picture_height * scale);

    place(placement, picture_width, picture_height, MAX(((int64_t)window_width - width) / 2, 0),
          MAX(((int64_t)window_height - height) / 2, 0), width, height);
}

bool display_placement_is_integer(const DisplayPlacement *placement)
{
    const pixman_box32_t *target = &placement->target;

    return placement->picture_width && placement->picture_height &&
           (target->x2 - target->x1) % placement->picture_width == 0 &&
           (target->y2 - target->y1) % placement->picture_height == 0;
}

/* Picture pixels [begin, end) on one axis, as window pixels rounded outwards */
static void project(int32_t begin, int32_t end, uint32_t picture, int32_t origin, int64_t length,
                    int32_t *from, int32_t *to)
{
    *from = origin + (int32_t)(begin * length / picture);
    *to = origin + (int32_t)((end * length + picture - 1) / picture);
}

void display_placement_damage(const DisplayPlacement *placement, const pixman_region32_t *damage,
                              pixman_region32_t *target)
{
    int margin = display_placement_is_integer(placement) ? 0 : 1;
    const pixman_box32_t *place = &placement->target;
    int count;
    const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)damage, &count);

    pixman_region32_clear(target);
    for (int i = 0; i < count && placement->picture_width && placement->picture_height; i++) {
        pixman_box32_t box = {
            .x1 = MAX(boxes[i].x1 - margin, 0),
            .y1 = MAX(boxes[i].y1 - margin, 0),
            .x2 = MIN(boxes[i].x2 + margin, (int64_t)placement->picture_width),
            .y2 = MIN(boxes[i].y2 + margin, (int64_t)placement->picture_height),
        };
        pixman_box32_t shown;

        project(box.x1, box.x2, placement->picture_width, place->x1, place->x2 - place->x1,
                &shown.x1, &shown.x2);
        project(box.y1, box.y2, placement->picture_height, place->y1, place->y2 - place->y1,
                &shown.y1, &shown.y2);
        if (shown.x1 < shown.x2 && shown.y1 < shown.y2) {
            pixman_region32_union_rect(target, target, shown.x1, shown.y1,
                                       shown.x2 - shown.x1, shown.y2 - shown.y1);
        }
    }
}

/* One axis of display_placement_pick() */
static bool pick(double window, int32_t origin, int32_t length, uint32_t picture, int32_t *at)
{
    double position = length > 0 ? floor((window - origin) * picture / length) : 0;
    double last = picture ? picture - 1.0 : 0;

    *at = (int32_t)CLAMP(position, 0, last);
    return picture && length > 0 && position >= 0 && position <= last;
}

bool display_placement_pick(const DisplayPlacement *placement, double window_x, double window_y,
                            int32_t *x, int32_t *y)
{
    const pixman_box32_t *target = &placement->target;
    bool inside = pick(window_x, target->x1, target->x2 - target->x1, placement->picture_width, x);

    return pick(window_y, target->y1, target->y2 - target->y1, placement->picture_height, y) && inside;
}
