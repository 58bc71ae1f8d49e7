/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From points of a widget to points of the guest's picture. */
#include "area.h"

#include <glib.h>

static DisplayGtkArea area_of(int picture_width, int picture_height, pixman_box32_t target,
                              int scale)
{
    return (DisplayGtkArea) {
        .placement = { picture_width, picture_height, target },
        .scale = scale,
    };
}

/* The pixel that a guest finds which rounds down, as the common ones do. */
static int guest_pixel(int position, int size)
{
    return (int)((int64_t)position * size / DISPLAY_GTK_POSITION_MAX);
}

static void every_pixel_is_found_by_guests_that_round_down(void)
{
    static const int sizes[] = { 1, 2, 640, 1023, 1920, 3840, 5120, 7680 };
    int i, x;

    for (i = 0; i < G_N_ELEMENTS(sizes); i++) {
        int size = sizes[i];
        DisplayGtkArea area = area_of(size, size, (pixman_box32_t) { 0, 0, size, size }, 1);

        for (x = 0; x < sizes[i]; x++) {
            int guest_x, guest_y;

            g_assert_true(display_gtk_area_position(&area, x, x, &guest_x, &guest_y));
            g_assert_cmpint(guest_pixel(guest_x, sizes[i]), ==, x);
            g_assert_cmpint(guest_y, ==, guest_x);
        }
    }
}

static void the_edges_reach_all_the_way(void)
{
    DisplayGtkArea area = area_of(640, 480, (pixman_box32_t) { 100, 50, 740, 530 }, 1);
    int x, y;

    g_assert_true(display_gtk_area_position(&area, 100, 50, &x, &y));
    g_assert_cmpint(guest_pixel(x, 640), ==, 0);
    g_assert_cmpint(guest_pixel(y, 480), ==, 0);
    g_assert_true(display_gtk_area_position(&area, 739, 529, &x, &y));
    g_assert_cmpint(guest_pixel(x, 640), ==, 639);
    g_assert_cmpint(guest_pixel(y, 480), ==, 479);
}

static void points_beside_the_picture_are_clamped(void)
{
    DisplayGtkArea area = area_of(640, 480, (pixman_box32_t) { 100, 50, 740, 530 }, 1);
    int x, y;

    g_assert_false(display_gtk_area_position(&area, 99, 100, &x, &y));
    g_assert_cmpint(x, ==, 0);
    g_assert_false(display_gtk_area_position(&area, -1e9, 1e9, &x, &y));
    g_assert_cmpint(x, ==, 0);
    g_assert_cmpint(y, ==, DISPLAY_GTK_POSITION_MAX);
    g_assert_false(display_gtk_area_position(&area, 740, 100, &x, &y));
    g_assert_cmpint(x, ==, DISPLAY_GTK_POSITION_MAX);
}

static void logical_pixels_are_several_device_pixels(void)
{
    DisplayGtkArea area = area_of(800, 600, (pixman_box32_t) { 0, 0, 800, 600 }, 2);
    int x, y;

    g_assert_true(display_gtk_area_position(&area, 200.5, 150, &x, &y));
    g_assert_cmpint(guest_pixel(x, 800), ==, 401);
    g_assert_cmpint(guest_pixel(y, 600), ==, 300);
    g_assert_false(display_gtk_area_position(&area, 400, 150, &x, &y));
}

static void an_enlarged_picture_has_positions_between_its_pixels(void)
{
    DisplayGtkArea area = area_of(100, 100, (pixman_box32_t) { 0, 0, 400, 400 }, 1);
    int x1, x2, y;

    g_assert_true(display_gtk_area_position(&area, 200, 0, &x1, &y));
    g_assert_true(display_gtk_area_position(&area, 201, 0, &x2, &y));
    g_assert_cmpint(guest_pixel(x1, 100), ==, 50);
    g_assert_cmpint(guest_pixel(x2, 100), ==, 50);
    g_assert_cmpint(x1, <, x2);
    g_assert_cmpfloat(display_gtk_area_zoom(&area), ==, 4);
}

static void a_guest_pixel_is_located_where_it_is_shown(void)
{
    DisplayGtkArea area = area_of(100, 50, (pixman_box32_t) { 10, 20, 210, 120 }, 2);
    double x, y;
    int guest_x, guest_y;

    display_gtk_area_locate(&area, 30, 40, &x, &y);
    g_assert_cmpfloat(x, ==, (10 + 61) / 2.0);
    g_assert_cmpfloat(y, ==, (20 + 81) / 2.0);
    g_assert_true(display_gtk_area_position(&area, x, y, &guest_x, &guest_y));
    g_assert_cmpint(guest_pixel(guest_x, 100), ==, 30);
    g_assert_cmpint(guest_pixel(guest_y, 50), ==, 40);
}

static void slow_motion_over_an_enlarged_picture_adds_up(void)
{
    DisplayGtkArea area = area_of(100, 100, (pixman_box32_t) { 0, 0, 400, 400 }, 1);
    DisplayGtkMotion motion = { 0 };
    int i, x, y, sum_x = 0, sum_y = 0;

    for (i = 0; i < 40; i++) {
        display_gtk_motion_add(&motion, &area, 1, -1, &x, &y);
        g_assert_cmpint(x, >=, 0);
        g_assert_cmpint(y, <=, 0);
        sum_x += x;
        sum_y += y;
    }
    g_assert_cmpint(sum_x, ==, 10);
    g_assert_cmpint(sum_y, ==, -10);
}

static void motion_over_a_reduced_picture_is_as_long_as_it_looks(void)
{
    DisplayGtkArea area = area_of(800, 800, (pixman_box32_t) { 0, 0, 400, 400 }, 2);
    DisplayGtkMotion motion = { 0 };
    int x, y;

    display_gtk_motion_add(&motion, &area, 3, 5, &x, &y);
    g_assert_cmpint(x, ==, 12);
    g_assert_cmpint(y, ==, 20);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gtk/area/every-pixel-is-found-by-guests-that-round-down",
                    every_pixel_is_found_by_guests_that_round_down);
    g_test_add_func("/gtk/area/the-edges-reach-all-the-way", the_edges_reach_all_the_way);
    g_test_add_func("/gtk/area/points-beside-the-picture-are-clamped",
                    points_beside_the_picture_are_clamped);
    g_test_add_func("/gtk/area/logical-pixels-are-several-device-pixels",
                    logical_pixels_are_several_device_pixels);
    g_test_add_func("/gtk/area/an-enlarged-picture-has-positions-between-its-pixels",
                    an_enlarged_picture_has_positions_between_its_pixels);
    g_test_add_func("/gtk/area/a-guest-pixel-is-located-where-it-is-shown",
                    a_guest_pixel_is_located_where_it_is_shown);
    g_test_add_func("/gtk/area/slow-motion-over-an-enlarged-picture-adds-up",
                    slow_motion_over_an_enlarged_picture_adds_up);
    g_test_add_func("/gtk/area/motion-over-a-reduced-picture-is-as-long-as-it-looks",
                    motion_over_a_reduced_picture_is_as_long_as_it_looks);
    return g_test_run();
}
