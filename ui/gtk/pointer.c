/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkPointer: events of a widget's pointer, and what its cursor looks like. */
#include "qemu/osdep.h"

#include "pointer-private.h"

#include "ui/input.h"

bool display_gtk_pointer_has_grab(const DisplayGtkPointer *pointer)
{
    return pointer->widget && display_gtk_grab_get_pointer(pointer->grab) == pointer->widget;
}

/* What the guest gets */

static void press_button(DisplayGtkPointer *pointer, InputButton button, bool down)
{
    uint32_t bit = 1u << button;

    if (!(pointer->buttons & bit) == !down) {
        return;
    }
    pointer->buttons ^= bit;
    qemu_input_queue_btn(pointer->con, button, down);
    qemu_input_event_sync();
}

void display_gtk_pointer_lift_all(DisplayGtkPointer *pointer)
{
    int button;

    for (button = 0; button < INPUT_BUTTON__MAX; button++) {
        press_button(pointer, button, false);
    }
}

static void turn_wheel(DisplayGtkPointer *pointer, int steps, InputButton backward,
                       InputButton forward)
{
    InputButton button = steps < 0 ? backward : forward;
    int i;

    for (i = 0; i < abs(steps); i++) {
        press_button(pointer, button, true);
        press_button(pointer, button, false);
    }
}

static void send_position(DisplayGtkPointer *pointer, double x, double y)
{
    DisplayGtkArea area;
    int guest_x, guest_y;

    if (!pointer->ops->get_area(pointer->opaque, &area)) {
        return;
    }
    display_gtk_area_position(&area, x, y, &guest_x, &guest_y);
    qemu_input_queue_abs(pointer->con, INPUT_AXIS_X, guest_x, 0, DISPLAY_GTK_POSITION_MAX);
    qemu_input_queue_abs(pointer->con, INPUT_AXIS_Y, guest_y, 0, DISPLAY_GTK_POSITION_MAX);
    qemu_input_event_sync();
}

static void send_motion(void *opaque, double x, double y)
{
    DisplayGtkPointer *pointer = opaque;
    DisplayGtkArea area;
    int guest_x, guest_y;

    if (!pointer->ops->get_area(pointer->opaque, &area)) {
        return;
    }
    display_gtk_motion_add(&pointer->motion, &area, x, y, &guest_x, &guest_y);
    if (guest_x || guest_y) {
        qemu_input_queue_rel(pointer->con, INPUT_AXIS_X, guest_x);
        qemu_input_queue_rel(pointer->con, INPUT_AXIS_Y, guest_y);
        qemu_input_event_sync();
    }
}

/* Events of the widget */

static gboolean moved(GtkWidget *widget, GdkEventMotion *event, void *opaque)
{
    DisplayGtkPointer *pointer = opaque;

    if (qemu_input_is_absolute()) {
        send_position(pointer, event->x, event->y);
    } else if (display_gtk_pointer_has_grab(pointer) && !pointer->is_lock && pointer->has_last) {
        send_motion(pointer, event->x_root - pointer->last_x, event->y_root - pointer->last_y);
    }
    pointer->last_x = event->x_root;
    pointer->last_y = event->y_root;
    pointer->has_last = true;
    return GDK_EVENT_STOP;
}

static int button_number(guint button)
{
    switch (button) {
    case GDK_BUTTON_PRIMARY:
        return INPUT_BUTTON_LEFT;
    case GDK_BUTTON_MIDDLE:
        return INPUT_BUTTON_MIDDLE;
    case GDK_BUTTON_SECONDARY:
        return INPUT_BUTTON_RIGHT;
    case 8:
        return INPUT_BUTTON_SIDE;
    case 9:
        return INPUT_BUTTON_EXTRA;
    default:
        return -1;
    }
}

/* Absolute positions come along, as a click need not follow a motion. */
static gboolean pressed(GtkWidget *widget, GdkEventButton *event, void *opaque)
{
    DisplayGtkPointer *pointer = opaque;
    int button = button_number(event->button);

    if (event->type != GDK_BUTTON_PRESS || button < 0) {
        return GDK_EVENT_STOP;
    }
    gtk_widget_grab_focus(widget);
    if (qemu_input_is_absolute()) {
        send_position(pointer, event->x, event->y);
    } else if (!display_gtk_pointer_has_grab(pointer)) {
        /* this click is for the window: it makes the pointer the guest's */
        if (button == INPUT_BUTTON_LEFT) {
            display_gtk_grab_input(pointer->grab, widget);
        }
        return GDK_EVENT_STOP;
    }
    press_button(pointer, button, true);
    return GDK_EVENT_STOP;
}

