/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fingers mean to a guest with a tablet. */
#include "fingers.h"

#include <glib.h>

/* Writes down what the guest gets: "m10,20 L+ L- R+ s0,-5 ". */
static GString *guest;

static void moved(void *opaque, double x, double y)
{
    g_string_append_printf(guest, "m%g,%g ", x, y);
}

static void pressed(void *opaque, bool right, bool down)
{
    g_string_append_printf(guest, "%c%c ", right ? 'R' : 'L', down ? '+' : '-');
}

static void scrolled(void *opaque, double x, double y)
{
    g_string_append_printf(guest, "s%g,%g ", x, y);
}

static const DisplayGtkFingersOps ops = {
    .move = moved,
    .press = pressed,
    .scroll = scrolled,
};

static const char a, b, c;

static void assert_guest(const char *expected)
{
    g_assert_cmpstr(guest->str, ==, expected);
    g_string_truncate(guest, 0);
}

static DisplayGtkFingers begin(void)
{
    DisplayGtkFingers fingers = { .ops = &ops };

    if (!guest) {
        guest = g_string_new(NULL);
    }
    display_gtk_fingers_begin(&fingers, &a, 10, 20);
    assert_guest("m10,20 ");
    return fingers;
}

static void a_tap_clicks_the_left_button(void)
{
    DisplayGtkFingers fingers = begin();

    display_gtk_fingers_move(&fingers, &a, 12, 21);
    display_gtk_fingers_end(&fingers, &a);
    assert_guest("L+ L- ");
    g_assert_cmpint(fingers.state, ==, DISPLAY_GTK_FINGERS_NONE);
}

static void a_finger_that_moves_drags(void)
{
    DisplayGtkFingers fingers = begin();

    display_gtk_fingers_move(&fingers, &a, 30, 20);
    display_gtk_fingers_move(&fingers, &a, 40, 25);
    display_gtk_fingers_end(&fingers, &a);
    assert_guest("L+ m30,20 m40,25 L- ");
}

static void a_finger_that_stays_holds_the_button_down(void)
{
    DisplayGtkFingers fingers = begin();

    display_gtk_fingers_settle(&fingers);
    assert_guest("L+ ");
    display_gtk_fingers_move(&fingers, &a, 11, 20);
    display_gtk_fingers_end(&fingers, &a);
    assert_guest("m11,20 L- ");
    display_gtk_fingers_settle(&fingers);
    assert_guest("");
}

static void two_that_tap_click_the_right_button(void)
{
    DisplayGtkFingers fingers = begin();

    display_gtk_fingers_begin(&fingers, &b, 100, 20);
    display_gtk_fingers_settle(&fingers);
    display_gtk_fingers_end(&fingers, &b);
    display_gtk_fingers_end(&fingers, &a);
    assert_guest("R+ R- ");
    g_assert_cmpint(fingers.state, ==, DISPLAY_GTK_FINGERS_NONE);
}

static void two_that_move_turn_the_wheel(void)
{
    DisplayGtkFingers fingers = begin();

    display_gtk_fingers_begin(&fingers, &b, 100, 20);
    display_gtk_fingers_move(&fingers, &a, 10, 40);
    display_gtk_fingers_move(&fingers, &b, 100, 40);
    assert_guest("s0,10 s0,10 ");
    display_gtk_fingers_end(&fingers, &a);
    display_gtk_fingers_move(&fingers, &b, 100, 90);
    display_gtk_fingers_end(&fingers, &b);
    assert_guest("");
}

static void a_second_finger_does_not_disturb_a_drag(void)
{
    DisplayGtkFingers fingers = begin();

    display_gtk_fingers_move(&fingers, &a, 30, 20);
    display_gtk_fingers_begin(&fingers, &b, 100, 20);
    display_gtk_fingers_move(&fingers, &b, 200, 20);
    display_gtk_fingers_move(&fingers, &a, 31, 20);
    display_gtk_fingers_end(&fingers, &b);
    display_gtk_fingers_end(&fingers, &a);
    assert_guest("L+ m30,20 m31,20 L- ");
    g_assert_cmpint(fingers.state, ==, DISPLAY_GTK_FINGERS_NONE);
}

static void three_mean_nothing_until_all_are_lifted(void)
{
    DisplayGtkFingers fingers = begin();

    display_gtk_fingers_begin(&fingers, &b, 100, 20);
    display_gtk_fingers_begin(&fingers, &c, 200, 20);
    display_gtk_fingers_move(&fingers, &a, 90, 90);
    display_gtk_fingers_end(&fingers, &a);
    display_gtk_fingers_end(&fingers, &b);
    display_gtk_fingers_begin(&fingers, &a, 1, 1);
    display_gtk_fingers_end(&fingers, &a);
    assert_guest("");
    display_gtk_fingers_end(&fingers, &c);
    display_gtk_fingers_begin(&fingers, &a, 1, 1);
    assert_guest("m1,1 ");
}

static void a_cancel_releases_and_clicks_nothing(void)
{
    DisplayGtkFingers fingers = begin();

    display_gtk_fingers_cancel(&fingers);
    assert_guest("");
    fingers = begin();
    display_gtk_fingers_settle(&fingers);
    display_gtk_fingers_cancel(&fingers);
    assert_guest("L+ L- ");
    g_assert_cmpint(fingers.state, ==, DISPLAY_GTK_FINGERS_NONE);
}

static void fingers_that_never_began_are_ignored(void)
{
    DisplayGtkFingers fingers = begin();

    display_gtk_fingers_move(&fingers, &b, 90, 90);
    assert_guest("");
    display_gtk_fingers_cancel(&fingers);
    display_gtk_fingers_end(&fingers, &b);
    display_gtk_fingers_move(&fingers, &b, 90, 90);
    assert_guest("");
    g_assert_cmpint(fingers.count, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gtk/fingers/a-tap-clicks-the-left-button", a_tap_clicks_the_left_button);
    g_test_add_func("/gtk/fingers/a-finger-that-moves-drags", a_finger_that_moves_drags);
    g_test_add_func("/gtk/fingers/a-finger-that-stays-holds-the-button-down",
                    a_finger_that_stays_holds_the_button_down);
    g_test_add_func("/gtk/fingers/two-that-tap-click-the-right-button",
                    two_that_tap_click_the_right_button);
    g_test_add_func("/gtk/fingers/two-that-move-turn-the-wheel", two_that_move_turn_the_wheel);
    g_test_add_func("/gtk/fingers/a-second-finger-does-not-disturb-a-drag",
                    a_second_finger_does_not_disturb_a_drag);
    g_test_add_func("/gtk/fingers/three-mean-nothing-until-all-are-lifted",
                    three_mean_nothing_until_all_are_lifted);
    g_test_add_func("/gtk/fingers/a-cancel-releases-and-clicks-nothing",
                    a_cancel_releases_and_clicks_nothing);
    g_test_add_func("/gtk/fingers/fingers-that-never-began-are-ignored",
                    fingers_that_never_began_are_ignored);
    return g_test_run();
}
