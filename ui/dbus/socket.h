/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections over sockets that clients hand over.  Main thread.
 */
#ifndef UI_DBUS_SOCKET_H
#define UI_DBUS_SOCKET_H

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

/*
 * The descriptor that a call carries under this handle, -1 with an error when there is none.  The
 * caller closes it.
 */
int display_dbus_take_fd(GUnixFDList *fds, GVariant *handle, GError **error);

/*
 * A connection on a stream socket of the UNIX family, whose other end is a D-Bus client that
 * authenticates to us.  The client has a few seconds for that.  Takes the descriptor over in any
 * case; false with an error when it is not such a socket.  Messages that arrive wait until
 * g_dbus_connection_start_message_processing().
 */
bool display_dbus_socket_connect(int fd, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 void *opaque, GError **error);
GDBusConnection *display_dbus_socket_connect_finish(GAsyncResult *result, GError **error);

/* Cuts such a connection off, on any thread: it ends by itself then. */
void display_dbus_socket_cut(GDBusConnection *connection);
/* Ends such a connection at once, whether its client reads what is on the way or not. */
void display_dbus_socket_hang_up(GDBusConnection *connection);

#endif
