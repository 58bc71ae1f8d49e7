/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkWindow: what it is made of, and which of its pages is meant. */
#include "qemu/osdep.h"

#include "window-private.h"

GtkWindow *display_gtk_page_get_toplevel(const DisplayGtkPage *page)
{
    return page->own ? page->own : page->window->main;
}

DisplayGtkPage *display_gtk_window_get_current(DisplayGtkWindow *window)
{
    GtkWidget *child = gtk_notebook_get_nth_page(window->notebook,
                                                 gtk_notebook_get_current_page(window->notebook));
    DisplayGtkPage *shown = NULL;

    for (guint i = 0; i < window->pages->len; i++) {
        DisplayGtkPage *page = g_ptr_array_index(window->pages, i);

        if (page->own && gtk_window_is_active(page->own)) {
            return page;
        }
        if (page->widget == child) {
            shown = page;
        }
    }
    return shown;
}

DisplayGtkPage *display_gtk_window_find(DisplayGtkWindow *window, guint id)
{
    for (guint i = 0; i < window->pages->len; i++) {
        DisplayGtkPage *page = g_ptr_array_index(window->pages, i);

        if (page->id == id) {
            return page;
        }
    }
    return NULL;
}

static bool has_own_size(const DisplayGtkPage *page)
{
    GtkWindow *toplevel = display_gtk_page_get_toplevel(page);
    GdkWindow *window = gtk_widget_get_window(GTK_WIDGET(toplevel));

    return toplevel == page->window->full_screen ||
           (window && gdk_window_get_state(window) & (GDK_WINDOW_STATE_MAXIMIZED |
                                                      GDK_WINDOW_STATE_FULLSCREEN));
}

bool display_gtk_page_fit(DisplayGtkPage *page)
{
    GtkWindow *toplevel = display_gtk_page_get_toplevel(page);
    int width, height, around_x, around_y;

    if (!page->head || has_own_size(page) ||
        !display_gtk_head_get_wanted_size(page->head, &width, &height)) {
        return false;
    }
    if (!gtk_widget_get_mapped(page->widget)) {
        /* The window is made for it. */
        gtk_widget_set_size_request(page->widget, width, height);
        return true;
    }
    display_gtk_head_get_surroundings(page->head, &around_x, &around_y);
    gtk_window_resize(toplevel, around_x + width, around_y + height);
    return true;
}

void display_gtk_page_focus(DisplayGtkPage *page)
{
    if (page->terminal) {
        display_gtk_terminal_focus(page->terminal);
    } else {
        gtk_widget_grab_focus(page->widget);
    }
}

static void on_switch_page(GtkNotebook *notebook, GtkWidget *child, guint index, gpointer opaque)
{
    DisplayGtkWindow *window = opaque;

    for (guint i = 0; i < window->pages->len; i++) {
        DisplayGtkPage *page = g_ptr_array_index(window->pages, i);

        if (page->widget == child) {
            display_gtk_page_focus(page);
            display_gtk_menu_select_console(window->menu, page->id);
        }
    }
    display_gtk_window_update_menu(window);
}

static gboolean on_close(GtkWidget *widget, GdkEvent *event, gpointer opaque)
{
    DisplayGtkWindow *window = opaque;

    if (window->options.window_close) {
        display_gtk_machine_quit(window->machine);
    }
    return GDK_EVENT_STOP;
}

static void on_state_changed(void *opaque)
{
    display_gtk_window_update_title(opaque);
    display_gtk_window_update_menu(opaque);
}

static void make_parts(DisplayGtkWindow *window)
{
    static const DisplayGtkMachineOps machine_ops = {.changed = on_state_changed};
    static const DisplayGtkGrabOps grab_ops = {.changed = on_state_changed};

    window->menu = display_gtk_menu_new(&display_gtk_window_menu_ops, window);
    window->grab = display_gtk_grab_new(&grab_ops, window);
    display_gtk_grab_set_on_hover(window->grab, window->options.grab_on_hover);
    window->machine = display_gtk_machine_new(&machine_ops, window);
    window->clipboard = display_gtk_clipboard_new(gdk_display_get_default());
}

static void make_window(DisplayGtkWindow *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    gtk_window_set_default_icon_name("qemu");
    window->main = GTK_WINDOW(gtk_window_new(GTK_WINDOW_TOPLEVEL));
    window->notebook = GTK_NOTEBOOK(gtk_notebook_new());
    gtk_notebook_set_show_tabs(window->notebook, window->options.show_tabs);
    gtk_notebook_set_show_border(window->notebook, FALSE);
    gtk_notebook_set_scrollable(window->notebook, TRUE);
    gtk_box_pack_start(GTK_BOX(box), display_gtk_menu_get_bar(window->menu), FALSE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), GTK_WIDGET(window->notebook), TRUE, TRUE, 0);
    gtk_container_add(GTK_CONTAINER(window->main), box);
    gtk_widget_show_all(box);
    gtk_widget_set_visible(display_gtk_menu_get_bar(window->menu), window->options.show_menubar);
    display_gtk_menu_set_state(window->menu, DISPLAY_GTK_SHOW_TABS, window->options.show_tabs);
    display_gtk_menu_set_state(window->menu, DISPLAY_GTK_SHOW_MENU_BAR,
                               window->options.show_menubar);
    display_gtk_menu_attach(window->menu, window->main);
    display_gtk_window_watch_toplevel(window, window->main);
    g_signal_connect(window->main, "delete-event", G_CALLBACK(on_close), window);
}

DisplayGtkWindow *display_gtk_window_new(const DisplayGtkOptions *options, DisplayGtkGl *gl)
{
    DisplayGtkWindow *window = g_new0(DisplayGtkWindow, 1);
    QemuConsole *con;

    window->options = *options;
    window->pages = g_ptr_array_new();
    make_parts(window);
    make_window(window);
    for (unsigned index = 0; (con = qemu_console_lookup_by_index(index)); index++) {
        if (qemu_console_is_graphic(con)) {
            display_gtk_window_add_head(window, con, gl);
        }
    }
    g_signal_connect(window->notebook, "switch-page", G_CALLBACK(on_switch_page), window);
    return window;
}

static void forget_sizes(DisplayGtkWindow *window)
{
    for (guint i = 0; i < window->pages->len; i++) {
        DisplayGtkPage *page = g_ptr_array_index(window->pages, i);

        gtk_widget_set_size_request(page->widget, -1, -1);
    }
}

void display_gtk_window_show(DisplayGtkWindow *window)
{
    for (guint i = 0; i < window->pages->len; i++) {
        DisplayGtkPage *page = g_ptr_array_index(window->pages, i);

        display_gtk_head_start(page->head);
    }
    display_gtk_window_watch_terminals(window);
    if (window->pages->len) {
        display_gtk_page_show(g_ptr_array_index(window->pages, 0));
    }
    display_gtk_window_update_title(window);
    display_gtk_window_update_menu(window);
    gtk_widget_show(GTK_WIDGET(window->main));
    forget_sizes(window);
    if (window->options.full_screen) {
        display_gtk_window_set_full_screen(window, true);
    }
}
