/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkClipboard: the clipboard of the desktop and the guest's (its agent's) are one.
 *
 * The clipboard and the primary selection, text only, as in this QEMU.  Text goes over when
 * somebody pastes it, not when it is copied.  Owned by the window; main thread.
 */
#ifndef UI_GTK_CLIPBOARD_H
#define UI_GTK_CLIPBOARD_H

#include <gtk/gtk.h>

typedef struct DisplayGtkClipboard DisplayGtkClipboard;

DisplayGtkClipboard *display_gtk_clipboard_new(GdkDisplay *display);
/* Takes NULL; what the guest has is not offered any more. */
void display_gtk_clipboard_free(DisplayGtkClipboard *clipboard);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayGtkClipboard, display_gtk_clipboard_free)

#endif
