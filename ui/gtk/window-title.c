/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkWindow: what its titles say. */
#include "qemu/osdep.h"

#include "sysemu/sysemu.h"
#include "window-private.h"

/* Of the window that has input for itself, how to get it back */
static const char *hint(const DisplayGtkWindow *window, GtkWindow *toplevel)
{
    GtkWidget *keyboard = display_gtk_grab_get_keyboard(window->grab);
    GtkWidget *grabbed = keyboard ? keyboard : display_gtk_grab_get_pointer(window->grab);

    return grabbed && gtk_widget_get_toplevel(grabbed) == GTK_WIDGET(toplevel)
           ? " - Press Ctrl+Alt+G to release grab" : "";
}

static void set_title(DisplayGtkWindow *window, GtkWindow *toplevel, const char *label)
{
    bool running = display_gtk_machine_is_running(window->machine);
    g_autofree char *name = qemu_name ? g_strdup_printf("QEMU (%s)", qemu_name) : g_strdup("QEMU");
    g_autofree char *title = g_strconcat(name, label ? " - " : "", label ? label : "",
                                         running ? "" : " [Paused]", hint(window, toplevel), NULL);

    gtk_window_set_title(toplevel, title);
}

void display_gtk_window_update_title(DisplayGtkWindow *window)
{
    set_title(window, window->main, NULL);
    for (guint i = 0; i < window->pages->len; i++) {
        DisplayGtkPage *page = g_ptr_array_index(window->pages, i);

        if (page->own) {
            set_title(window, page->own, page->label);
        }
    }
}
