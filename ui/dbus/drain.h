/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections that are emptied before more is put on them.
 *
 * GDBus queues what a client does not read, without a limit and without telling.  Who sends on his
 * own account therefore waits until what he sent before has left this process.  Any thread that
 * holds the big lock.
 */
#ifndef UI_DBUS_DRAIN_H
#define UI_DBUS_DRAIN_H

#include <gio/gio.h>

/*
 * Calls back once, on the main thread, when everything that has been sent on the connection until
 * now has left, or when the connection has ended.
 */
void display_dbus_drain(GDBusConnection *connection, void (*drained)(void *opaque), void *opaque);

/*
 * For good, the interface announces a change of its properties only when the announcement before
 * has left: who reads them late hears of the last values.  Reading them shows the last values at
 * any time.
 */
void display_dbus_pace_properties(GDBusInterfaceSkeleton *iface);

#endif
