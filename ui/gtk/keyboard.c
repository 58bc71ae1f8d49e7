/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkKeyboard: key events of a widget on their way to a console. */
#include "qemu/osdep.h"

#include "keyboard.h"
#include "keycode.h"
#include "ui/kbd-state.h"
#include "window-system.h"

struct DisplayGtkKeyboard {
    GtkWidget *widget;          /* NULL: destroyed */
    DisplayGtkKeymap keymap;
    QKbdState *keys;
};

static gboolean key_event(DisplayGtkKeyboard *keyboard, const GdkEventKey *event)
{
    QKeyCode key = display_gtk_keymap_lookup(&keyboard->keymap, event->hardware_keycode);

    if (key != Q_KEY_CODE_UNMAPPED) {
        qkbd_state_key_event(keyboard->keys, key, event->type == GDK_KEY_PRESS);
    }
    return GDK_EVENT_STOP;
}

static gboolean key_pressed(GtkWidget *widget, GdkEventKey *event, void *keyboard)
{
    return key_event(keyboard, event);
}

static gboolean key_released(GtkWidget *widget, GdkEventKey *event, void *keyboard)
{
    return key_event(keyboard, event);
}

static gboolean focus_lost(GtkWidget *widget, GdkEventFocus *event, void *keyboard)
{
    display_gtk_keyboard_lift_all(keyboard);
    return GDK_EVENT_PROPAGATE;
}

static void hidden(GtkWidget *widget, void *keyboard)
{
    display_gtk_keyboard_lift_all(keyboard);
}

/* Another application takes the keyboard, or a menu does: the releases will not come here. */
static gboolean grab_broken(GtkWidget *widget, GdkEventGrabBroken *event, void *keyboard)
{
    if (event->keyboard) {
        display_gtk_keyboard_lift_all(keyboard);
    }
    return GDK_EVENT_PROPAGATE;
}

static void destroyed(GtkWidget *widget, void *opaque)
{
    DisplayGtkKeyboard *keyboard = opaque;

    display_gtk_keyboard_lift_all(keyboard);
    g_signal_handlers_disconnect_by_data(widget, keyboard);
    g_clear_object(&keyboard->widget);
}

DisplayGtkKeyboard *display_gtk_keyboard_new(GtkWidget *widget, QemuConsole *con)
{
    DisplayGtkKeyboard *keyboard = g_new0(DisplayGtkKeyboard, 1);

    keyboard->widget = g_object_ref(widget);
    keyboard->keymap = display_gtk_window_system_get_keymap(gtk_widget_get_display(widget));
    keyboard->keys = qkbd_state_init(con);
    gtk_widget_set_can_focus(widget, true);
    gtk_widget_add_events(widget, GDK_KEY_PRESS_MASK | GDK_KEY_RELEASE_MASK |
                          GDK_FOCUS_CHANGE_MASK);
    g_signal_connect(widget, "key-press-event", G_CALLBACK(key_pressed), keyboard);
    g_signal_connect(widget, "key-release-event", G_CALLBACK(key_released), keyboard);
    g_signal_connect(widget, "focus-out-event", G_CALLBACK(focus_lost), keyboard);
    g_signal_connect(widget, "grab-broken-event", G_CALLBACK(grab_broken), keyboard);
    g_signal_connect(widget, "unmap", G_CALLBACK(hidden), keyboard);
    g_signal_connect(widget, "destroy", G_CALLBACK(destroyed), keyboard);
    return keyboard;
}

void display_gtk_keyboard_free(DisplayGtkKeyboard *keyboard)
{
    if (!keyboard) {
        return;
    }
    display_gtk_keyboard_lift_all(keyboard);
    if (keyboard->widget) {
        g_signal_handlers_disconnect_by_data(keyboard->widget, keyboard);
        g_object_unref(keyboard->widget);
    }
    qkbd_state_free(keyboard->keys);
    g_free(keyboard);
}

void display_gtk_keyboard_lift_all(DisplayGtkKeyboard *keyboard)
{
    qkbd_state_lift_all_keys(keyboard->keys);
}
