/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkWindow: the window of the machine: its tabs, those that were detached, menus and title.
 *
 * There is one; it lives until the process ends.  Main thread.
 */
#ifndef UI_GTK_WINDOW_H
#define UI_GTK_WINDOW_H

#include <gtk/gtk.h>

#include "head.h"
#include "options.h"

typedef struct DisplayGtkWindow DisplayGtkWindow;

/* A window with a tab for each graphic console; `gl` NULL: guests have no GL. */
DisplayGtkWindow *display_gtk_window_new(const DisplayGtkOptions *options, DisplayGtkGl *gl);

/* Puts it on the screen; consoles are listened to from now on. */
void display_gtk_window_show(DisplayGtkWindow *window);

#endif
