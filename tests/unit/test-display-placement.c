/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where pictures lie on windows. */
#include "ui/display/placement.h"

#include <glib.h>

#include "ui/display/damage.h"

static void assert_target(const DisplayPlacement *placement, int x1, int y1, int x2, int y2)
{
    g_assert_cmpint(placement->target.x1, ==, x1);
    g_assert_cmpint(placement->target.y1, ==, y1);
    g_assert_cmpint(placement->target.x2, ==, x2);
    g_assert_cmpint(placement->target.y2, ==, y2);
}

static void fitting_keeps_the_aspect_ratio(void)
{
    DisplayPlacement placement;

    display_placement_fit(&placement, 640, 480, 640, 480);
    assert_target(&placement, 0, 0, 640, 480);
    display_placement_fit(&placement, 640, 480, 1920, 1080);
    assert_target(&placement, 240, 0, 1680, 1080);
    display_placement_fit(&placement, 640, 480, 320, 480);
    assert_target(&placement, 0, 120, 320, 360);
    display_placement_fit(&placement, 4000, 1, 100, 100);
    assert_target(&placement, 0, 49, 100, 50);
    display_placement_fit(&placement, 0, 0, 100, 100);
    assert_target(&placement, 0, 0, 0, 0);
}

static void scaling_centres_or_starts_at_the_corner(void)
{
    DisplayPlacement placement;

    display_placement_scale(&placement, 100, 50, 300, 300, 2);
    assert_target(&placement, 50, 100, 250, 200);
    g_assert_true(display_placement_is_integer(&placement));
    display_placement_scale(&placement, 100, 50, 90, 40, 1);
    assert_target(&placement, 0, 0, 100, 50);
    display_placement_scale(&placement, 100, 50, 300, 300, 1.25);
    g_assert_false(display_placement_is_integer(&placement));
}

/* Every window pixel that shows a damaged pixel is in the projected damage. */
static void assert_covers(const DisplayPlacement *placement, int x, int y)
{
    const pixman_box32_t *target = &placement->target;
    pixman_region32_t damage, projected;

    pixman_region32_init_rect(&damage, x, y, 1, 1);
    pixman_region32_init(&projected);
    display_placement_damage(placement, &damage, &projected);
    for (int wy = target->y1; wy < target->y2; wy++) {
        for (int wx = target->x1; wx < target->x2; wx++) {
            int px, py;

            g_assert_true(display_placement_pick(placement, wx + 0.5, wy + 0.5, &px, &py));
            if (px == x && py == y) {
                g_assert_true(pixman_region32_contains_point(&projected, wx, wy, NULL));
            }
        }
    }
    if (display_placement_is_integer(placement)) {
        uint64_t block = (uint64_t)(target->x2 - target->x1) / placement->picture_width *
                         ((target->y2 - target->y1) / placement->picture_height);

        g_assert_cmpuint(display_damage_area(&projected), ==, block);
    }
    pixman_region32_fini(&projected);
    pixman_region32_fini(&damage);
}

static void damage_covers_all_pixels_that_show_it(void)
{
    const double scales[] = {1, 2, 3, 1.25, 1.5, 0.5, 0.37};

    for (size_t i = 0; i < G_N_ELEMENTS(scales); i++) {
        DisplayPlacement placement;

        display_placement_scale(&placement, 13, 9, 60, 60, scales[i]);
        for (int y = 0; y < 9; y += 4) {
            for (int x = 0; x < 13; x += 3) {
                assert_covers(&placement, x, y);
            }
        }
    }
}

static void picking_outside_clamps_and_says_so(void)
{
    DisplayPlacement placement;
    int x, y;

    display_placement_scale(&placement, 10, 10, 40, 40, 2);
    g_assert_true(display_placement_pick(&placement, 10, 29.9, &x, &y));
    g_assert_cmpint(x, ==, 0);
    g_assert_cmpint(y, ==, 9);
    g_assert_false(display_placement_pick(&placement, 9.9, 100, &x, &y));
    g_assert_cmpint(x, ==, 0);
    g_assert_cmpint(y, ==, 9);
    display_placement_fit(&placement, 0, 0, 10, 10);
    g_assert_false(display_placement_pick(&placement, 5, 5, &x, &y));
    g_assert_cmpint(x, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/display/placement/fitting-keeps-the-aspect-ratio",
                    fitting_keeps_the_aspect_ratio);
    g_test_add_func("/display/placement/scaling-centres-or-starts-at-the-corner",
                    scaling_centres_or_starts_at_the_corner);
    g_test_add_func("/display/placement/damage-covers-all-pixels-that-show-it",
                    damage_covers_all_pixels_that_show_it);
    g_test_add_func("/display/placement/picking-outside-clamps-and-says-so",
                    picking_outside_clamps_and_says_so);
    return g_test_run();
}
