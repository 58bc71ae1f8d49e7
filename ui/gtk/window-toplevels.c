/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkWindow: its top-level windows: the main one and those of detached tabs. */
#include "qemu/osdep.h"

#include "window-private.h"

static bool is_in(const DisplayGtkPage *page, GtkWidget *toplevel)
{
    return GTK_WIDGET(display_gtk_page_get_toplevel(page)) == toplevel;
}

static gboolean on_window_state(GtkWidget *toplevel, GdkEventWindowState *event, gpointer opaque)
{
    DisplayGtkWindow *window = opaque;
    bool minimized = event->new_window_state & GDK_WINDOW_STATE_ICONIFIED;

    for (guint i = 0; i < window->pages->len; i++) {
        DisplayGtkPage *page = g_ptr_array_index(window->pages, i);

        if (page->head && is_in(page, toplevel)) {
            display_gtk_head_set_minimized(page->head, minimized);
        }
    }
    return GDK_EVENT_PROPAGATE;
}

static gboolean on_configure(GtkWidget *toplevel, GdkEvent *event, gpointer opaque)
{
    DisplayGtkWindow *window = opaque;

    for (guint i = 0; i < window->pages->len; i++) {
        DisplayGtkPage *page = g_ptr_array_index(window->pages, i);

        if (page->head && is_in(page, toplevel)) {
            display_gtk_head_update_monitor(page->head);
        }
    }
    return GDK_EVENT_PROPAGATE;
}

static void on_active(GtkWindow *toplevel, GParamSpec *property, gpointer opaque)
{
    display_gtk_window_update_menu(opaque);
}

void display_gtk_window_watch_toplevel(DisplayGtkWindow *window, GtkWindow *toplevel)
{
    g_signal_connect(toplevel, "window-state-event", G_CALLBACK(on_window_state), window);
    g_signal_connect(toplevel, "configure-event", G_CALLBACK(on_configure), window);
    g_signal_connect(toplevel, "notify::is-active", G_CALLBACK(on_active), window);
}

static gboolean on_own_closed(GtkWidget *toplevel, GdkEvent *event, gpointer opaque)
{
    display_gtk_page_attach(opaque);
    return GDK_EVENT_STOP;
}

void display_gtk_page_detach(DisplayGtkPage *page)
{
    DisplayGtkWindow *window = page->window;

    if (page->own) {
        return;
    }
    page->own = GTK_WINDOW(gtk_window_new(GTK_WINDOW_TOPLEVEL));
    gtk_window_set_default_size(page->own, gtk_widget_get_allocated_width(page->widget),
                                gtk_widget_get_allocated_height(page->widget));
    gtk_container_remove(GTK_CONTAINER(window->notebook), page->widget);
    gtk_container_add(GTK_CONTAINER(page->own), page->widget);
    display_gtk_menu_attach(window->menu, page->own);
    display_gtk_window_watch_toplevel(window, page->own);
    g_signal_connect(page->own, "delete-event", G_CALLBACK(on_own_closed), page);
    display_gtk_window_update_title(window);
    gtk_widget_show(GTK_WIDGET(page->own));
    display_gtk_page_focus(page);
    display_gtk_window_update_menu(window);
}

/* Where among the tabs a page belongs */
static int tab_position(const DisplayGtkPage *page)
{
    int position = 0;

    for (guint i = 0; i < page->window->pages->len; i++) {
        const DisplayGtkPage *other = g_ptr_array_index(page->window->pages, i);

        if (other == page) {
            break;
        }
        position += !other->own;
    }
    return position;
}

void display_gtk_page_attach(DisplayGtkPage *page)
{
    DisplayGtkWindow *window = page->window;
    GtkWindow *own = page->own;

    if (!own) {
        return;
    }
    if (window->full_screen == own) {
        window->full_screen = NULL;
    }
    page->own = NULL;
    gtk_container_remove(GTK_CONTAINER(own), page->widget);
    gtk_widget_destroy(GTK_WIDGET(own));
    gtk_notebook_insert_page(window->notebook, page->widget, gtk_label_new(page->label),
                             tab_position(page));
    if (page->head) {
        display_gtk_head_set_minimized(page->head, false);
    }
    display_gtk_page_show(page);
}

void display_gtk_page_show(DisplayGtkPage *page)
{
    DisplayGtkWindow *window = page->window;

    if (page->own) {
        gtk_window_present(page->own);
    } else {
        gtk_notebook_set_current_page(window->notebook,
                                      gtk_notebook_page_num(window->notebook, page->widget));
    }
    display_gtk_page_focus(page);
    display_gtk_menu_select_console(window->menu, page->id);
    display_gtk_window_update_menu(window);
}

static void set_bars(DisplayGtkWindow *window, bool full_screen)
{
    bool tabs = display_gtk_menu_get_state(window->menu, DISPLAY_GTK_SHOW_TABS);
    bool bar = display_gtk_menu_get_state(window->menu, DISPLAY_GTK_SHOW_MENU_BAR);

    gtk_notebook_set_show_tabs(window->notebook, !full_screen && tabs);
    gtk_widget_set_visible(display_gtk_menu_get_bar(window->menu), !full_screen && bar);
}

static void leave_full_screen(DisplayGtkWindow *window)
{
    GtkWindow *toplevel = g_steal_pointer(&window->full_screen);

    if (toplevel == window->main) {
        set_bars(window, false);
    }
    if (toplevel) {
        gtk_window_unfullscreen(toplevel);
    }
}

void display_gtk_window_set_full_screen(DisplayGtkWindow *window, bool on)
{
    DisplayGtkPage *page = display_gtk_window_get_current(window);

    leave_full_screen(window);
    if (on && page) {
        window->full_screen = display_gtk_page_get_toplevel(page);
        if (window->full_screen == window->main) {
            set_bars(window, true);
        }
        gtk_window_fullscreen(window->full_screen);
    }
    display_gtk_window_update_menu(window);
}
