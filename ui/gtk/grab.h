/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkGrab: which widget has keyboard and pointer for itself; one for all windows.
 *
 * A grabbed keyboard also brings the keys that the desktop would take.  A grabbed pointer stays
 * on its widget: under X11 barriers hold it there, under Wayland the compositor does.  Grabs end
 * by themselves when the widget is hidden or destroyed and when somebody else takes them; under
 * Wayland also with the focus, which a grab keeps under X11.
 *
 * Owned by the window; main thread; lives longer than the pointers made with it.
 */
#ifndef UI_GTK_GRAB_H
#define UI_GTK_GRAB_H

#include <gtk/gtk.h>
#include <stdbool.h>

typedef struct DisplayGtkGrab DisplayGtkGrab;

typedef struct DisplayGtkGrabOps {
    /* What is grabbed has changed: title and "Grab Input" follow from it. */
    void (*changed)(void *opaque);
} DisplayGtkGrabOps;

DisplayGtkGrab *display_gtk_grab_new(const DisplayGtkGrabOps *ops, void *opaque);
/* Takes NULL; lets go first, without calling anybody. */
void display_gtk_grab_free(DisplayGtkGrab *grab);

/* Both, for "Grab Input" and for a click into a guest with a relative pointer. */
void display_gtk_grab_input(DisplayGtkGrab *grab, GtkWidget *widget);
/* The keyboard alone, for grabbing on hover and for full screens. */
void display_gtk_grab_keyboard(DisplayGtkGrab *grab, GtkWidget *widget);
/* Lets go of both. */
void display_gtk_grab_release(DisplayGtkGrab *grab);
/* Lets go of the pointer alone: with absolute positions there is no need for it. */
void display_gtk_grab_release_pointer(DisplayGtkGrab *grab);

/* Whether the keyboard is grabbed while the pointer is over a guest; off at first. */
void display_gtk_grab_set_on_hover(DisplayGtkGrab *grab, bool on_hover);
bool display_gtk_grab_is_on_hover(const DisplayGtkGrab *grab);

/* Borrowed; NULL: nobody. */
GtkWidget *display_gtk_grab_get_keyboard(const DisplayGtkGrab *grab);
GtkWidget *display_gtk_grab_get_pointer(const DisplayGtkGrab *grab);

/* For pointers: what is grabbed has changed; one watch for each `opaque`. */
typedef void DisplayGtkGrabChanged(void *opaque);
void display_gtk_grab_watch(DisplayGtkGrab *grab, DisplayGtkGrabChanged *changed, void *opaque);
void display_gtk_grab_unwatch(DisplayGtkGrab *grab, void *opaque);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayGtkGrab, display_gtk_grab_free)

#endif
