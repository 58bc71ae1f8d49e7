/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusClipboard: the clipboard that the guest and one client share.
 *
 * Both sides have the same interface: the client calls ours, we call the one on its side.  Text
 * only, as in this QEMU.  Owned by the server; main thread.
 */
#ifndef UI_DBUS_CLIPBOARD_H
#define UI_DBUS_CLIPBOARD_H

#include <gio/gio.h>

typedef struct DisplayDbusClipboard DisplayDbusClipboard;

DisplayDbusClipboard *display_dbus_clipboard_new(void);
/* Takes NULL. */
void display_dbus_clipboard_free(DisplayDbusClipboard *clipboard);

/* Borrowed: what is exported. */
GDBusInterfaceSkeleton *display_dbus_clipboard_get_interface(DisplayDbusClipboard *clipboard);

/* The connection of the client has gone: takes NULL, and works when there is no client. */
void display_dbus_clipboard_forget(DisplayDbusClipboard *clipboard);

#endif
