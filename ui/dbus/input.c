/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusInput: keyboard, mouse and touch screen of a console. */
#include "qemu/osdep.h"

#include <math.h>

#include "display1.h"
#include "drain.h"
#include "errors.h"
#include "input.h"
#include "ui/input.h"
#include "ui/kbd-state.h"

/*
 * This QEMU has no touch screen to offer to the guest.  One finger moves the tablet and presses its
 * left button; that is what one slot says to clients.
 */
#define TOUCH_SLOTS 1

/* More than any screen is wide; devices pass long ways on in many small steps. */
#define MOTION_MAX 32767

typedef enum TouchKind {
    TOUCH_BEGIN = 0,
    TOUCH_UPDATE = 1,
    TOUCH_END = 2,
    TOUCH_CANCEL = 3,
} TouchKind;

struct DisplayDbusInput {
    QemuConsole *con;
    QKbdState *keys;
    uint32_t buttons;               /* held down, a bit per InputButton */
    bool touched;
    QEMUPutLEDEntry *leds;
    Notifier mode_changed;
    DisplayIfaceKeyboard *keyboard;
    DisplayIfaceMouse *mouse;
    DisplayIfaceMultiTouch *touch;
};

/* Keyboard */

static gboolean handle_key(DisplayDbusInput *input, GDBusMethodInvocation *invocation,
                           unsigned keycode, bool down)
{
    int key = qemu_input_key_number_to_qcode(keycode);

    if (!key) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_INVALID,
                                   "there is no key with the code %u", keycode);
    }
    qkbd_state_key_event(input->keys, key, down);
    g_dbus_method_invocation_return_value(invocation, NULL);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean handle_key_press(DisplayIfaceKeyboard *keyboard, GDBusMethodInvocation *invocation,
                                 unsigned keycode, void *input)
{
    return handle_key(input, invocation, keycode, true);
}

static gboolean handle_key_release(DisplayIfaceKeyboard *keyboard,
                                   GDBusMethodInvocation *invocation, unsigned keycode,
                                   void *input)
{
    return handle_key(input, invocation, keycode, false);
}

static void leds_changed(void *opaque, int leds)
{
    DisplayDbusInput *input = opaque;

    display_iface_keyboard_set_modifiers(input->keyboard, leds);
}

/* Mouse */

static void press_button(DisplayDbusInput *input, InputButton button, bool down)
{
    uint32_t bit = 1u << button;

    input->buttons = down ? input->buttons | bit : input->buttons & ~bit;
    qemu_input_queue_btn(input->con, button, down);
    qemu_input_event_sync();
}

static gboolean handle_button(DisplayDbusInput *input, GDBusMethodInvocation *invocation,
                              unsigned button, bool down)
{
    if (button >= INPUT_BUTTON__MAX) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_INVALID,
                                   "there is no button %u", button);
    }
    press_button(input, button, down);
    g_dbus_method_invocation_return_value(invocation, NULL);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean handle_button_press(DisplayIfaceMouse *mouse, GDBusMethodInvocation *invocation,
                                    unsigned button, void *input)
{
    return handle_button(input, invocation, button, true);
}

static gboolean handle_button_release(DisplayIfaceMouse *mouse, GDBusMethodInvocation *invocation,
                                      unsigned button, void *input)
{
    return handle_button(input, invocation, button, false);
}

/* False when the console has no such pixel. */
static bool move_to(DisplayDbusInput *input, double x, double y)
{
    int width = qemu_console_get_width(input->con, 0);
    int height = qemu_console_get_height(input->con, 0);

    if (!(x >= 0 && x < width && y >= 0 && y < height)) {
        return false;
    }
    qemu_input_queue_abs(input->con, INPUT_AXIS_X, x, 0, width);
    qemu_input_queue_abs(input->con, INPUT_AXIS_Y, y, 0, height);
    qemu_input_event_sync();
    return true;
}

static gboolean handle_set_abs_position(DisplayIfaceMouse *mouse,
                                        GDBusMethodInvocation *invocation, unsigned x, unsigned y,
                                        void *opaque)
{
    DisplayDbusInput *input = opaque;

    if (!qemu_input_is_absolute()) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_INVALID,
                                   "the mouse is not absolute");
    }
    if (!move_to(input, x, y)) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_INVALID,
                                   "the console has no position %u, %u", x, y);
    }
    display_iface_mouse_complete_set_abs_position(mouse, invocation);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean handle_rel_motion(DisplayIfaceMouse *mouse, GDBusMethodInvocation *invocation,
                                  int dx, int dy, void *opaque)
{
    DisplayDbusInput *input = opaque;

    if (qemu_input_is_absolute()) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_INVALID,
                                   "the mouse is not relative");
    }
    if (MAX(dx, dy) > MOTION_MAX || MIN(dx, dy) < -MOTION_MAX) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_INVALID,
                                   "no mouse moves by %d, %d at once", dx, dy);
    }
    qemu_input_queue_rel(input->con, INPUT_AXIS_X, dx);
    qemu_input_queue_rel(input->con, INPUT_AXIS_Y, dy);
    qemu_input_event_sync();
    display_iface_mouse_complete_rel_motion(mouse, invocation);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void mode_changed(Notifier *notifier, void *data)
{
    DisplayDbusInput *input = container_of(notifier, DisplayDbusInput, mode_changed);

    display_iface_mouse_set_is_absolute(input->mouse, qemu_input_is_absolute());
}

