/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Surfaces for QEMU's VNC server. */
#include "ui/host/vnc.h"

#include "qapi/qapi-commands-ui.h"

bool display_host_has_vnc_clients(void)
{
    VncInfo2List *servers = qmp_query_vnc_servers(NULL);
    bool found = false;

    for (VncInfo2List *item = servers; item && !found; item = item->next) {
        found = item->value->clients;
    }
    qapi_free_VncInfo2List(servers);
    return found;
}

/*
 * The same pixels under the name of another format: nobody gets to draw them before the surface
 * follows, and displays that look at them all the same see the right ones.
 */
static void show_alias(QemuConsole *con, const DisplaySurface *surface)
{
    DisplaySurface *alias = qemu_create_displaysurface_pixman(surface->image);

    alias->format = surface->format == PIXMAN_x8r8g8b8 ? PIXMAN_a8r8g8b8 : PIXMAN_x8r8g8b8;
    dpy_gfx_replace_surface(con, alias);
}

/* QEMU's notice that there is no surface takes the size of what was there before it. */
static void show_blank_alias(QemuConsole *con)
{
    DisplaySurface *blank = qemu_create_displaysurface(qemu_console_get_width(con, 640),
                                                       qemu_console_get_height(con, 480));

    show_alias(con, blank);
    qemu_free_displaysurface(blank);
}

void display_host_replace_surface(QemuConsole *con, DisplaySurface *surface)
{
    bool watched = display_host_has_vnc_clients();

    if (watched && surface) {
        show_alias(con, surface);
    } else if (watched) {
        show_blank_alias(con);
    }
    dpy_gfx_replace_surface(con, surface);
}
