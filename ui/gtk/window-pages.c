/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkWindow: the pages that it has: graphic consoles and terminals. */
#include "qemu/osdep.h"

#include "window-private.h"

static void add_page(DisplayGtkWindow *window, DisplayGtkPage *page)
{
    page->window = window;
    page->id = window->next_id++;
    g_object_ref(page->widget);
    g_ptr_array_add(window->pages, page);
    gtk_widget_show(page->widget);
    gtk_notebook_append_page(window->notebook, page->widget, gtk_label_new(page->label));
    display_gtk_menu_add_console(window->menu, page->id, page->label);
}

/* A tab that nobody sees has no say in the size of a window that is there. */
static bool on_wants_size(void *opaque, DisplayGtkHead *head)
{
    DisplayGtkPage *page = opaque;
    bool may_ask = gtk_widget_get_mapped(page->widget) ||
                   !gtk_widget_get_realized(GTK_WIDGET(page->window->main));

    return may_ask && display_gtk_page_fit(page);
}

static double default_zoom(const DisplayGtkWindow *window, QemuConsole *con)
{
    bool fit = window->options.has_zoom_to_fit ? window->options.zoom_to_fit
                                               : dpy_ui_info_supported(con);

    return fit ? 0 : 1;
}

void display_gtk_window_add_head(DisplayGtkWindow *window, QemuConsole *con, DisplayGtkGl *gl)
{
    static const DisplayGtkHeadOwner owner = {.wants_size = on_wants_size};
    DisplayGtkPage *page = g_new0(DisplayGtkPage, 1);
    const DisplayGtkHeadSettings settings = {
        .owner = &owner,
        .opaque = page,
        .gl = gl,
        .grab = window->grab,
        .show_cursor = window->options.show_cursor,
        .zoom = default_zoom(window, con),
    };

    page->window = window;
    page->label = qemu_console_get_label(con);
    page->head = display_gtk_head_new(con, display_gtk_gl_create_surface(gl), &settings);
    page->widget = display_gtk_head_get_widget(page->head);
    add_page(window, page);
}

static void on_terminal_added(void *opaque, DisplayGtkTerminal *terminal)
{
    DisplayGtkPage *page = g_new0(DisplayGtkPage, 1);

    page->label = g_strdup(display_gtk_terminal_get_label(terminal));
    page->terminal = terminal;
    page->widget = display_gtk_terminal_get_widget(terminal);
    add_page(opaque, page);
}

static void on_terminal_removed(void *opaque, DisplayGtkTerminal *terminal)
{
    DisplayGtkWindow *window = opaque;

    for (guint i = 0; i < window->pages->len; i++) {
        DisplayGtkPage *page = g_ptr_array_index(window->pages, i);

        if (page->terminal == terminal) {
            display_gtk_page_attach(page);
            display_gtk_menu_remove_console(window->menu, page->id);
            gtk_notebook_remove_page(window->notebook,
                                     gtk_notebook_page_num(window->notebook, page->widget));
            g_ptr_array_remove(window->pages, page);
            g_object_unref(page->widget);
            g_free(page->label);
            g_free(page);
            break;
        }
    }
    display_gtk_window_update_menu(window);
}

void display_gtk_window_watch_terminals(DisplayGtkWindow *window)
{
    static const DisplayGtkTerminalOps ops = {
        .added = on_terminal_added, .removed = on_terminal_removed,
    };

    display_gtk_terminals_watch(&ops, window);
}
