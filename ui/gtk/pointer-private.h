/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of DisplayGtkPointer share among themselves.
 */
#ifndef UI_GTK_POINTER_PRIVATE_H
#define UI_GTK_POINTER_PRIVATE_H

#include "pointer.h"
#include "qemu/notify.h"
#include "scroll.h"
#include "window-system.h"

struct DisplayGtkPointer {
    GtkWidget *widget;              /* NULL: destroyed */
    QemuConsole *con;
    DisplayGtkGrab *grab;
    const DisplayGtkPointerOps *ops;
    void *opaque;
    bool show_cursor;

    uint32_t buttons;               /* held down, a bit per InputButton */
    DisplayGtkScroll scroll;
    DisplayGtkMotion motion;
    double last_x, last_y;          /* of motions that no lock reports */
    bool has_last;
    DisplayGtkHold *hold;
    bool is_lock;
    bool hovers;                    /* the keyboard was grabbed as the pointer came in */
    Notifier mode_changed;

    QEMUCursor *cursor;             /* NULL: the guest has never defined one */
    int cursor_x, cursor_y;
    bool cursor_visible;
    GdkCursor *image;               /* of `cursor`, or hidden; NULL: to be made */
};

bool display_gtk_pointer_has_grab(const DisplayGtkPointer *pointer);

/* The host's cursor over the widget; made again by the second. */
void display_gtk_pointer_show_image(DisplayGtkPointer *pointer);
void display_gtk_pointer_renew_image(DisplayGtkPointer *pointer);

#endif
