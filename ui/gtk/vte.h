/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkTerminal: a text console (-serial vc, -monitor vc, -parallel vc, -chardev vc) as a
 * terminal in a tab of its own.
 *
 * QEMU opens such character devices before there is a window: what they write is kept and shown
 * when the widget is made.  QEMU owns them.  Writes come from any thread; all else happens on the
 * main thread.
 */
#ifndef UI_GTK_VTE_H
#define UI_GTK_VTE_H

#include <gtk/gtk.h>

typedef struct DisplayGtkTerminal DisplayGtkTerminal;

typedef struct DisplayGtkTerminalOps {
    /* A terminal to show; its widget has been made. */
    void (*added)(void *opaque, DisplayGtkTerminal *terminal);
    /* Its character device goes away: forget it and take its widget out of the window. */
    void (*removed)(void *opaque, DisplayGtkTerminal *terminal);
} DisplayGtkTerminalOps;

/* When this display is chosen: text consoles are such devices from then on. */
void display_gtk_terminals_register_type(void);

/* Calls for each of now, in the order they were opened, and of later; NULL: no more calls. */
void display_gtk_terminals_watch(const DisplayGtkTerminalOps *ops, void *opaque);

/* "serial0", "compat_monitor0" or the id of -chardev; the terminal's. */
const char *display_gtk_terminal_get_label(const DisplayGtkTerminal *terminal);

/* What goes into the tab: the terminal and its scroll bar; the terminal holds a reference, too. */
GtkWidget *display_gtk_terminal_get_widget(const DisplayGtkTerminal *terminal);

/* Takes the focus. */
void display_gtk_terminal_focus(DisplayGtkTerminal *terminal);

/* Copies what is selected in it to the clipboard. */
void display_gtk_terminal_copy(DisplayGtkTerminal *terminal);

/* By factors from 0.25 to 4; 1 is the desktop's font size. */
void display_gtk_terminal_set_zoom(DisplayGtkTerminal *terminal, double zoom);
double display_gtk_terminal_get_zoom(const DisplayGtkTerminal *terminal);

#endif
