/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusConsole: one console of the machine as an object on the bus, and its viewers. */
#include "qemu/osdep.h"

#include "console-private.h"
#include "drain.h"
#include "errors.h"
#include "socket.h"
#include "ui/display/damage.h"

#define VIEWERS_MAX 32

/* No device takes sizes beyond what a coordinate of its protocols holds. */
#define UI_SIZE_MAX 32767

/* Viewers */

/* A value that is set is taken for news, even if it is the same. */
static void announce_size(DisplayDbusConsole *console)
{
    const DisplayDbusPicture *picture = &console->picture;

    if (display_iface_console_get_width(console->iface) != picture->width ||
        display_iface_console_get_height(console->iface) != picture->height) {
        /* together, as they are announced together */
        g_object_set(console->iface, "width", picture->width, "height", picture->height, NULL);
    }
}

static void send_changes(void *opaque)
{
    DisplayDbusConsole *console = opaque;
    guint i;

    announce_size(console);
    for (i = 0; i < console->viewers->len; i++) {
        display_dbus_viewer_send(display_dbus_console_get_viewer(console, i));
    }
    display_dbus_console_settle(console);
}

static void viewers_changed(DisplayDbusConsole *console)
{
    /* nobody looks: the device need not keep the surface up to date */
    update_displaychangelistener(&console->dcl, console->viewers->len ? GUI_REFRESH_INTERVAL_DEFAULT
                                                                      : GUI_REFRESH_INTERVAL_IDLE);
}

static void viewer_gone(DisplayDbusViewer *viewer, void *opaque)
{
    DisplayDbusConsole *console = opaque;

    g_ptr_array_remove_fast(console->viewers, viewer);
    if (!console->viewers->len) {
        display_dbus_input_lift_all(console->input);
    }
    viewers_changed(console);
    display_dbus_console_settle(console);
}

static void want_dmabuf(void *opaque)
{
    display_dbus_console_gl_export(opaque);
}

static void want_memory(void *opaque)
{
    display_dbus_console_share(opaque);
}

static void want_pixels(void *opaque)
{
    display_dbus_console_gl_read(opaque);
}

static void viewer_settled(DisplayDbusViewer *viewer, void *opaque)
{
    display_dbus_console_settle(opaque);
}

static const DisplayDbusViewerOps viewer_ops = {
    .gone = viewer_gone,
    .want_dmabuf = want_dmabuf,
    .want_memory = want_memory,
    .want_pixels = want_pixels,
    .settled = viewer_settled,
};

static gboolean handle_register_listener(DisplayIfaceConsole *iface,
                                         GDBusMethodInvocation *invocation, GUnixFDList *fds,
                                         GVariant *handle, void *opaque)
{
    DisplayDbusConsole *console = opaque;
    g_autoptr(GError) error = NULL;
    DisplayDbusViewer *viewer = NULL;
    int fd;

    if (console->viewers->len >= VIEWERS_MAX) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_FAILED,
                                   "there are %d listeners already", VIEWERS_MAX);
    }
    fd = display_dbus_take_fd(fds, handle, &error);
    if (fd >= 0) {
        viewer = display_dbus_viewer_new(fd, &console->picture, &viewer_ops, console, &error);
    }
    if (!viewer) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_INVALID,
                                   "cannot use the listener's socket: %s", error->message);
    }
    g_ptr_array_add(console->viewers, viewer);
    viewers_changed(console);
    /* the surface may be as old as the last viewer's time */
    display_dbus_console_ask_device(console);
    display_iface_console_complete_register_listener(iface, invocation, NULL);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean handle_set_ui_info(DisplayIfaceConsole *iface, GDBusMethodInvocation *invocation,
                                   uint16_t width_mm, uint16_t height_mm, int xoff, int yoff,
                                   unsigned width, unsigned height, void *opaque)
{
    DisplayDbusConsole *console = opaque;
    QemuUIInfo info = {
        .width_mm = width_mm,
        .height_mm = height_mm,
        .xoff = xoff,
        .yoff = yoff,
        .width = width,
        .height = height,
    };

    if (!dpy_ui_info_supported(console->con)) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_UNSUPPORTED,
                                   "this console has no size to set");
    }
    if (width > UI_SIZE_MAX || height > UI_SIZE_MAX) {
        return display_dbus_refuse(invocation, DISPLAY_DBUS_ERROR_INVALID,
                                   "a console is at most %d pixels wide and high", UI_SIZE_MAX);
    }
    dpy_set_ui_info(console->con, &info, false);
    display_iface_console_complete_set_uiinfo(iface, invocation);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* What QEMU tells */

