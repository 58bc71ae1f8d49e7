/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkTouch: touch events of a widget on their way to a tablet. */
#include "qemu/osdep.h"

#include "touch.h"

#include "fingers.h"
#include "scroll.h"
#include "ui/input.h"

/* How long a finger stays where it is before it holds the button down. */
#define SETTLE_MS 250

/* Logical pixels on which two fingers turn the wheel by a step. */
#define STEP_SIZE 20.0

struct DisplayGtkTouch {
    GtkWidget *widget;              /* NULL: destroyed */
    QemuConsole *con;
    const DisplayGtkTouchOps *ops;
    void *opaque;
    DisplayGtkFingers fingers;
    DisplayGtkScroll scroll;
    guint settle_timeout;
};

/* What the guest gets */

static void move_to(void *opaque, double x, double y)
{
    DisplayGtkTouch *touch = opaque;
    DisplayGtkArea area;
    int guest_x, guest_y;

    if (touch->ops->get_area(touch->opaque, &area)) {
        display_gtk_area_position(&area, x, y, &guest_x, &guest_y);
        qemu_input_queue_abs(touch->con, INPUT_AXIS_X, guest_x, 0, DISPLAY_GTK_POSITION_MAX);
        qemu_input_queue_abs(touch->con, INPUT_AXIS_Y, guest_y, 0, DISPLAY_GTK_POSITION_MAX);
        qemu_input_event_sync();
    }
}

static void send_button(DisplayGtkTouch *touch, InputButton button, bool down)
{
    qemu_input_queue_btn(touch->con, button, down);
    qemu_input_event_sync();
}

static void press(void *opaque, bool right, bool down)
{
    send_button(opaque, right ? INPUT_BUTTON_RIGHT : INPUT_BUTTON_LEFT, down);
}

static void turn(DisplayGtkTouch *touch, int steps, InputButton backward, InputButton forward)
{
    int i;

    for (i = 0; i < abs(steps); i++) {
        send_button(touch, steps < 0 ? backward : forward, true);
        send_button(touch, steps < 0 ? backward : forward, false);
    }
}

/* The picture follows the fingers: down to see what is above. */
static void scroll(void *opaque, double x, double y)
{
    DisplayGtkTouch *touch = opaque;
    DisplayGtkSteps steps = display_gtk_scroll_add(&touch->scroll, -x / STEP_SIZE,
                                                   -y / STEP_SIZE);

    turn(touch, steps.y, INPUT_BUTTON_WHEEL_UP, INPUT_BUTTON_WHEEL_DOWN);
    turn(touch, steps.x, INPUT_BUTTON_WHEEL_LEFT, INPUT_BUTTON_WHEEL_RIGHT);
}

static const DisplayGtkFingersOps fingers_ops = {
    .move = move_to,
    .press = press,
    .scroll = scroll,
};

/* Events of the widget */

static gboolean settled(void *opaque)
{
    DisplayGtkTouch *touch = opaque;

    touch->settle_timeout = 0;
    display_gtk_fingers_settle(&touch->fingers);
    return G_SOURCE_REMOVE;
}

static void stop_waiting(DisplayGtkTouch *touch)
{
    if (touch->settle_timeout) {
        g_source_remove(touch->settle_timeout);
        touch->settle_timeout = 0;
    }
}

static void lift_all(DisplayGtkTouch *touch)
{
    stop_waiting(touch);
    display_gtk_fingers_cancel(&touch->fingers);
}

static void begin(DisplayGtkTouch *touch, const GdkEventTouch *event)
{
    gtk_widget_grab_focus(touch->widget);
    stop_waiting(touch);
    display_gtk_scroll_reset(&touch->scroll);
    touch->settle_timeout = g_timeout_add(SETTLE_MS, settled, touch);
    display_gtk_fingers_begin(&touch->fingers, event->sequence, event->x, event->y);
}

static gboolean touched(GtkWidget *widget, GdkEventTouch *event, void *opaque)
{
    DisplayGtkTouch *touch = opaque;

    if (!qemu_input_is_absolute()) {
        lift_all(touch);
        return GDK_EVENT_PROPAGATE;
    }
    switch (event->type) {
    case GDK_TOUCH_BEGIN:
        begin(touch, event);
        break;
    case GDK_TOUCH_UPDATE:
        display_gtk_fingers_move(&touch->fingers, event->sequence, event->x, event->y);
        break;
    case GDK_TOUCH_END:
        display_gtk_fingers_end(&touch->fingers, event->sequence);
        break;
    default:
        lift_all(touch);
        break;
    }
    return GDK_EVENT_STOP;
}

static void hidden(GtkWidget *widget, void *touch)
{
    lift_all(touch);
}

static void destroyed(GtkWidget *widget, void *opaque)
{
    DisplayGtkTouch *touch = opaque;

    lift_all(touch);
    g_signal_handlers_disconnect_by_data(widget, touch);
    g_clear_object(&touch->widget);
}

DisplayGtkTouch *display_gtk_touch_new(GtkWidget *widget, QemuConsole *con,
                                       const DisplayGtkTouchOps *ops, void *opaque)
{
    DisplayGtkTouch *touch = g_new0(DisplayGtkTouch, 1);

    touch->widget = g_object_ref(widget);
    touch->con = con;
    touch->ops = ops;
    touch->opaque = opaque;
    touch->fingers.ops = &fingers_ops;
    touch->fingers.opaque = touch;
    gtk_widget_add_events(widget, GDK_TOUCH_MASK);
    g_signal_connect(widget, "touch-event", G_CALLBACK(touched), touch);
    g_signal_connect(widget, "unmap", G_CALLBACK(hidden), touch);
    g_signal_connect(widget, "destroy", G_CALLBACK(destroyed), touch);
    return touch;
}

void display_gtk_touch_free(DisplayGtkTouch *touch)
{
    if (!touch) {
        return;
    }
    lift_all(touch);
    if (touch->widget) {
        g_signal_handlers_disconnect_by_data(touch->widget, touch);
        g_object_unref(touch->widget);
    }
    g_free(touch);
}
