/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkHead: the monitor that it is on, and how often that shows a picture. */
#include "qemu/osdep.h"

#include "head-private.h"

static void on_monitor_changed(DisplayGtkHead *head)
{
    display_gtk_head_update_monitor(head);
}

void display_gtk_head_forget_monitor(DisplayGtkHead *head)
{
    if (head->monitor) {
        g_signal_handlers_disconnect_by_data(head->monitor, head);
        g_clear_object(&head->monitor);
    }
}

static void watch_monitor(DisplayGtkHead *head, GdkMonitor *monitor)
{
    if (monitor == head->monitor) {
        return;
    }
    display_gtk_head_forget_monitor(head);
    if (monitor) {
        head->monitor = g_object_ref(monitor);
        g_signal_connect_swapped(monitor, "notify::refresh-rate", G_CALLBACK(on_monitor_changed),
                                 head);
        g_signal_connect_swapped(monitor, "invalidate", G_CALLBACK(on_monitor_changed), head);
    }
}

void display_gtk_head_update_monitor(DisplayGtkHead *head)
{
    GdkWindow *window = gtk_widget_get_window(head->surface->widget);

    watch_monitor(head, window ? gdk_display_get_monitor_at_window(gdk_window_get_display(window),
                                                                   window) : NULL);
    display_gtk_pace_set_rate(&head->pace,
                              head->monitor ? gdk_monitor_get_refresh_rate(head->monitor) : 0);
    display_gtk_head_update_interval(head);
    display_gtk_head_tell_rate(head);
}
