/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A limit for what a connection makes this process keep: calls that nobody has carried out yet,
 * and answers that nobody has read.
 *
 * Who stays below it notices nothing.  Calls above it are refused; a peer that does not read that
 * either is hung up on.  So is one whose calls no method here takes: large ones and those with
 * several descriptors.  On a bus, where others use the same connection, they are refused, too.
 */
#ifndef UI_DBUS_GUARD_H
#define UI_DBUS_GUARD_H

#include <gio/gio.h>

/* From now on, for good.  Call it before messages are processed. */
void display_dbus_guard_add(GDBusConnection *connection, bool is_peer);

/* A signal was sent, which a peer may not read: with hundreds of them it is hung up on. Takes NULL. */
void display_dbus_guard_count_signal(GDBusConnection *connection);

#endif