void display_dbus_console_show(DisplayDbusConsole *console)
{
    guint i;

    for (i = 0; i < console->viewers->len; i++) {
        display_dbus_viewer_show(display_dbus_console_get_viewer(console, i));
    }
    qemu_bh_schedule(console->send);
}

void display_dbus_console_damage(DisplayDbusConsole *console, const pixman_box32_t *box)
{
    guint i;

    if (!console->viewers->len) {
        return;
    }
    for (i = 0; i < console->viewers->len; i++) {
        display_dbus_viewer_damage(display_dbus_console_get_viewer(console, i), box);
    }
    qemu_bh_schedule(console->send);
}

static void gfx_switch(DisplayChangeListener *dcl, DisplaySurface *surface)
{
    DisplayDbusConsole *console = display_dbus_console_of(dcl);

    if (display_dbus_console_gl_is_mirrored(console, surface)) {
        return;
    }
    display_dbus_console_gl_forget(console);
    console->picture.pixels = surface ? surface->image : NULL;
    console->picture.width = surface ? surface_width(surface) : 0;
    console->picture.height = surface ? surface_height(surface) : 0;
    display_dbus_console_show(console);
}

static void gfx_update(DisplayChangeListener *dcl, int x, int y, int width, int height)
{
    DisplayDbusConsole *console = display_dbus_console_of(dcl);
    pixman_box32_t box = {
        MAX(x, 0), MAX(y, 0),
        MIN((int64_t)x + width, console->picture.width),
        MIN((int64_t)y + height, console->picture.height),
    };

    if (display_dbus_console_gl_is_mirrored(console, qemu_console_surface(dcl->con))) {
        return;
    }
    if (box.x1 < box.x2 && box.y1 < box.y2) {
        display_dbus_console_damage(console, &box);
        display_dbus_console_hold_if_needed(console);
    }
}

static void refresh(DisplayChangeListener *dcl)
{
    DisplayDbusConsole *console = display_dbus_console_of(dcl);

    if (console->viewers->len) {
        display_dbus_console_ask_device(console);
    }
}

static void mouse_set(DisplayChangeListener *dcl, int x, int y, int on)
{
    DisplayDbusConsole *console = display_dbus_console_of(dcl);
    DisplayDbusCursor *cursor = &console->picture.cursor;
    guint i;

    cursor->is_placed = true;
    cursor->x = x;
    cursor->y = y;
    cursor->on = on;
    for (i = 0; i < console->viewers->len; i++) {
        display_dbus_viewer_move_cursor(display_dbus_console_get_viewer(console, i));
    }
    qemu_bh_schedule(console->send);
}

static void cursor_define(DisplayChangeListener *dcl, QEMUCursor *defined)
{
    DisplayDbusConsole *console = display_dbus_console_of(dcl);
    DisplayDbusCursor *cursor = &console->picture.cursor;
    guint i;

    cursor_get(defined);
    cursor_put(console->cursor);
    console->cursor = defined;
    cursor->width = defined->width;
    cursor->height = defined->height;
    cursor->hot_x = defined->hot_x;
    cursor->hot_y = defined->hot_y;
    cursor->pixels = defined->data;
    for (i = 0; i < console->viewers->len; i++) {
        display_dbus_viewer_define_cursor(display_dbus_console_get_viewer(console, i));
    }
    qemu_bh_schedule(console->send);
}

