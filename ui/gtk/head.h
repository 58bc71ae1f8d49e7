/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkHead: one graphic console on one widget.
 *
 * Listens to the console, draws what changes, tells the guest how large the widget is and lets it go
 * on when its frame was taken.  Owned by the window; main thread.
 */
#ifndef UI_GTK_HEAD_H
#define UI_GTK_HEAD_H

#include "gl.h"
#include "grab.h"
#include "surface.h"
#include "ui/console.h"

typedef struct DisplayGtkHead DisplayGtkHead;

typedef struct DisplayGtkHeadOwner {
    /*
     * The size that it wants has changed (display_gtk_head_get_wanted_size()): whether it was asked for,
     * which window managers grant in their own time.
     */
    bool (*wants_size)(void *opaque, DisplayGtkHead *head);
} DisplayGtkHeadOwner;

typedef struct DisplayGtkHeadSettings {
    const DisplayGtkHeadOwner *owner;
    void *opaque;
    DisplayGtkGl *gl;           /* NULL: the guest has no GL */
    DisplayGtkGrab *grab;
    bool show_cursor;           /* there always is a cursor of the host's */
    double zoom;                /* see display_gtk_head_set_zoom() */
} DisplayGtkHeadSettings;

/* Takes over the surface.  Nothing is shown before display_gtk_head_start(). */
DisplayGtkHead *display_gtk_head_new(QemuConsole *con, DisplayGtkSurface *surface,
                                     const DisplayGtkHeadSettings *settings);
/* Takes NULL. */
void display_gtk_head_free(DisplayGtkHead *head);

/* Begins to listen to the console; its widget is in a window by then. */
void display_gtk_head_start(DisplayGtkHead *head);

QemuConsole *display_gtk_head_get_console(const DisplayGtkHead *head);
GtkWidget *display_gtk_head_get_widget(const DisplayGtkHead *head);

/* Pixels of the window per pixel of the picture; 0: as many as fit. */
void display_gtk_head_set_zoom(DisplayGtkHead *head, double zoom);
double display_gtk_head_get_zoom(const DisplayGtkHead *head);

/*
 * The logical size at which the widget shows the whole picture and nothing else, as far as the monitor
 * has room for it; false while there is no picture, and when the user's size of the window counts and
 * not the guest's of the picture.
 */
bool display_gtk_head_get_wanted_size(const DisplayGtkHead *head, int *width, int *height);
/* What its window has beside it, in logical pixels: bars of menus and tabs. */
void display_gtk_head_get_surroundings(const DisplayGtkHead *head, int *width, int *height);

/* Its window is an icon, or is one no more. */
void display_gtk_head_set_minimized(DisplayGtkHead *head, bool minimized);
/* Its window may be on another monitor. */
void display_gtk_head_update_monitor(DisplayGtkHead *head);

#endif
