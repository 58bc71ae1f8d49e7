/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections over sockets that clients hand over.
 *
 * Authentication runs on a thread of GLib's pool, so a client that does not talk costs the main
 * loop nothing; the time limit gives the thread back.
 */
#include "qemu/osdep.h"

#include "errors.h"
#include "socket.h"

#define AUTHENTICATION_SECONDS 5

int display_dbus_take_fd(GUnixFDList *fds, GVariant *handle, GError **error)
{
    int32_t index = g_variant_get_handle(handle);

    if (!fds || index < 0 || index >= g_unix_fd_list_get_length(fds)) {
        g_set_error(error, DISPLAY_DBUS_ERROR, DISPLAY_DBUS_ERROR_INVALID,
                    "there is no file descriptor with this handle");
        return -1;
    }
    return g_unix_fd_list_get(fds, index, error);
}

static GSocket *take_socket(int fd, GError **error)
{
    g_autoptr(GSocket) sock = g_socket_new_from_fd(fd, error);

    if (!sock) {
        close(fd);
        return NULL;
    }
    if (g_socket_get_family(sock) != G_SOCKET_FAMILY_UNIX ||
        g_socket_get_socket_type(sock) != G_SOCKET_TYPE_STREAM) {
        g_set_error(error, DISPLAY_DBUS_ERROR, DISPLAY_DBUS_ERROR_INVALID,
                    "this is not a stream socket of the UNIX family");
        return NULL;
    }
    return g_steal_pointer(&sock);
}

/* One client that is authenticating. */
typedef struct Attempt {
    GTask *task;
    GCancellable *limit;
    guint timeout;
} Attempt;

static gboolean give_up(void *opaque)
{
    Attempt *attempt = opaque;

    attempt->timeout = 0;
    g_cancellable_cancel(attempt->limit);
    return G_SOURCE_REMOVE;
}

static void forward_cancel(GCancellable *cancellable, void *limit)
{
    g_cancellable_cancel(limit);
}

static void connected(GObject *source, GAsyncResult *result, void *opaque)
{
    Attempt *attempt = opaque;
    GError *error = NULL;
    GDBusConnection *connection = g_dbus_connection_new_finish(result, &error);

    if (attempt->timeout) {
        g_source_remove(attempt->timeout);
    }
    if (connection) {
        g_task_return_pointer(attempt->task, connection, g_object_unref);
    } else {
        g_task_return_error(attempt->task, error);
    }
    g_object_unref(attempt->task);
    g_object_unref(attempt->limit);
    g_free(attempt);
}

bool display_dbus_socket_connect(int fd, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 void *opaque, GError **error)
{
    g_autoptr(GSocket) sock = take_socket(fd, error);
    g_autoptr(GSocketConnection) stream = NULL;
    g_autofree char *guid = g_dbus_generate_guid();
    Attempt *attempt;

    if (!sock) {
        return false;
    }
    stream = g_socket_connection_factory_create_connection(sock);
    attempt = g_new0(Attempt, 1);
    attempt->task = g_task_new(NULL, cancellable, callback, opaque);
    attempt->limit = g_cancellable_new();
    attempt->timeout = g_timeout_add_seconds(AUTHENTICATION_SECONDS, give_up, attempt);
    g_signal_connect_object(cancellable, "cancelled", G_CALLBACK(forward_cancel), attempt->limit, 0);
    g_dbus_connection_new(G_IO_STREAM(stream), guid,
                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                          G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                          NULL, attempt->limit, connected, attempt);
    return true;
}

GDBusConnection *display_dbus_socket_connect_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void display_dbus_socket_cut(GDBusConnection *connection)
{
    GIOStream *stream = g_dbus_connection_get_stream(connection);

    g_socket_shutdown(g_socket_connection_get_socket(G_SOCKET_CONNECTION(stream)), TRUE, TRUE,
                      NULL);
}

void display_dbus_socket_hang_up(GDBusConnection *connection)
{
    /* closing alone would wait for a write that a stopped client never lets end */
    display_dbus_socket_cut(connection);
    g_dbus_connection_close(connection, NULL, NULL, NULL);
}
