/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkWindow: what the menu does. */
#include "qemu/osdep.h"

#include "window-private.h"

#define ZOOM_STEP 0.25
#define ZOOM_MIN 0.25
#define ZOOM_MAX 16

static double get_zoom(const DisplayGtkPage *page)
{
    return page->head ? display_gtk_head_get_zoom(page->head)
                      : display_gtk_terminal_get_zoom(page->terminal);
}

static void set_zoom(DisplayGtkPage *page, double zoom)
{
    if (page->head) {
        display_gtk_head_set_zoom(page->head, zoom);
    } else if (zoom > 0) {
        display_gtk_terminal_set_zoom(page->terminal, zoom);
    }
}

static void step_zoom(DisplayGtkPage *page, double step)
{
    double zoom = get_zoom(page);

    /* what fits has no factor of its own to go on from */
    zoom = (zoom > 0 ? zoom : 1) + step;
    set_zoom(page, CLAMP(zoom, ZOOM_MIN, ZOOM_MAX));
}

static void grab_input(DisplayGtkWindow *window, DisplayGtkPage *page, bool on)
{
    if (on && page->head) {
        display_gtk_grab_input(window->grab, page->widget);
    } else {
        display_gtk_grab_release(window->grab);
    }
}

static void show_tabs(DisplayGtkWindow *window, bool on)
{
    display_gtk_menu_set_state(window->menu, DISPLAY_GTK_SHOW_TABS, on);
    gtk_notebook_set_show_tabs(window->notebook, on && window->full_screen != window->main);
}

static void show_menu_bar(DisplayGtkWindow *window, bool on)
{
    display_gtk_menu_set_state(window->menu, DISPLAY_GTK_SHOW_MENU_BAR, on);
    gtk_widget_set_visible(display_gtk_menu_get_bar(window->menu),
                           on && window->full_screen != window->main);
}

static void toggle_detached(DisplayGtkPage *page)
{
    if (page->own) {
        display_gtk_page_attach(page);
    } else {
        display_gtk_page_detach(page);
    }
}

static void act_on_machine(DisplayGtkWindow *window, DisplayGtkAction action, bool on)
{
    switch (action) {
    case DISPLAY_GTK_PAUSE:
        display_gtk_machine_pause(window->machine, on);
        break;
    case DISPLAY_GTK_RESET:
        display_gtk_machine_reset(window->machine);
        break;
    case DISPLAY_GTK_POWER_DOWN:
        display_gtk_machine_power_down(window->machine);
        break;
    case DISPLAY_GTK_QUIT:
        display_gtk_machine_quit(window->machine);
        break;
    default:
        break;
    }
}

static void act_on_page(DisplayGtkPage *page, DisplayGtkAction action, bool on)
{
    switch (action) {
    case DISPLAY_GTK_COPY:
        if (page->terminal) {
            display_gtk_terminal_copy(page->terminal);
        }
        break;
    case DISPLAY_GTK_ZOOM_IN:
        step_zoom(page, ZOOM_STEP);
        break;
    case DISPLAY_GTK_ZOOM_OUT:
        step_zoom(page, -ZOOM_STEP);
        break;
    case DISPLAY_GTK_ZOOM_FIXED:
        set_zoom(page, 1);
        break;
    case DISPLAY_GTK_ZOOM_FIT:
        set_zoom(page, on ? 0 : 1);
        break;
    case DISPLAY_GTK_GRAB_INPUT:
        grab_input(page->window, page, on);
        break;
    case DISPLAY_GTK_DETACH_TAB:
        toggle_detached(page);
        break;
    default:
        break;
    }
}

static void activate(void *opaque, DisplayGtkAction action, bool on)
{
    DisplayGtkWindow *window = opaque;
    DisplayGtkPage *page = display_gtk_window_get_current(window);

    switch (action) {
    case DISPLAY_GTK_FULL_SCREEN:
        display_gtk_window_set_full_screen(window, on);
        break;
    case DISPLAY_GTK_GRAB_ON_HOVER:
        display_gtk_grab_set_on_hover(window->grab, on);
        break;
    case DISPLAY_GTK_SHOW_TABS:
        show_tabs(window, on);
        break;
    case DISPLAY_GTK_SHOW_MENU_BAR:
        show_menu_bar(window, on);
        break;
    default:
        act_on_machine(window, action, on);
        if (page) {
            act_on_page(page, action, on);
        }
        break;
    }
    display_gtk_window_update_menu(window);
}

static void show_console(void *opaque, guint id)
{
    DisplayGtkPage *page = display_gtk_window_find(opaque, id);

    if (page) {
        display_gtk_page_show(page);
    }
}

const DisplayGtkMenuOps display_gtk_window_menu_ops = {
    .activate = activate,
    .show_console = show_console,
};

void display_gtk_window_update_menu(DisplayGtkWindow *window)
{
    DisplayGtkMenu *menu = window->menu;
    DisplayGtkPage *page = display_gtk_window_get_current(window);

    display_gtk_menu_set_state(menu, DISPLAY_GTK_PAUSE,
                               !display_gtk_machine_is_running(window->machine));
    display_gtk_menu_set_state(menu, DISPLAY_GTK_FULL_SCREEN, window->full_screen);
    display_gtk_menu_set_state(menu, DISPLAY_GTK_GRAB_ON_HOVER,
                               display_gtk_grab_is_on_hover(window->grab));
    display_gtk_menu_set_state(menu, DISPLAY_GTK_GRAB_INPUT,
                               display_gtk_grab_get_keyboard(window->grab) ||
                               display_gtk_grab_get_pointer(window->grab));
    display_gtk_menu_set_enabled(menu, DISPLAY_GTK_COPY, page && page->terminal);
    display_gtk_menu_set_enabled(menu, DISPLAY_GTK_ZOOM_FIT, page && page->head);
    display_gtk_menu_set_enabled(menu, DISPLAY_GTK_GRAB_INPUT, page && page->head);
    display_gtk_menu_set_state(menu, DISPLAY_GTK_ZOOM_FIT,
                               page && page->head && !(get_zoom(page) > 0));
}
