/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that are emptied before more is put on them. */
#include "qemu/osdep.h"

#include "drain.h"

typedef struct Waiter {
    void (*drained)(void *opaque);
    void *opaque;
} Waiter;

/* Hangs on a connection.  A flush says nothing of what is sent after it has begun. */
typedef struct Drain {
    GArray *waiters;        /* for the flush under way; NULL: there is none */
    GArray *late;           /* for the one after that */
} Drain;

static void flushed(GObject *connection, GAsyncResult *result, void *opaque);

static void drain_free(void *opaque)
{
    Drain *drain = opaque;

    g_array_unref(drain->late);
    g_free(drain);
}

static Drain *drain_of(GDBusConnection *connection)
{
    Drain *drain = g_object_get_data(G_OBJECT(connection), "display-dbus-drain");

    if (!drain) {
        drain = g_new0(Drain, 1);
        drain->late = g_array_new(FALSE, FALSE, sizeof(Waiter));
        g_object_set_data_full(G_OBJECT(connection), "display-dbus-drain", drain, drain_free);
    }
    return drain;
}

static void flush_if_needed(GDBusConnection *connection, Drain *drain)
{
    if (!drain->waiters && drain->late->len) {
        drain->waiters = drain->late;
        drain->late = g_array_new(FALSE, FALSE, sizeof(Waiter));
        g_dbus_connection_flush(connection, NULL, flushed, drain);
    }
}

static void flushed(GObject *connection, GAsyncResult *result, void *opaque)
{
    Drain *drain = opaque;
    g_autoptr(GArray) waiters = g_steal_pointer(&drain->waiters);
    guint i;

    /* it fails when the connection has ended, and then nothing waits either */
    g_dbus_connection_flush_finish(G_DBUS_CONNECTION(connection), result, NULL);
    for (i = 0; i < waiters->len; i++) {
        Waiter *waiter = &g_array_index(waiters, Waiter, i);

        waiter->drained(waiter->opaque);
    }
    flush_if_needed(G_DBUS_CONNECTION(connection), drain);
}

void display_dbus_drain(GDBusConnection *connection, void (*drained)(void *opaque), void *opaque)
{
    Drain *drain = drain_of(connection);
    Waiter waiter = { drained, opaque };

    g_array_append_val(drain->late, waiter);
    flush_if_needed(connection, drain);
}

/* Properties */

static GQuark paced_quark(void)
{
    return g_quark_from_static_string("display-dbus-paced");
}

static void announcement_left(void *opaque)
{
    g_autoptr(GObject) iface = opaque;

    g_object_set_qdata(iface, paced_quark(), NULL);
    /* what has changed meanwhile is announced now */
    g_object_thaw_notify(iface);
}

/* Comes after the interface itself has taken note, and not before it is thawed. */
static void property_changed(GObject *iface, GParamSpec *property, void *opaque)
{
    GDBusConnection *connection =
        g_dbus_interface_skeleton_get_connection(G_DBUS_INTERFACE_SKELETON(iface));

    if (!connection || g_object_get_qdata(iface, paced_quark())) {
        return;
    }
    g_object_set_qdata(iface, paced_quark(), iface);
    g_object_freeze_notify(iface);
    g_dbus_interface_skeleton_flush(G_DBUS_INTERFACE_SKELETON(iface));
    display_dbus_drain(connection, announcement_left, g_object_ref(iface));
}

void display_dbus_pace_properties(GDBusInterfaceSkeleton *iface)
{
    g_signal_connect(iface, "notify", G_CALLBACK(property_changed), NULL);
}