static const DisplayChangeListenerOps listener_ops = {
    .dpy_name = "dbus",
    .dpy_refresh = refresh,
    .dpy_gfx_switch = gfx_switch,
    .dpy_gfx_update = gfx_update,
    .dpy_gfx_check_format = qemu_pixman_check_format,
    .dpy_mouse_set = mouse_set,
    .dpy_cursor_define = cursor_define,
};

static const DisplayChangeListenerOps *get_listener_ops(bool has_gl)
{
    static DisplayChangeListenerOps gl_listener_ops;

    if (!has_gl) {
        return &listener_ops;
    }
    gl_listener_ops = listener_ops;
    display_dbus_console_add_gl_hooks(&gl_listener_ops);
    return &gl_listener_ops;
}

/* The object on the bus */

static void export_properties(DisplayDbusConsole *console)
{
    static const char *const interfaces[] = {
        "org.qemu.Display1.Keyboard", "org.qemu.Display1.Mouse", "org.qemu.Display1.MultiTouch",
        NULL,
    };
    g_autofree char *label = qemu_console_get_label(console->con);
    char address[256] = "";

    qemu_console_fill_device_address(console->con, address, sizeof(address), NULL);
    g_object_set(console->iface,
                 "label", label,
                 "head", qemu_console_get_head(console->con),
                 "type", qemu_console_is_graphic(console->con) ? "Graphic" : "Text",
                 "device-address", address,
                 "interfaces", interfaces,
                 NULL);
}

DisplayDbusConsole *display_dbus_console_new(QemuConsole *con)
{
    DisplayDbusConsole *console = g_new0(DisplayDbusConsole, 1);
    g_autofree char *path = g_strdup_printf("/org/qemu/Display1/Console_%d",
                                            qemu_console_get_index(con));
    bool has_gl;

    console->con = con;
    console->picture.memory.fd = -1;
    console->viewers = g_ptr_array_new_with_free_func((GDestroyNotify)display_dbus_viewer_close);
    console->send = qemu_bh_new(send_changes, console);
    console->object = g_dbus_object_skeleton_new(path);
    console->iface = display_iface_console_skeleton_new();
    export_properties(console);
    display_dbus_pace_properties(G_DBUS_INTERFACE_SKELETON(console->iface));
    g_signal_connect(console->iface, "handle-register-listener",
                     G_CALLBACK(handle_register_listener), console);
    g_signal_connect(console->iface, "handle-set-uiinfo", G_CALLBACK(handle_set_ui_info), console);
    g_dbus_object_skeleton_add_interface(console->object,
                                         G_DBUS_INTERFACE_SKELETON(console->iface));
    console->input = display_dbus_input_new(con, console->object);

    has_gl = display_dbus_gl_is_open() && qemu_console_is_graphic(con);
    console->dcl.con = con;
    console->dcl.ops = get_listener_ops(has_gl);
    if (has_gl) {
        console->gl = display_dbus_gl_new(con, console->dcl.ops);
    }
    console->dcl.update_interval = GUI_REFRESH_INTERVAL_IDLE;
    register_displaychangelistener(&console->dcl);
    return console;
}

void display_dbus_console_free(DisplayDbusConsole *console)
{
    if (!console) {
        return;
    }
    unregister_displaychangelistener(&console->dcl);
    g_ptr_array_set_size(console->viewers, 0);
    display_dbus_console_settle(console);
    display_dbus_gl_finish(console->gl);
    g_ptr_array_free(console->viewers, TRUE);
    display_dbus_input_free(console->input);
    qemu_bh_delete(console->send);
    cursor_put(console->cursor);
    g_object_unref(console->iface);
    g_object_unref(console->object);
    g_free(console);
}

GDBusObjectSkeleton *display_dbus_console_get_object(DisplayDbusConsole *console)
{
    return console->object;
}
