/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkArea: from points of a widget to points of a guest's picture and back. */
#include "area.h"

#include <math.h>

static int target_width(const DisplayGtkArea *area)
{
    return area->placement.target.x2 - area->placement.target.x1;
}

static int target_height(const DisplayGtkArea *area)
{
    return area->placement.target.y2 - area->placement.target.y1;
}

/*
 * Events name the edge of the device pixel that they mean: its middle is taken, or guests that
 * round down would see the pixel before.
 */
static bool axis_position(double logical, int scale, int start, int size, int *position)
{
    double within = (floor(logical * scale) + 0.5 - start) / size;

    *position = (int)floor(fmin(fmax(within, 0), 1) * DISPLAY_GTK_POSITION_MAX);
    return within >= 0 && within < 1;
}

bool display_gtk_area_position(const DisplayGtkArea *area, double x, double y, int *guest_x,
                               int *guest_y)
{
    const pixman_box32_t *target = &area->placement.target;
    bool inside_x = axis_position(x, area->scale, target->x1, target_width(area), guest_x);
    bool inside_y = axis_position(y, area->scale, target->y1, target_height(area), guest_y);

    return inside_x && inside_y;
}

void display_gtk_area_locate(const DisplayGtkArea *area, int guest_x, int guest_y, double *x,
                             double *y)
{
    const DisplayPlacement *placement = &area->placement;

    *x = (placement->target.x1 +
          (guest_x + 0.5) * target_width(area) / placement->picture_width) / area->scale;
    *y = (placement->target.y1 +
          (guest_y + 0.5) * target_height(area) / placement->picture_height) / area->scale;
}

double display_gtk_area_zoom(const DisplayGtkArea *area)
{
    return (double)target_width(area) / area->placement.picture_width;
}

static int take_whole(double *rest, double more)
{
    double whole;

    *rest += more;
    whole = trunc(*rest);
    *rest -= whole;
    return (int)whole;
}

void display_gtk_motion_add(DisplayGtkMotion *motion, const DisplayGtkArea *area, double x,
                            double y, int *guest_x, int *guest_y)
{
    const DisplayPlacement *placement = &area->placement;

    *guest_x = take_whole(&motion->rest_x,
                          x * area->scale * placement->picture_width / target_width(area));
    *guest_y = take_whole(&motion->rest_y,
                          y * area->scale * placement->picture_height / target_height(area));
}
