/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of DisplayGtkWindow share among themselves.
 */
#ifndef UI_GTK_WINDOW_PRIVATE_H
#define UI_GTK_WINDOW_PRIVATE_H

#include "clipboard.h"
#include "grab.h"
#include "machine.h"
#include "menu.h"
#include "vte.h"
#include "window.h"

/* A console: a tab, or a window of its own */
typedef struct DisplayGtkPage {
    DisplayGtkWindow *window;
    guint id;
    char *label;
    DisplayGtkHead *head;               /* graphics, or */
    DisplayGtkTerminal *terminal;       /* text */
    GtkWidget *widget;                  /* holds a reference */
    GtkWindow *own;                     /* what it is in when it is detached, else NULL */
} DisplayGtkPage;

struct DisplayGtkWindow {
    DisplayGtkOptions options;
    GtkWindow *main;
    GtkNotebook *notebook;
    GPtrArray *pages;                   /* DisplayGtkPage, in the order of the menu */
    guint next_id;
    GtkWindow *full_screen;             /* the one that is, or NULL */
    DisplayGtkMenu *menu;
    DisplayGtkGrab *grab;
    DisplayGtkMachine *machine;
    DisplayGtkClipboard *clipboard;
};

/* Of window.c */

/* The page that the menu means: of the window that has the focus, else the tab that is shown. */
DisplayGtkPage *display_gtk_window_get_current(DisplayGtkWindow *window);
DisplayGtkPage *display_gtk_window_find(DisplayGtkWindow *window, guint id);
/* The top-level window that a page is in. */
GtkWindow *display_gtk_page_get_toplevel(const DisplayGtkPage *page);
/* Asks for the size of the page's window that the page wants; whether it did. */
bool display_gtk_page_fit(DisplayGtkPage *page);
void display_gtk_page_focus(DisplayGtkPage *page);

/* Of window-pages.c */

void display_gtk_window_add_head(DisplayGtkWindow *window, QemuConsole *con, DisplayGtkGl *gl);
/* Terminals come and go by themselves. */
void display_gtk_window_watch_terminals(DisplayGtkWindow *window);

/* Of window-toplevels.c */

/* Makes a window of a tab, or a tab of a window. */
void display_gtk_page_detach(DisplayGtkPage *page);
void display_gtk_page_attach(DisplayGtkPage *page);
void display_gtk_page_show(DisplayGtkPage *page);
void display_gtk_window_set_full_screen(DisplayGtkWindow *window, bool on);
/* Each top-level window reports when it is an icon, on another monitor, or has the focus. */
void display_gtk_window_watch_toplevel(DisplayGtkWindow *window, GtkWindow *toplevel);

/* Of window-actions.c */

/* What the menu calls. */
extern const DisplayGtkMenuOps display_gtk_window_menu_ops;
/* Makes the menu's states those of the page that it means. */
void display_gtk_window_update_menu(DisplayGtkWindow *window);

/* Of window-title.c */

void display_gtk_window_update_title(DisplayGtkWindow *window);

#endif