/* Touch */

static void lift_finger(DisplayDbusInput *input)
{
    if (input->touched) {
        input->touched = false;
        press_button(input, INPUT_BUTTON_LEFT, false);
    }
}

static bool touch(DisplayDbusInput *input, unsigned kind, double x, double y)
{
    switch (kind) {
    case TOUCH_BEGIN:
        if (!move_to(input, x, y)) {
            return false;
        }
        input->touched = true;
        press_button(input, INPUT_BUTTON_LEFT, true);
        return true;
    case TOUCH_UPDATE:
        return input->touched && move_to(input, x, y);
    case TOUCH_END:
    case TOUCH_CANCEL:
        lift_finger(input);
        return true;
    default:
        return false;
    }
}

static gboolean handle_send_event(DisplayIfaceMultiTouch *iface, GDBusMethodInvocation *invocation,
                                  unsigned kind, uint64_t slot, double x, double y, void *opaque)
{
    DisplayDbusInput *input = opaque;

    if (!qemu_input_is_absolute()) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_UNSUPPORTED,
                                   "the guest has no device with absolute positions");
    }
    if (slot >= TOUCH_SLOTS || !touch(input, kind, x, y)) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_INVALID,
                                   "there is no such touch: kind %u, slot %" PRIu64
                                   ", position %g, %g", kind, slot, x, y);
    }
    display_iface_multi_touch_complete_send_event(iface, invocation);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* All of it */

static void add_interfaces(DisplayDbusInput *input, GDBusObjectSkeleton *object)
{
    input->keyboard = display_iface_keyboard_skeleton_new();
    g_signal_connect(input->keyboard, "handle-press", G_CALLBACK(handle_key_press), input);
    g_signal_connect(input->keyboard, "handle-release", G_CALLBACK(handle_key_release), input);
    display_dbus_pace_properties(G_DBUS_INTERFACE_SKELETON(input->keyboard));
    g_dbus_object_skeleton_add_interface(object, G_DBUS_INTERFACE_SKELETON(input->keyboard));

    input->mouse = display_iface_mouse_skeleton_new();
    g_signal_connect(input->mouse, "handle-press", G_CALLBACK(handle_button_press), input);
    g_signal_connect(input->mouse, "handle-release", G_CALLBACK(handle_button_release), input);
    g_signal_connect(input->mouse, "handle-set-abs-position", G_CALLBACK(handle_set_abs_position),
                     input);
    g_signal_connect(input->mouse, "handle-rel-motion", G_CALLBACK(handle_rel_motion), input);
    display_dbus_pace_properties(G_DBUS_INTERFACE_SKELETON(input->mouse));
    g_dbus_object_skeleton_add_interface(object, G_DBUS_INTERFACE_SKELETON(input->mouse));

    input->touch = display_iface_multi_touch_skeleton_new();
    display_iface_multi_touch_set_max_slots(input->touch, TOUCH_SLOTS);
    g_signal_connect(input->touch, "handle-send-event", G_CALLBACK(handle_send_event), input);
    g_dbus_object_skeleton_add_interface(object, G_DBUS_INTERFACE_SKELETON(input->touch));
}

DisplayDbusInput *display_dbus_input_new(QemuConsole *con, GDBusObjectSkeleton *object)
{
    DisplayDbusInput *input = g_new0(DisplayDbusInput, 1);

    input->con = con;
    input->keys = qkbd_state_init(con);
    add_interfaces(input, object);
    input->leds = qemu_add_led_event_handler(leds_changed, input);
    input->mode_changed.notify = mode_changed;
    qemu_add_mouse_mode_change_notifier(&input->mode_changed);
    mode_changed(&input->mode_changed, NULL);
    return input;
}

void display_dbus_input_free(DisplayDbusInput *input)
{
    if (!input) {
        return;
    }
    qemu_remove_mouse_mode_change_notifier(&input->mode_changed);
    qemu_remove_led_event_handler(input->leds);
    qkbd_state_free(input->keys);
    g_object_unref(input->keyboard);
    g_object_unref(input->mouse);
    g_object_unref(input->touch);
    g_free(input);
}

void display_dbus_input_lift_all(DisplayDbusInput *input)
{
    int button;

    qkbd_state_lift_all_keys(input->keys);
    input->touched = false;
    for (button = 0; button < INPUT_BUTTON__MAX; button++) {
        if (input->buttons & 1u << button) {
            press_button(input, button, false);
        }
    }
}
