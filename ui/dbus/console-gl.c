/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayDbusConsole: GL pictures. */
#include "qemu/osdep.h"

#include "console-private.h"

static bool shows_gl(const DisplayDbusConsole *console)
{
    return console->gl && display_dbus_gl_is_shown(console->gl);
}

/* The GL picture is another one, or there is none any more. */
static void picture_changed(DisplayDbusConsole *console)
{
    DisplayDbusPicture *picture = &console->picture;

    picture->pixels = NULL;
    picture->dmabuf = (DisplayDbusDmabuf) { 0 };
    display_dbus_gl_get_size(console->gl, &picture->width, &picture->height);
    display_dbus_console_show(console);
}

static void scanout_disable(DisplayChangeListener *dcl)
{
    DisplayDbusConsole *console = display_dbus_console_of(dcl);

    display_dbus_gl_show_nothing(console->gl);
    picture_changed(console);
}

static void scanout_texture(DisplayChangeListener *dcl, uint32_t id, bool y0_top,
                            uint32_t whole_width, uint32_t whole_height, uint32_t x, uint32_t y,
                            uint32_t width, uint32_t height)
{
    DisplayDbusConsole *console = display_dbus_console_of(dcl);
    const ScanoutTexture texture = {
        id, y0_top, whole_width, whole_height, x, y, width, height,
    };

    display_dbus_gl_show_texture(console->gl, &texture);
    picture_changed(console);
}

static void scanout_dmabuf(DisplayChangeListener *dcl, QemuDmaBuf *dmabuf)
{
    DisplayDbusConsole *console = display_dbus_console_of(dcl);

    display_dbus_gl_show_dmabuf(console->gl, dmabuf);
    picture_changed(console);
}

static void release_dmabuf(DisplayChangeListener *dcl, QemuDmaBuf *dmabuf)
{
    display_dbus_gl_release_dmabuf(display_dbus_console_of(dcl)->gl, dmabuf);
}

static void gl_update(DisplayChangeListener *dcl, uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
    DisplayDbusConsole *console = display_dbus_console_of(dcl);
    pixman_box32_t box;

    if (!w && !h) {
        /* the device asks the mirror for the surface */
        return;
    }
    if (!display_dbus_gl_damage(console->gl, x, y, w, h, &box)) {
        return;
    }
    display_dbus_console_damage(console, &box);
    if (console->viewers->len) {
        display_dbus_console_hold(console);
    }
}

void display_dbus_console_add_gl_hooks(DisplayChangeListenerOps *ops)
{
    ops->dpy_gl_scanout_disable = scanout_disable;
    ops->dpy_gl_scanout_texture = scanout_texture;
    ops->dpy_gl_scanout_dmabuf = scanout_dmabuf;
    ops->dpy_gl_release_dmabuf = release_dmabuf;
    ops->dpy_gl_update = gl_update;
}

void display_dbus_console_ask_device(DisplayDbusConsole *console)
{
    if (console->gl) {
        display_dbus_gl_hush_mirror(console->gl, true);
    }
    graphic_hw_update(console->con);
    if (console->gl) {
        display_dbus_gl_hush_mirror(console->gl, false);
    }
}

bool display_dbus_console_gl_is_mirrored(DisplayDbusConsole *console, DisplaySurface *surface)
{
    return console->gl && display_dbus_gl_is_mirrored(console->gl, surface);
}

void display_dbus_console_gl_forget(DisplayDbusConsole *console)
{
    if (shows_gl(console)) {
        display_dbus_gl_show_nothing(console->gl);
        console->picture.dmabuf = (DisplayDbusDmabuf) { 0 };
    }
}

void display_dbus_console_gl_export(DisplayDbusConsole *console)
{
    if (shows_gl(console)) {
        console->picture.dmabuf = display_dbus_gl_get_dmabuf(console->gl);
    }
}

bool display_dbus_console_gl_share(DisplayDbusConsole *console)
{
    return shows_gl(console) && display_dbus_gl_get_memory(console->gl, &console->picture.memory);
}

void display_dbus_console_gl_read(DisplayDbusConsole *console)
{
    if (shows_gl(console)) {
        console->picture.pixels = display_dbus_gl_get_pixels(console->gl);
    }
}
