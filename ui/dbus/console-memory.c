/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusConsole: memory of the guest or its device that clients look at themselves.
 *
 * While they take an update of what lies there, the device waits: it must not draw over what a
 * client is about to copy or show.  It waits until the last of them has answered or gone, but never
 * longer than HOLD_MS; who answers later than that is not waited for until he has caught up.
 */
#include "qemu/osdep.h"

#include <dlfcn.h>

#include "console-private.h"
#include "hw/display/vgpu-sharing.h"

/* Guest drivers give up on a frame after 50 ms. */
#define HOLD_MS 40

static void release(DisplayDbusConsole *console)
{
    if (!console->is_held) {
        return;
    }
    console->is_held = false;
    if (console->hold_timeout) {
        g_source_remove(console->hold_timeout);
        console->hold_timeout = 0;
    }
    graphic_hw_gl_block(console->con, false);
}

static gboolean held_too_long(void *opaque)
{
    DisplayDbusConsole *console = opaque;
    guint i;

    console->hold_timeout = 0;
    for (i = 0; i < console->viewers->len; i++) {
        display_dbus_viewer_set_late(display_dbus_console_get_viewer(console, i));
    }
    release(console);
    return G_SOURCE_REMOVE;
}

void display_dbus_console_hold(DisplayDbusConsole *console)
{
    if (!console->is_held) {
        console->is_held = true;
        graphic_hw_gl_block(console->con, true);
        console->hold_timeout = g_timeout_add(HOLD_MS, held_too_long, console);
    }
}

static bool has_holder(DisplayDbusConsole *console)
{
    guint i;

    for (i = 0; i < console->viewers->len; i++) {
        if (display_dbus_viewer_holds(display_dbus_console_get_viewer(console, i))) {
            return true;
        }
    }
    return false;
}

void display_dbus_console_hold_if_needed(DisplayDbusConsole *console)
{
    if (has_holder(console)) {
        display_dbus_console_hold(console);
    }
}

void display_dbus_console_settle(DisplayDbusConsole *console)
{
    if (!has_holder(console)) {
        release(console);
    }
}

/* The device may be one of this tree, which tells; its module is loaded before or after this one. */
static bool share_surface(DisplayDbusConsole *console)
{
    VgpuShareConsole *share = dlsym(RTLD_DEFAULT, VGPU_SHARE_CONSOLE);
    pixman_image_t *pixels = console->picture.pixels;
    DisplayMemory memory;

    if (!share || !pixels || !share(console->con, pixels, &memory)) {
        return false;
    }
    console->picture.memory = (DisplayDbusMemory) {
        memory.fd, memory.offset, memory.stride, pixman_image_get_format(pixels),
    };
    return true;
}

void display_dbus_console_share(DisplayDbusConsole *console)
{
    if (!display_dbus_console_gl_share(console) && !share_surface(console)) {
        console->picture.memory = (DisplayDbusMemory) { .fd = -1 };
    }
}
