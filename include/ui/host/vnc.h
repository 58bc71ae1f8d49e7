/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What QEMU's VNC server needs, to show the last picture and not an older one.
 *
 * It sends what differs from what it sent before. When a console gets another surface of the same
 * size and format it waits for the encoding that is under way, on the main thread, and drops what was
 * still to be encoded, while it believes that it was sent: the client is left with older pixels there
 * until they change again. After a surface of another size or format it sends everything.
 * So: who flips keeps the surface, and who cannot says so here. Main thread.
 */
#ifndef UI_HOST_VNC_H
#define UI_HOST_VNC_H

#include "qemu/osdep.h"
#include "ui/console.h"

/* Whether there is a client, of any console. */
bool display_host_has_vnc_clients(void);

/*
 * dpy_gfx_replace_surface(), after which VNC clients are sent all of the surface (NULL: of the notice
 * that there is none). Takes the surface.
 */
void display_host_replace_surface(QemuConsole *con, DisplaySurface *surface);

#endif
