/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkTouch: fingers on a widget.
 *
 * This QEMU has no touch devices to offer: fingers move and press the guest's tablet, see
 * DisplayGtkFingers.  Guests without a device for absolute positions do not notice them.  Owned
 * by the console's view; main thread.  It listens to the widget's signals until it is freed or
 * the widget is destroyed.
 */
#ifndef UI_GTK_TOUCH_H
#define UI_GTK_TOUCH_H

#include <gtk/gtk.h>

#include "area.h"
#include "ui/console.h"

typedef struct DisplayGtkTouch DisplayGtkTouch;

typedef struct DisplayGtkTouchOps {
    /* Where the picture lies now; false: there is none. */
    bool (*get_area)(void *opaque, DisplayGtkArea *area);
} DisplayGtkTouchOps;

DisplayGtkTouch *display_gtk_touch_new(GtkWidget *widget, QemuConsole *con,
                                       const DisplayGtkTouchOps *ops, void *opaque);
/* Takes NULL; lifts all fingers. */
void display_gtk_touch_free(DisplayGtkTouch *touch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayGtkTouch, display_gtk_touch_free)

#endif
