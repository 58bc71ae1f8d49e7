/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkMenu: the menu bar and the keys that do the same.
 *
 * It knows neither QEMU nor the window: it shows states it was told and calls back.  The keys
 * (Control+Alt and one more) work in every attached window, whether the bar is shown or not,
 * while input is grabbed and under any keyboard layout with Latin letters.  Owned by the window;
 * main thread.
 */
#ifndef UI_GTK_MENU_H
#define UI_GTK_MENU_H

#include <gtk/gtk.h>
#include <stdbool.h>

typedef enum DisplayGtkAction {
    DISPLAY_GTK_PAUSE,              /* has a state */
    DISPLAY_GTK_RESET,
    DISPLAY_GTK_POWER_DOWN,
    DISPLAY_GTK_QUIT,
    DISPLAY_GTK_FULL_SCREEN,        /* has a state */
    DISPLAY_GTK_COPY,
    DISPLAY_GTK_ZOOM_IN,
    DISPLAY_GTK_ZOOM_OUT,
    DISPLAY_GTK_ZOOM_FIXED,         /* back to 1:1 ("Best Fit") */
    DISPLAY_GTK_ZOOM_FIT,           /* has a state */
    DISPLAY_GTK_GRAB_ON_HOVER,      /* has a state */
    DISPLAY_GTK_GRAB_INPUT,         /* has a state */
    DISPLAY_GTK_SHOW_TABS,          /* has a state */
    DISPLAY_GTK_DETACH_TAB,
    DISPLAY_GTK_SHOW_MENU_BAR,      /* has a state */
    DISPLAY_GTK_ACTIONS
} DisplayGtkAction;

typedef struct DisplayGtkMenu DisplayGtkMenu;

typedef struct DisplayGtkMenuOps {
    /*
     * Somebody chose it in the menu or by its key.  For actions with a state `on` is the one that
     * is wanted; what is shown changes with display_gtk_menu_set_state() only.
     */
    void (*activate)(void *opaque, DisplayGtkAction action, bool on);
    /* Somebody wants to see a console; shown as chosen with display_gtk_menu_select_console(). */
    void (*show_console)(void *opaque, guint id);
} DisplayGtkMenuOps;

DisplayGtkMenu *display_gtk_menu_new(const DisplayGtkMenuOps *ops, void *opaque);
/* Takes NULL. */
void display_gtk_menu_free(DisplayGtkMenu *menu);

/* The bar to pack into the main window; borrowed, the menu holds a reference, too. */
GtkWidget *display_gtk_menu_get_bar(const DisplayGtkMenu *menu);

/*
 * Makes the keys work in a top-level window, the main one or that of a detached tab; ends with the
 * window.  No mnemonic and no F10 of the bar gets in a guest's way.
 */
void display_gtk_menu_attach(DisplayGtkMenu *menu, GtkWindow *window);

/* Nobody is called. */
void display_gtk_menu_set_state(DisplayGtkMenu *menu, DisplayGtkAction action, bool on);
void display_gtk_menu_set_enabled(DisplayGtkMenu *menu, DisplayGtkAction action, bool enabled);
bool display_gtk_menu_get_state(const DisplayGtkMenu *menu, DisplayGtkAction action);

/*
 * The consoles, in the order they were added; the first nine get the keys 1 to 9, in this order.
 * `id` is the caller's.
 */
void display_gtk_menu_add_console(DisplayGtkMenu *menu, guint id, const char *label);
void display_gtk_menu_remove_console(DisplayGtkMenu *menu, guint id);
void display_gtk_menu_select_console(DisplayGtkMenu *menu, guint id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayGtkMenu, display_gtk_menu_free)

#endif
