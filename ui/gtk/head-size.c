/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkHead: which size follows which: the window's that of the picture, or the other way round. */
#include "qemu/osdep.h"

#include "head-private.h"

/* Sizes settle for so long before anything follows from them. */
#define SETTLE_MS 300
/* So long a window manager may take to grant one. */
#define GRANT_US (3 * G_USEC_PER_SEC)

void display_gtk_head_get_device_size(const DisplayGtkHead *head, uint32_t *width,
                                      uint32_t *height)
{
    GtkWidget *widget = head->surface->widget;
    int scale = gtk_widget_get_scale_factor(widget);

    *width = gtk_widget_get_allocated_width(widget) * scale;
    *height = gtk_widget_get_allocated_height(widget) * scale;
}

bool display_gtk_head_get_wanted_size(const DisplayGtkHead *head, int *width, int *height)
{
    const DisplayFrame *frame = &head->scene.view.frame;
    double zoom = (head->zoom > 0 ? head->zoom : 1) /
                  gtk_widget_get_scale_factor(head->surface->widget);

    if (!frame->buffer || (head->is_user_sized && head->zoom == 0) ||
        (head->is_placeholder && head->is_mapped)) {
        return false;
    }
    *width = MAX((int)(display_frame_width(frame) * zoom + 0.999), 1);
    *height = MAX((int)(display_frame_height(frame) * zoom + 0.999), 1);
    return true;
}

/* What the guest is told it has for a monitor: one that the widget shows pixel by pixel */
static void tell_size(DisplayGtkHead *head, uint32_t width, uint32_t height)
{
    double zoom = head->zoom > 0 ? head->zoom : 1;
    QemuUIInfo info = {0};
    GdkMonitor *monitor =
        gdk_display_get_monitor_at_window(gtk_widget_get_display(head->surface->widget),
                                          gtk_widget_get_window(head->surface->widget));

    if (!dpy_ui_info_supported(head->listener.con)) {
        return;
    }
    info = *dpy_get_ui_info(head->listener.con);
    info.width = MAX(width / zoom, 1);
    info.height = MAX(height / zoom, 1);
    info.refresh_rate = 1000000000000 / head->pace.period_ns;
    if (monitor && gdk_monitor_get_width_mm(monitor) > 0) {
        GdkRectangle area;
        int scale = gtk_widget_get_scale_factor(head->surface->widget);

        gdk_monitor_get_geometry(monitor, &area);
        info.width_mm = (uint64_t)gdk_monitor_get_width_mm(monitor) * width / (area.width * scale);
        info.height_mm =
            (uint64_t)gdk_monitor_get_height_mm(monitor) * height / (area.height * scale);
    }
    dpy_set_ui_info(head->listener.con, &info, false);
}

/* Whether the widget just shows the picture: it has followed it, or the picture has followed the widget. */
static bool is_right_size(const DisplayGtkHead *head)
{
    GtkWidget *widget = head->surface->widget;
    int width, height;

    return !display_gtk_head_get_wanted_size(head, &width, &height) ||
           (width == gtk_widget_get_allocated_width(widget) &&
            height == gtk_widget_get_allocated_height(widget));
}

static gboolean on_settled(gpointer opaque);

void display_gtk_head_settle(DisplayGtkHead *head)
{
    if (head->size_source) {
        g_source_remove(head->size_source);
    }
    head->size_source = g_timeout_add(SETTLE_MS, on_settled, head);
}

void display_gtk_head_want_size(DisplayGtkHead *head)
{
    if (head->settings.owner->wants_size(head->settings.opaque, head)) {
        head->granted_until = g_get_monotonic_time() + GRANT_US;
    }
    display_gtk_head_settle(head);
}

/*
 * The sizes of window and picture have been what they are for a while.  Unless the window has just
 * followed the picture its size was given by the user, and the guest may follow.  A second head that
 * comes to be seen has no picture: it is plugged in by telling its size.
 */
static gboolean on_settled(gpointer opaque)
{
    DisplayGtkHead *head = opaque;
    uint32_t width, height;

    head->size_source = 0;
    if (!head->is_mapped) {
        return G_SOURCE_REMOVE;
    }
    display_gtk_head_get_device_size(head, &width, &height);
    if (head->is_placeholder) {
        if (qemu_console_get_head(head->listener.con) > 0) {
            tell_size(head, width, height);
        }
    } else if (head->is_user_sized) {
        tell_size(head, width, height);
    } else if (!is_right_size(head)) {
        if (g_get_monotonic_time() < head->granted_until) {
            display_gtk_head_settle(head);
        } else {
            head->is_user_sized = true;
            tell_size(head, width, height);
        }
    }
    return G_SOURCE_REMOVE;
}
