/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkGrab: one grab of the seat for whichever widget wants it. */
#include "grab.h"

typedef struct Watcher {
    DisplayGtkGrabChanged *changed;
    void *opaque;
} Watcher;

struct DisplayGtkGrab {
    const DisplayGtkGrabOps *ops;
    void *opaque;
    GSList *watchers;           /* of Watcher */
    GtkWidget *owner;           /* NULL: nothing is grabbed */
    GtkWidget *window;          /* of the owner */
    bool keyboard;
    bool pointer;
    bool on_hover;
};

static GdkSeat *seat_of(GtkWidget *widget)
{
    return gdk_display_get_default_seat(gtk_widget_get_display(widget));
}

static void tell(DisplayGtkGrab *grab)
{
    GSList *link;

    for (link = grab->watchers; link; link = link->next) {
        Watcher *watcher = link->data;

        watcher->changed(watcher->opaque);
    }
    grab->ops->changed(grab->opaque);
}

static void owner_hidden(GtkWidget *widget, void *grab)
{
    display_gtk_grab_release(grab);
}

static gboolean owner_lost(GtkWidget *widget, GdkEvent *event, void *grab)
{
    display_gtk_grab_release(grab);
    return GDK_EVENT_PROPAGATE;
}

/* Grabs that replace each other break, too: only those count that nobody here asked for. */
static gboolean broken(GtkWidget *widget, GdkEventGrabBroken *event, void *grab)
{
    if (!event->implicit && event->grab_window != gtk_widget_get_window(widget)) {
        display_gtk_grab_release(grab);
    }
    return GDK_EVENT_PROPAGATE;
}

static void follow_owner(DisplayGtkGrab *grab, GtkWidget *widget)
{
    grab->owner = g_object_ref(widget);
    grab->window = g_object_ref(gtk_widget_get_toplevel(widget));
    g_signal_connect(grab->owner, "unmap", G_CALLBACK(owner_hidden), grab);
    g_signal_connect(grab->owner, "grab-broken-event", G_CALLBACK(broken), grab);
    g_signal_connect(grab->window, "focus-out-event", G_CALLBACK(owner_lost), grab);
}

static void let_go(DisplayGtkGrab *grab)
{
    if (!grab->owner) {
        return;
    }
    g_signal_handlers_disconnect_by_data(grab->owner, grab);
    g_signal_handlers_disconnect_by_data(grab->window, grab);
    gdk_seat_ungrab(seat_of(grab->owner));
    g_clear_object(&grab->owner);
    g_clear_object(&grab->window);
    grab->keyboard = false;
    grab->pointer = false;
}

static bool take(DisplayGtkGrab *grab, GtkWidget *widget, bool keyboard, bool pointer)
{
    GdkSeatCapabilities wanted = (keyboard ? GDK_SEAT_CAPABILITY_KEYBOARD : 0) |
                                 (pointer ? GDK_SEAT_CAPABILITY_POINTER : 0);

    if (!wanted || !gtk_widget_get_mapped(widget) ||
        gdk_seat_grab(seat_of(widget), gtk_widget_get_window(widget), wanted, false, NULL, NULL,
                      NULL, NULL) != GDK_GRAB_SUCCESS) {
        return false;
    }
    follow_owner(grab, widget);
    grab->keyboard = keyboard;
    grab->pointer = pointer;
    return true;
}

static void change(DisplayGtkGrab *grab, GtkWidget *widget, bool keyboard, bool pointer)
{
    bool had_any = grab->owner;

    if (grab->owner == widget && grab->keyboard == keyboard && grab->pointer == pointer) {
        return;
    }
    let_go(grab);
    if (take(grab, widget, keyboard, pointer) || had_any) {
        tell(grab);
    }
}

void display_gtk_grab_input(DisplayGtkGrab *grab, GtkWidget *widget)
{
    change(grab, widget, true, true);
}

void display_gtk_grab_keyboard(DisplayGtkGrab *grab, GtkWidget *widget)
{
    change(grab, widget, true, grab->owner == widget && grab->pointer);
}

void display_gtk_grab_release(DisplayGtkGrab *grab)
{
    if (grab->owner) {
        let_go(grab);
        tell(grab);
    }
}

void display_gtk_grab_release_pointer(DisplayGtkGrab *grab)
{
    if (grab->pointer) {
        g_autoptr(GtkWidget) widget = g_object_ref(grab->owner);

        change(grab, widget, grab->keyboard, false);
    }
}

void display_gtk_grab_set_on_hover(DisplayGtkGrab *grab, bool on_hover)
{
    grab->on_hover = on_hover;
}

bool display_gtk_grab_is_on_hover(const DisplayGtkGrab *grab)
{
    return grab->on_hover;
}

GtkWidget *display_gtk_grab_get_keyboard(const DisplayGtkGrab *grab)
{
    return grab->keyboard ? grab->owner : NULL;
}

GtkWidget *display_gtk_grab_get_pointer(const DisplayGtkGrab *grab)
{
    return grab->pointer ? grab->owner : NULL;
}

void display_gtk_grab_watch(DisplayGtkGrab *grab, DisplayGtkGrabChanged *changed, void *opaque)
{
    Watcher *watcher = g_new0(Watcher, 1);

    watcher->changed = changed;
    watcher->opaque = opaque;
    grab->watchers = g_slist_prepend(grab->watchers, watcher);
}

void display_gtk_grab_unwatch(DisplayGtkGrab *grab, void *opaque)
{
    GSList *link;

    for (link = grab->watchers; link; link = link->next) {
        Watcher *watcher = link->data;

        if (watcher->opaque == opaque) {
            g_free(watcher);
            grab->watchers = g_slist_delete_link(grab->watchers, link);
            return;
        }
    }
}

DisplayGtkGrab *display_gtk_grab_new(const DisplayGtkGrabOps *ops, void *opaque)
{
    DisplayGtkGrab *grab = g_new0(DisplayGtkGrab, 1);

    grab->ops = ops;
    grab->opaque = opaque;
    return grab;
}

void display_gtk_grab_free(DisplayGtkGrab *grab)
{
    if (!grab) {
        return;
    }
    let_go(grab);
    g_slist_free_full(grab->watchers, g_free);
    g_free(grab);
}
