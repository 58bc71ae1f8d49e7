/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A canvas is the drawing area of a surface.
 *
 * Under X11 it has a window of its own that is drawn on at any time, without the toolkit's frames and
 * without its copies; elsewhere it is drawn on in the toolkit's frames only.  Main thread.
 */
#ifndef UI_GTK_CANVAS_H
#define UI_GTK_CANVAS_H

#include <gtk/gtk.h>
#include <pixman.h>
#include <stdbool.h>

/* Focusable, with all the events that keyboard, pointer and touch listen to. */
GtkWidget *display_gtk_canvas_new(void);

/* For a drawing area of another kind: what makes a canvas of it. */
void display_gtk_canvas_setup(GtkWidget *widget);

/* Whether it can be drawn on outside of the toolkit's frames; it must be realized. */
bool display_gtk_canvas_is_direct(GtkWidget *canvas);

/* To draw on a direct canvas, in logical pixels; the caller destroys it. */
cairo_t *display_gtk_canvas_begin(GtkWidget *canvas);

/* Has the toolkit draw this part (device pixels) in its next frame. */
void display_gtk_canvas_invalidate(GtkWidget *canvas, const pixman_region32_t *part);

/* Makes a region in device pixels a path of the context. */
void display_gtk_canvas_add_path(cairo_t *cr, GtkWidget *canvas, const pixman_region32_t *part);

#endif