static gboolean released(GtkWidget *widget, GdkEventButton *event, void *pointer)
{
    int button = button_number(event->button);

    if (button >= 0) {
        press_button(pointer, button, false);
    }
    return GDK_EVENT_STOP;
}

static gboolean scrolled(GtkWidget *widget, GdkEventScroll *event, void *opaque)
{
    DisplayGtkPointer *pointer = opaque;
    DisplayGtkSteps steps = { 0 };

    switch (event->direction) {
    case GDK_SCROLL_UP:
        steps.y = -1;
        break;
    case GDK_SCROLL_DOWN:
        steps.y = 1;
        break;
    case GDK_SCROLL_LEFT:
        steps.x = -1;
        break;
    case GDK_SCROLL_RIGHT:
        steps.x = 1;
        break;
    case GDK_SCROLL_SMOOTH:
        steps = display_gtk_scroll_add(&pointer->scroll, event->delta_x, event->delta_y);
        if (event->is_stop) {
            display_gtk_scroll_reset(&pointer->scroll);
        }
        break;
    }
    turn_wheel(pointer, steps.y, INPUT_BUTTON_WHEEL_UP, INPUT_BUTTON_WHEEL_DOWN);
    turn_wheel(pointer, steps.x, INPUT_BUTTON_WHEEL_LEFT, INPUT_BUTTON_WHEEL_RIGHT);
    return GDK_EVENT_STOP;
}

static gboolean entered(GtkWidget *widget, GdkEventCrossing *event, void *opaque)
{
    DisplayGtkPointer *pointer = opaque;

    display_gtk_scroll_reset(&pointer->scroll);
    if (event->mode == GDK_CROSSING_NORMAL && display_gtk_grab_is_on_hover(pointer->grab) &&
        !display_gtk_grab_get_keyboard(pointer->grab)) {
        display_gtk_grab_keyboard(pointer->grab, widget);
        pointer->hovers = display_gtk_grab_get_keyboard(pointer->grab) == widget;
    }
    return GDK_EVENT_PROPAGATE;
}

static gboolean left(GtkWidget *widget, GdkEventCrossing *event, void *opaque)
{
    DisplayGtkPointer *pointer = opaque;

    if (event->mode != GDK_CROSSING_NORMAL) {
        return GDK_EVENT_PROPAGATE;
    }
    pointer->has_last = false;
    if (pointer->hovers && display_gtk_grab_get_keyboard(pointer->grab) == widget &&
        !display_gtk_pointer_has_grab(pointer)) {
        display_gtk_grab_release(pointer->grab);
    }
    pointer->hovers = false;
    return GDK_EVENT_PROPAGATE;
}

static void hidden(GtkWidget *widget, void *pointer)
{
    display_gtk_pointer_lift_all(pointer);
}

static gboolean broken(GtkWidget *widget, GdkEventGrabBroken *event, void *pointer)
{
    if (!event->keyboard) {
        display_gtk_pointer_lift_all(pointer);
    }
    return GDK_EVENT_PROPAGATE;
}

/* Every motion at once: compressed, they would come with the next frame of the window. */
static void realized(GtkWidget *widget, void *opaque)
{
    DisplayGtkPointer *pointer = opaque;

    gdk_window_set_event_compression(gtk_widget_get_window(widget), false);
    display_gtk_pointer_area_changed(pointer);
}

/* Where it may go */

static void confine(DisplayGtkPointer *pointer)
{
    GtkAllocation allocation;
    GdkRectangle rect, inside;
    DisplayGtkArea area;
    pixman_box32_t *target = &area.placement.target;

    if (!pointer->ops->get_area(pointer->opaque, &area)) {
        return;
    }
    gtk_widget_get_allocation(pointer->widget, &allocation);
    rect = (GdkRectangle) {
        target->x1 / area.scale, target->y1 / area.scale,
        (target->x2 - target->x1) / area.scale, (target->y2 - target->y1) / area.scale,
    };
    allocation.x = allocation.y = 0;
    if (gdk_rectangle_intersect(&rect, &allocation, &inside)) {
        pointer->hold = display_gtk_hold_confine(pointer->widget, &inside);
    }
}

static void update_hold(DisplayGtkPointer *pointer)
{
    g_clear_pointer(&pointer->hold, display_gtk_hold_free);
    pointer->is_lock = false;
    if (!display_gtk_pointer_has_grab(pointer)) {
        return;
    }
    if (qemu_input_is_absolute()) {
        confine(pointer);
        return;
    }
    pointer->hold = display_gtk_hold_lock(pointer->widget, send_motion, pointer);
    pointer->is_lock = pointer->hold;
}

