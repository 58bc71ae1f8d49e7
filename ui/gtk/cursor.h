/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cursors of the host that look like the guest's.  Main thread.
 */
#ifndef UI_GTK_CURSOR_H
#define UI_GTK_CURSOR_H

#include <gtk/gtk.h>

#include "ui/console.h"

/*
 * The image as cairo wants it, in the guest's pixels; the caller's.  Guests send colours with or
 * without alpha multiplied in and do not say which: what cannot be premultiplied is not.
 */
cairo_surface_t *display_gtk_cursor_image(const QEMUCursor *cursor);

/*
 * The caller's.  `zoom`: device pixels per guest pixel, less is used where the host's cursor
 * would be larger than servers take; `scale`: device pixels per logical pixel.
 */
GdkCursor *display_gtk_cursor_new(GdkDisplay *display, const QEMUCursor *cursor, double zoom,
                                  int scale);

/* One that nobody sees; the caller's. */
GdkCursor *display_gtk_cursor_new_hidden(GdkDisplay *display);

#endif
