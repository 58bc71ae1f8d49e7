/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusClipboardClient: the clipboard on the side of the client that has registered.
 *
 * It is told one thing at a time: what has changed while it had not answered yet is told later, and
 * only the last of it.  Owned by the clipboard; main thread.
 */
#ifndef UI_DBUS_CLIPBOARD_CLIENT_H
#define UI_DBUS_CLIPBOARD_CLIENT_H

#include <gio/gio.h>

#include "ui/clipboard.h"

#define DISPLAY_DBUS_MIME_TEXT "text/plain;charset=utf-8"

/* How long either side may take to hand over its data. */
#define DISPLAY_DBUS_CLIPBOARD_SECONDS 5

typedef struct DisplayDbusClipboardClient DisplayDbusClipboardClient;

/*
 * `name` is that of the client on the bus or NULL.  One that was closed while calls were under way
 * is the same again, with nothing to tell: those calls still count, however often it registers.
 */
DisplayDbusClipboardClient *display_dbus_clipboard_client_open(GDBusConnection *connection,
                                                               const char *name);
/* Takes NULL.  Who waits for data gets his answer all the same, within the time. */
void display_dbus_clipboard_client_close(DisplayDbusClipboardClient *client);

const char *display_dbus_clipboard_client_get_name(const DisplayDbusClipboardClient *client);

/* Numbers start from 0. */
void display_dbus_clipboard_client_restart(DisplayDbusClipboardClient *client);
/* The guest has text now. */
void display_dbus_clipboard_client_grab(DisplayDbusClipboardClient *client,
                                        QemuClipboardSelection selection, uint32_t serial);
/* The guest has none any more. */
void display_dbus_clipboard_client_release(DisplayDbusClipboardClient *client,
                                           QemuClipboardSelection selection);
/* The client has it, and knows that. */
void display_dbus_clipboard_client_yield(DisplayDbusClipboardClient *client,
                                         QemuClipboardSelection selection);

/*
 * Asks for the client's text.  Calls back once: with the bytes, borrowed, or with NULL when the
 * client has not answered in time or not as it should.
 */
void display_dbus_clipboard_client_request(DisplayDbusClipboardClient *client,
                                           QemuClipboardSelection selection,
                                           void (*given)(void *opaque, GVariant *bytes),
                                           void *opaque);

#endif
