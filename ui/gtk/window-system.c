/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window system of a display, found by its type. */
#include "qemu/osdep.h"

#include "window-system.h"

#include <gdk/gdkwayland.h>
#include <gdk/gdkx.h>

DisplayGtkKeymap display_gtk_window_system_get_keymap(GdkDisplay *display)
{
    return GDK_IS_X11_DISPLAY(display) ? display_gtk_x11_get_keymap(display)
                                       : display_gtk_keymap_wayland();
}

DisplayGtkHold *display_gtk_hold_confine(GtkWidget *widget, const GdkRectangle *rect)
{
    GdkDisplay *display = gtk_widget_get_display(widget);

    if (GDK_IS_X11_DISPLAY(display)) {
        return display_gtk_x11_confine(widget, rect);
    }
    return GDK_IS_WAYLAND_DISPLAY(display) ? display_gtk_wayland_confine(widget, rect) : NULL;
}

DisplayGtkHold *display_gtk_hold_lock(GtkWidget *widget, DisplayGtkMoved *moved, void *opaque)
{
    GdkDisplay *display = gtk_widget_get_display(widget);

    if (GDK_IS_X11_DISPLAY(display)) {
        return display_gtk_x11_lock(widget, moved, opaque);
    }
    return GDK_IS_WAYLAND_DISPLAY(display) ? display_gtk_wayland_lock(widget, moved, opaque) : NULL;
}

void display_gtk_hold_free(DisplayGtkHold *hold)
{
    if (hold) {
        hold->ops->free(hold);
    }
}
