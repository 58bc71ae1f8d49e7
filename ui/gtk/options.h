/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkOptions: what was said after -display gtk, with the defaults filled in.  By value.
 */
#ifndef UI_GTK_OPTIONS_H
#define UI_GTK_OPTIONS_H

#include "qemu/osdep.h"
#include "qapi/qapi-types-ui.h"

typedef struct DisplayGtkOptions {
    bool full_screen;
    bool window_close;      /* closing the window ends the machine */
    bool show_cursor;       /* the host's cursor is never hidden */
    bool grab_on_hover;
    bool show_tabs;
    bool show_menubar;
    bool has_zoom_to_fit;   /* else it depends on whether the guest follows the window's size */
    bool zoom_to_fit;
} DisplayGtkOptions;

static inline DisplayGtkOptions display_gtk_options(const DisplayOptions *options)
{
    const DisplayGTK *gtk = &options->u.gtk;

    return (DisplayGtkOptions) {
        .full_screen = options->has_full_screen && options->full_screen,
        .window_close = !options->has_window_close || options->window_close,
        .show_cursor = options->has_show_cursor && options->show_cursor,
        .grab_on_hover = gtk->has_grab_on_hover && gtk->grab_on_hover,
        .show_tabs = gtk->has_show_tabs && gtk->show_tabs,
        .show_menubar = !gtk->has_show_menubar || gtk->show_menubar,
        .has_zoom_to_fit = gtk->has_zoom_to_fit,
        .zoom_to_fit = gtk->has_zoom_to_fit && gtk->zoom_to_fit,
    };
}

#endif
