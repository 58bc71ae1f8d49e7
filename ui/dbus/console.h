/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusConsole: one console of the machine as an object on the bus, and its viewers.
 *
 * It is the only listener that QEMU sees for this console, and hands what it learns on to every
 * viewer.  What late viewers need but QEMU does not keep (the cursor) is kept here.
 *
 * Owned by the server.  QEMU calls in with the big lock held, from any thread; everything that
 * takes time or speaks D-Bus happens in a bottom half on the main thread.
 */
#ifndef UI_DBUS_CONSOLE_H
#define UI_DBUS_CONSOLE_H

#include <gio/gio.h>

#include "ui/console.h"

typedef struct DisplayDbusConsole DisplayDbusConsole;

DisplayDbusConsole *display_dbus_console_new(QemuConsole *con);
/* Takes NULL. */
void display_dbus_console_free(DisplayDbusConsole *console);

/* Borrowed: what is exported. */
GDBusObjectSkeleton *display_dbus_console_get_object(DisplayDbusConsole *console);

#endif
