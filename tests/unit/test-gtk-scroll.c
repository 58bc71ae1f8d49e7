/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole steps of a wheel out of fractions. */
#include "scroll.h"

#include <glib.h>
#include <math.h>

static void fractions_add_up_to_steps(void)
{
    DisplayGtkScroll scroll = { 0 };
    int i, x = 0, y = 0;

    for (i = 0; i < 32; i++) {
        DisplayGtkSteps steps = display_gtk_scroll_add(&scroll, 0.125, -0.25);

        g_assert_cmpint(steps.x, <=, 1);
        g_assert_cmpint(steps.y, >=, -1);
        x += steps.x;
        y += steps.y;
    }
    g_assert_cmpint(x, ==, 4);
    g_assert_cmpint(y, ==, -8);
}

static void a_step_of_a_wheel_is_a_step(void)
{
    DisplayGtkScroll scroll = { 0 };
    DisplayGtkSteps steps = display_gtk_scroll_add(&scroll, 0, 1);

    g_assert_cmpint(steps.y, ==, 1);
    steps = display_gtk_scroll_add(&scroll, 0, 3);
    g_assert_cmpint(steps.y, ==, 3);
    g_assert_cmpint(steps.x, ==, 0);
}

static void turning_round_forgets_what_was_left(void)
{
    DisplayGtkScroll scroll = { 0 };

    g_assert_cmpint(display_gtk_scroll_add(&scroll, 0, 0.9).y, ==, 0);
    g_assert_cmpint(display_gtk_scroll_add(&scroll, 0, -0.9).y, ==, 0);
    g_assert_cmpint(display_gtk_scroll_add(&scroll, 0, -0.2).y, ==, -1);
}

static void the_other_axis_keeps_what_was_left(void)
{
    DisplayGtkScroll scroll = { 0 };

    display_gtk_scroll_add(&scroll, 0, 0.9);
    display_gtk_scroll_add(&scroll, 0.9, 0);
    g_assert_cmpint(display_gtk_scroll_add(&scroll, 0, 0.2).y, ==, 1);
    g_assert_cmpint(display_gtk_scroll_add(&scroll, 0.2, 0).x, ==, 1);
}

static void a_reset_forgets_all(void)
{
    DisplayGtkScroll scroll = { 0 };

    display_gtk_scroll_add(&scroll, 0.9, 0.9);
    display_gtk_scroll_reset(&scroll);
    g_assert_cmpint(display_gtk_scroll_add(&scroll, 0.2, 0.2).x, ==, 0);
}

static void senseless_values_do_no_harm(void)
{
    static const double values[] = { NAN, INFINITY, -INFINITY, 1e300, -1e300 };
    DisplayGtkScroll scroll = { 0 };
    int i;

    for (i = 0; i < G_N_ELEMENTS(values); i++) {
        DisplayGtkSteps steps = display_gtk_scroll_add(&scroll, values[i], values[i]);

        g_assert_cmpint(ABS(steps.x), <=, 100);
        g_assert_cmpint(ABS(steps.y), <=, 100);
    }
    g_assert_cmpint(display_gtk_scroll_add(&scroll, 0, 1).y, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gtk/scroll/fractions-add-up-to-steps", fractions_add_up_to_steps);
    g_test_add_func("/gtk/scroll/a-step-of-a-wheel-is-a-step", a_step_of_a_wheel_is_a_step);
    g_test_add_func("/gtk/scroll/turning-round-forgets-what-was-left",
                    turning_round_forgets_what_was_left);
    g_test_add_func("/gtk/scroll/the-other-axis-keeps-what-was-left",
                    the_other_axis_keeps_what_was_left);
    g_test_add_func("/gtk/scroll/a-reset-forgets-all", a_reset_forgets_all);
    g_test_add_func("/gtk/scroll/senseless-values-do-no-harm", senseless_values_do_no_harm);
    return g_test_run();
}
