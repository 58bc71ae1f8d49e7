/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusViewer: one client that looks at one console.
 *
 * The client implements org.qemu.Display1.Listener on a socket of its own.  A viewer has at most
 * one batch of calls for the picture and one call for the cursor under way.  What changes meanwhile
 * is only noted, as damage, and sent once the client has answered: a client that is slow or stopped
 * gets the newest picture when it comes back, and nobody waits for it.
 *
 * Made and owned by a console; lives on the main thread.  Calls under way hold references.
 */
#ifndef UI_DBUS_VIEWER_H
#define UI_DBUS_VIEWER_H

#include <gio/gio.h>

#include "picture.h"

typedef struct DisplayDbusViewer DisplayDbusViewer;

typedef struct DisplayDbusViewerOps {
    /* The connection has ended or never came about.  The owner closes the viewer. */
    void (*gone)(DisplayDbusViewer *viewer, void *opaque);
    /* Sees to it that picture.dmabuf is there, where there is one. */
    void (*want_dmabuf)(void *opaque);
    /* Sees to it that picture.memory is there, if there is such memory. */
    void (*want_memory)(void *opaque);
    /* Sees to it that picture.pixels is there and up to date, where that is possible. */
    void (*want_pixels)(void *opaque);
    /* The client has taken everything that was shown until now. */
    void (*settled)(DisplayDbusViewer *viewer, void *opaque);
} DisplayDbusViewerOps;

/*
 * Starts to connect to the client at the other end of the socket, which is taken over in any case.
 * NULL with an error when this is no socket.
 */
DisplayDbusViewer *display_dbus_viewer_new(int fd, const DisplayDbusPicture *picture,
                                           const DisplayDbusViewerOps *ops, void *opaque,
                                           GError **error);
/* Ends the connection; no operation of the owner is called any more. */
void display_dbus_viewer_close(DisplayDbusViewer *viewer);

/* The picture is another one: all of it has to be sent. */
void display_dbus_viewer_show(DisplayDbusViewer *viewer);
/* A part of the picture has changed; the box lies inside. */
void display_dbus_viewer_damage(DisplayDbusViewer *viewer, const pixman_box32_t *box);
void display_dbus_viewer_define_cursor(DisplayDbusViewer *viewer);
void display_dbus_viewer_move_cursor(DisplayDbusViewer *viewer);

/* Sends what has changed, unless the client is still busy with what was sent before. */
void display_dbus_viewer_send(DisplayDbusViewer *viewer);

/* Whether the device must not go on before the client has answered: it looks at the same memory. */
bool display_dbus_viewer_holds(const DisplayDbusViewer *viewer);
/* It took too long: it is not waited for again until it has caught up. */
void display_dbus_viewer_set_late(DisplayDbusViewer *viewer);

#endif