void display_gtk_pointer_area_changed(DisplayGtkPointer *pointer)
{
    display_gtk_pointer_renew_image(pointer);
    if (!pointer->is_lock) {
        update_hold(pointer);
    }
}

static void grab_changed(void *opaque)
{
    DisplayGtkPointer *pointer = opaque;

    update_hold(pointer);
    display_gtk_pointer_show_image(pointer);
    if (!display_gtk_pointer_has_grab(pointer) && !qemu_input_is_absolute()) {
        display_gtk_pointer_lift_all(pointer);
    }
}

/* A guest that starts to use a tablet does not need the grab any more. */
static void mode_changed(Notifier *notifier, void *data)
{
    DisplayGtkPointer *pointer = container_of(notifier, DisplayGtkPointer, mode_changed);

    pointer->motion = (DisplayGtkMotion) { 0 };
    if (display_gtk_pointer_has_grab(pointer) && qemu_input_is_absolute()) {
        display_gtk_grab_release(pointer->grab);
    } else {
        update_hold(pointer);
    }
    display_gtk_pointer_renew_image(pointer);
    pointer->ops->cursor_changed(pointer->opaque);
}

/* All of it */

static void let_go(DisplayGtkPointer *pointer)
{
    display_gtk_pointer_lift_all(pointer);
    g_clear_pointer(&pointer->hold, display_gtk_hold_free);
    if (pointer->widget) {
        g_signal_handlers_disconnect_by_data(pointer->widget, pointer);
        g_clear_object(&pointer->widget);
    }
}

static void destroyed(GtkWidget *widget, void *pointer)
{
    let_go(pointer);
}

static void connect_widget(DisplayGtkPointer *pointer, GtkWidget *widget)
{
    gtk_widget_add_events(widget, GDK_POINTER_MOTION_MASK | GDK_BUTTON_PRESS_MASK |
                          GDK_BUTTON_RELEASE_MASK | GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK |
                          GDK_ENTER_NOTIFY_MASK | GDK_LEAVE_NOTIFY_MASK);
    g_signal_connect(widget, "motion-notify-event", G_CALLBACK(moved), pointer);
    g_signal_connect(widget, "button-press-event", G_CALLBACK(pressed), pointer);
    g_signal_connect(widget, "button-release-event", G_CALLBACK(released), pointer);
    g_signal_connect(widget, "scroll-event", G_CALLBACK(scrolled), pointer);
    g_signal_connect(widget, "enter-notify-event", G_CALLBACK(entered), pointer);
    g_signal_connect(widget, "leave-notify-event", G_CALLBACK(left), pointer);
    g_signal_connect(widget, "grab-broken-event", G_CALLBACK(broken), pointer);
    g_signal_connect(widget, "unmap", G_CALLBACK(hidden), pointer);
    g_signal_connect(widget, "realize", G_CALLBACK(realized), pointer);
    g_signal_connect(widget, "destroy", G_CALLBACK(destroyed), pointer);
    if (gtk_widget_get_realized(widget)) {
        realized(widget, pointer);
    }
}

DisplayGtkPointer *display_gtk_pointer_new(GtkWidget *widget, QemuConsole *con,
                                           DisplayGtkGrab *grab, bool show_cursor,
                                           const DisplayGtkPointerOps *ops, void *opaque)
{
    DisplayGtkPointer *pointer = g_new0(DisplayGtkPointer, 1);

    pointer->widget = g_object_ref(widget);
    pointer->con = con;
    pointer->grab = grab;
    pointer->ops = ops;
    pointer->opaque = opaque;
    pointer->show_cursor = show_cursor;
    pointer->cursor_visible = true;     /* devices that only define one mean it */
    pointer->mode_changed.notify = mode_changed;
    qemu_add_mouse_mode_change_notifier(&pointer->mode_changed);
    display_gtk_grab_watch(grab, grab_changed, pointer);
    connect_widget(pointer, widget);
    return pointer;
}

void display_gtk_pointer_free(DisplayGtkPointer *pointer)
{
    if (!pointer) {
        return;
    }
    let_go(pointer);
    display_gtk_grab_unwatch(pointer->grab, pointer);
    qemu_remove_mouse_mode_change_notifier(&pointer->mode_changed);
    g_clear_object(&pointer->image);
    g_clear_pointer(&pointer->cursor, cursor_put);
    g_free(pointer);
}
