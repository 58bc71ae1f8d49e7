/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusViewer: the cursor on its way to the client.
 *
 * One call at a time; positions that were passed meanwhile are never sent.
 */
#include "qemu/osdep.h"

#include "viewer-private.h"

static void answered(GObject *source, GAsyncResult *result, void *opaque)
{
    DisplayDbusViewer *viewer = opaque;

    display_dbus_viewer_finish_call(source, result, NULL);
    viewer->cursor_busy = false;
    display_dbus_viewer_send_cursor(viewer);
    display_dbus_viewer_unref(viewer);
}

static void define_cursor(DisplayDbusViewer *viewer)
{
    const DisplayDbusCursor *cursor = &viewer->picture->cursor;
    size_t count = (size_t)cursor->width * cursor->height;

    viewer->cursor_busy = true;
    display_iface_listener_call_cursor_define(
        viewer->listener, cursor->width, cursor->height, cursor->hot_x, cursor->hot_y,
        g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, cursor->pixels, count * sizeof(uint32_t), 1),
        NULL, answered, display_dbus_viewer_ref(viewer));
}

static void move_cursor(DisplayDbusViewer *viewer)
{
    const DisplayDbusCursor *cursor = &viewer->picture->cursor;

    viewer->cursor_busy = true;
    display_iface_listener_call_mouse_set(viewer->listener, cursor->x, cursor->y, cursor->on, NULL,
                                          answered, display_dbus_viewer_ref(viewer));
}

void display_dbus_viewer_send_cursor(DisplayDbusViewer *viewer)
{
    const DisplayDbusCursor *cursor = &viewer->picture->cursor;

    if (!display_dbus_viewer_is_ready(viewer) || viewer->cursor_busy) {
        return;
    }
    if (viewer->cursor_changed && cursor->pixels) {
        viewer->cursor_changed = false;
        define_cursor(viewer);
    } else if (viewer->cursor_moved && cursor->is_placed) {
        viewer->cursor_moved = false;
        move_cursor(viewer);
    }
}
