/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkKeyboard: the keys pressed on a widget go to a console.
 *
 * Owned by the console's view; main thread.  It listens to the widget's signals until it is freed
 * or the widget is destroyed, whichever comes first.
 */
#ifndef UI_GTK_KEYBOARD_H
#define UI_GTK_KEYBOARD_H

#include <gtk/gtk.h>

#include "ui/console.h"

typedef struct DisplayGtkKeyboard DisplayGtkKeyboard;

/*
 * Makes the widget focusable.  Every key that reaches it goes to the guest; accelerators are
 * taken out before, by the menu (see display_gtk_menu_attach()).  All keys are released when the
 * focus goes and when the widget is hidden.
 */
DisplayGtkKeyboard *display_gtk_keyboard_new(GtkWidget *widget, QemuConsole *con);
/* Takes NULL. */
void display_gtk_keyboard_free(DisplayGtkKeyboard *keyboard);

/* Releases what is held down. */
void display_gtk_keyboard_lift_all(DisplayGtkKeyboard *keyboard);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayGtkKeyboard, display_gtk_keyboard_free)

#endif
