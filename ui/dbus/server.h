/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusServer: the object "dbus-display", which offers the machine's display.
 *
 * On a bus there is one connection for good, and the name org.qemu.  Peer to peer, the monitor
 * hands in the sockets of clients: one client at a time, the newest.  What is exported here is seen
 * on the connection of the time.  Main thread.
 */
#ifndef UI_DBUS_SERVER_H
#define UI_DBUS_SERVER_H

#include <gio/gio.h>

#include "qom/object.h"

#define TYPE_DISPLAY_DBUS_SERVER "dbus-display"
OBJECT_DECLARE_SIMPLE_TYPE(DisplayDbusServer, DISPLAY_DBUS_SERVER)

/* When the module is loaded. */
void display_dbus_server_register_type(void);

/* Takes the socket of a peer; false with an error when it cannot be used. */
bool display_dbus_server_add_client(DisplayDbusServer *server, int fd, Error **errp);

#endif
