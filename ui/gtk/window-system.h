/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What window systems have and GTK does not show: the meaning of key codes, and a pointer that is
 * held.
 *
 * A file for each window system behind one table.  Main thread.
 */
#ifndef UI_GTK_WINDOW_SYSTEM_H
#define UI_GTK_WINDOW_SYSTEM_H

#include <gtk/gtk.h>

#include "keycode.h"

/* What the display's key codes mean. */
DisplayGtkKeymap display_gtk_window_system_get_keymap(GdkDisplay *display);

/* A pointer that cannot leave; freed with what it was made for. */
typedef struct DisplayGtkHold DisplayGtkHold;

/* Motions of a locked pointer in logical pixels. */
typedef void DisplayGtkMoved(void *opaque, double x, double y);

/*
 * Keeps the pointer inside of `rect` (logical pixels of the widget, which is mapped).  NULL when
 * the window system cannot.
 */
DisplayGtkHold *display_gtk_hold_confine(GtkWidget *widget, const GdkRectangle *rect);

/* Keeps the pointer where it is and reports how it would move.  NULL when that cannot be. */
DisplayGtkHold *display_gtk_hold_lock(GtkWidget *widget, DisplayGtkMoved *moved, void *opaque);

/* Takes NULL.  The pointer is where it was when it was locked. */
void display_gtk_hold_free(DisplayGtkHold *hold);

/* What a window system provides: embeds DisplayGtkHold at the start of its own struct. */
typedef struct DisplayGtkHoldOps {
    void (*free)(DisplayGtkHold *hold);
} DisplayGtkHoldOps;

struct DisplayGtkHold {
    const DisplayGtkHoldOps *ops;
};

DisplayGtkKeymap display_gtk_x11_get_keymap(GdkDisplay *display);
DisplayGtkHold *display_gtk_x11_confine(GtkWidget *widget, const GdkRectangle *rect);
DisplayGtkHold *display_gtk_x11_lock(GtkWidget *widget, DisplayGtkMoved *moved, void *opaque);

DisplayGtkHold *display_gtk_wayland_confine(GtkWidget *widget, const GdkRectangle *rect);
DisplayGtkHold *display_gtk_wayland_lock(GtkWidget *widget, DisplayGtkMoved *moved, void *opaque);

#endif
