/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Touch events of a widget on their way to a guest's tablet, which writes down what it gets. */
#include "qemu/osdep.h"

#include "touch.h"

#include "ui/input.h"

#define WIDTH 320
#define HEIGHT 200

static GString *guest;
static bool is_absolute;
static int position[INPUT_AXIS__MAX];

/* In place of the host's. */

bool qemu_input_is_absolute(void)
{
    return is_absolute;
}

void qemu_input_queue_abs(QemuConsole *src, InputAxis axis, int value, int min_in, int max_in)
{
    position[axis] = value * (axis == INPUT_AXIS_X ? WIDTH : HEIGHT) / max_in;
    if (axis == INPUT_AXIS_Y) {
        g_string_append_printf(guest, "%d,%d ", position[INPUT_AXIS_X], value * HEIGHT / max_in);
    }
}

void qemu_input_queue_btn(QemuConsole *src, InputButton button, bool down)
{
    g_string_append_printf(guest, "%d%c ", button, down ? '+' : '-');
}

void qemu_input_event_sync(void)
{
}

typedef struct Fixture {
    GtkWidget *window;
    GtkWidget *widget;
    DisplayGtkTouch *touch;
} Fixture;

static bool get_area(void *opaque, DisplayGtkArea *area)
{
    *area = (DisplayGtkArea) {
        .placement = { WIDTH, HEIGHT, { 0, 0, WIDTH, HEIGHT } },
        .scale = 1,
    };
    return true;
}

static void set_up(Fixture *fixture, const void *data)
{
    static const DisplayGtkTouchOps ops = { .get_area = get_area };

    guest = g_string_new(NULL);
    is_absolute = true;
    fixture->window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    fixture->widget = gtk_drawing_area_new();
    gtk_widget_set_can_focus(fixture->widget, true);
    gtk_container_add(GTK_CONTAINER(fixture->window), fixture->widget);
    fixture->touch = display_gtk_touch_new(fixture->widget, NULL, &ops, fixture);
    gtk_widget_show_all(fixture->window);
}

static void tear_down(Fixture *fixture, const void *data)
{
    display_gtk_touch_free(fixture->touch);
    gtk_widget_destroy(fixture->window);
    g_string_free(guest, true);
}

static void assert_guest(const char *expected)
{
    g_assert_cmpstr(guest->str, ==, expected);
    g_string_truncate(guest, 0);
}

/* Fingers are told apart by the addresses of these. */
static char fingers[2];

static bool send(Fixture *fixture, GdkEventType type, int finger, double x, double y)
{
    GdkEvent *event = gdk_event_new(type);
    bool taken;

    event->touch.window = g_object_ref(gtk_widget_get_window(fixture->widget));
    event->touch.sequence = (GdkEventSequence *)&fingers[finger];
    event->touch.x = x;
    event->touch.y = y;
    gdk_event_set_device(event, gdk_seat_get_pointer(
        gdk_display_get_default_seat(gtk_widget_get_display(fixture->widget))));
    taken = gtk_widget_event(fixture->widget, event);
    gdk_event_free(event);
    return taken;
}

static void a_tap_clicks_where_it_is(Fixture *fixture, const void *data)
{
    g_assert_true(send(fixture, GDK_TOUCH_BEGIN, 0, 100, 50));
    send(fixture, GDK_TOUCH_END, 0, 100, 50);
    assert_guest("100,50 0+ 0- ");
    g_assert_true(gtk_widget_is_focus(fixture->widget));
}

static void a_finger_that_stays_holds_the_button(Fixture *fixture, const void *data)
{
    gint64 deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;

    send(fixture, GDK_TOUCH_BEGIN, 0, 100, 50);
    assert_guest("100,50 ");
    while (guest->len == 0 && g_get_monotonic_time() < deadline) {
        g_main_context_iteration(NULL, true);
    }
    assert_guest("0+ ");
    send(fixture, GDK_TOUCH_UPDATE, 0, 120, 60);
    send(fixture, GDK_TOUCH_END, 0, 120, 60);
    assert_guest("120,60 0- ");
}

static void two_fingers_turn_the_wheel(Fixture *fixture, const void *data)
{
    send(fixture, GDK_TOUCH_BEGIN, 0, 100, 100);
    send(fixture, GDK_TOUCH_BEGIN, 1, 150, 100);
    assert_guest("100,100 ");
    send(fixture, GDK_TOUCH_UPDATE, 0, 100, 60);
    send(fixture, GDK_TOUCH_UPDATE, 1, 150, 60);
    assert_guest("4+ 4- 4+ 4- ");       /* down, as the content goes up */
    send(fixture, GDK_TOUCH_UPDATE, 0, 140, 60);
    assert_guest("7+ 7- ");
    send(fixture, GDK_TOUCH_END, 0, 140, 60);
    send(fixture, GDK_TOUCH_END, 1, 150, 60);
    assert_guest("");
}

static void a_cancelled_touch_releases(Fixture *fixture, const void *data)
{
    send(fixture, GDK_TOUCH_BEGIN, 0, 100, 100);
    send(fixture, GDK_TOUCH_UPDATE, 0, 150, 100);
    assert_guest("100,100 0+ 150,100 ");
    send(fixture, GDK_TOUCH_CANCEL, 0, 150, 100);
    assert_guest("0- ");
}

static void a_hidden_widget_releases(Fixture *fixture, const void *data)
{
    send(fixture, GDK_TOUCH_BEGIN, 0, 100, 100);
    send(fixture, GDK_TOUCH_UPDATE, 0, 150, 100);
    assert_guest("100,100 0+ 150,100 ");
    gtk_widget_hide(fixture->widget);
    assert_guest("0- ");
}

static void guests_without_a_tablet_do_not_notice(Fixture *fixture, const void *data)
{
    is_absolute = false;
    g_assert_false(send(fixture, GDK_TOUCH_BEGIN, 0, 100, 100));
    g_assert_false(send(fixture, GDK_TOUCH_END, 0, 100, 100));
    assert_guest("");
}

static void add(const char *name, void (*function)(Fixture *, const void *))
{
    g_autofree char *path = g_strdup_printf("/gtk/touch/%s", name);

    g_test_add(path, Fixture, NULL, set_up, function, tear_down);
}

int main(int argc, char **argv)
{
    gtk_test_init(&argc, &argv, NULL);
    add("a-tap-clicks-where-it-is", a_tap_clicks_where_it_is);
    add("a-finger-that-stays-holds-the-button", a_finger_that_stays_holds_the_button);
    add("two-fingers-turn-the-wheel", two_fingers_turn_the_wheel);
    add("a-cancelled-touch-releases", a_cancelled_touch_releases);
    add("a-hidden-widget-releases", a_hidden_widget_releases);
    add("guests-without-a-tablet-do-not-notice", guests_without_a_tablet_do_not_notice);
    return g_test_run();
}
