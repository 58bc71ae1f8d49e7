/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkPointer: the pointer over a widget is the pointer of a console, and looks like it.
 *
 * A guest with absolute positions gets them always, and the host's cursor looks as the guest
 * says, at its size in the picture, hot spot included.  A guest with a relative pointer gets
 * motions while the pointer is grabbed, which a click does; the host's cursor is hidden and the
 * view draws the guest's cursor into the picture.  Owned by the console's view; main thread.  It
 * listens to the widget's signals until it is freed or the widget is destroyed.
 */
#ifndef UI_GTK_POINTER_H
#define UI_GTK_POINTER_H

#include <gtk/gtk.h>

#include "area.h"
#include "grab.h"
#include "ui/console.h"

typedef struct DisplayGtkPointer DisplayGtkPointer;

typedef struct DisplayGtkPointerOps {
    /* Where the picture lies now; false: there is none. */
    bool (*get_area)(void *opaque, DisplayGtkArea *area);
    /*
     * Whether the view draws the cursor (display_gtk_pointer_get_drawn_cursor()), how it looks or
     * where it is has changed.
     */
    void (*cursor_changed)(void *opaque);
} DisplayGtkPointerOps;

/* With `show_cursor` there always is one: the host's own where it would be hidden. */
DisplayGtkPointer *display_gtk_pointer_new(GtkWidget *widget, QemuConsole *con,
                                           DisplayGtkGrab *grab, bool show_cursor,
                                           const DisplayGtkPointerOps *ops, void *opaque);
/* Takes NULL; releases buttons that are held down. */
void display_gtk_pointer_free(DisplayGtkPointer *pointer);

/* From DisplayChangeListenerOps: dpy_cursor_define (copied; NULL: none), dpy_mouse_set. */
void display_gtk_pointer_define_cursor(DisplayGtkPointer *pointer, QEMUCursor *cursor);
void display_gtk_pointer_place_cursor(DisplayGtkPointer *pointer, int x, int y, bool visible);

/* The size or the place of the picture has changed: the cursor is scaled again. */
void display_gtk_pointer_area_changed(DisplayGtkPointer *pointer);

/*
 * The cursor that the view is to draw, with its hot spot at (x, y) of the guest's picture;
 * borrowed until cursor_changed(), and never the same pointer for another image.  NULL: none, the
 * host's cursor stands for it or it is hidden.
 */
QEMUCursor *display_gtk_pointer_get_drawn_cursor(const DisplayGtkPointer *pointer, int *x, int *y);

/* Releases the buttons that are held down. */
void display_gtk_pointer_lift_all(DisplayGtkPointer *pointer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayGtkPointer, display_gtk_pointer_free)

#endif
