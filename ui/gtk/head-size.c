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

void display_gtk_head_get_surroundings(const DisplayGtkHead *head, int *width, int *height)
{
    GtkWidget *widget = head->surface->widget;
    GtkWidget *toplevel = gtk_widget_get_toplevel(widget);
    GtkWidget *content = GTK_IS_WINDOW(toplevel) ? gtk_bin_get_child(GTK_BIN(toplevel)) : widget;

    *width = gtk_widget_get_allocated_width(content) - gtk_widget_get_allocated_width(widget);
    *height = gtk_widget_get_allocated_height(content) - gtk_widget_get_allocated_height(widget);
}

/* Reduces a size to what the monitor has room for, without changing its shape. */
static void fit_monitor(const DisplayGtkHead *head, int *width, int *height)
{
    GdkWindow *window = gtk_widget_get_window(head->surface->widget);
    GdkRectangle area;
    int around_x, around_y;
    double share;

    if (!window) {
        return;
    }
    gdk_monitor_get_workarea(
        gdk_display_get_monitor_at_window(gdk_window_get_display(window), window), &area);
    display_gtk_head_get_surroundings(head, &around_x, &around_y);
    share = MIN((double)(area.width - around_x) / *width, (double)(area.height - around_y) / *height);
    if (share > 0 && share < 1) {
        *width = MAX((int)(*width * share), 1);
        *height = MAX((int)(*height * share), 1);
    }
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
    if (head->zoom == 0) {
        fit_monitor(head, width, height);
    }
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
    info.refresh_rate = display_gtk_pace_get_rate(&head->pace);
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

/* False where there is none: of a head that is not plugged in. */
static bool get_told_size(const DisplayGtkHead *head, QemuUIInfo *info)
{
    QemuConsole *con = head->listener.con;

    *info = *dpy_get_ui_info(con);
    if (!info->width && !qemu_console_get_head(con)) {
        /* nobody has told it one: it has that of its properties */
        Object *device = object_property_get_link(OBJECT(con), "device", NULL);

        info->width = device ? object_property_get_uint(device, "xres", NULL) : 0;
        info->height = device ? object_property_get_uint(device, "yres", NULL) : 0;
    }
    return info->width && info->height;
}

void display_gtk_head_tell_rate(DisplayGtkHead *head)
{
    QemuUIInfo info;

    if (dpy_ui_info_supported(head->listener.con) && get_told_size(head, &info)) {
        info.refresh_rate = display_gtk_pace_get_rate(&head->pace);
        dpy_set_ui_info(head->listener.con, &info, false);
    }
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

static void settle_in(DisplayGtkHead *head, guint ms)
{
    if (head->size_source) {
        g_source_remove(head->size_source);
    }
    head->size_source = g_timeout_add(ms, on_settled, head);
}

/* One that is new wants its size now, but not while its window is laid out, which would forget that. */
void display_gtk_head_settle(DisplayGtkHead *head)
{
    settle_in(head, head->is_new ? 0 : SETTLE_MS);
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
    if (head->is_new) {
        head->is_new = false;
        display_gtk_head_want_size(head);
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
