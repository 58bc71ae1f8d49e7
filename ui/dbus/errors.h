/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors that callers on the bus get: org.qemu.Display1.Error.Failed, .Invalid, .Unsupported.
 *
 * The D-Bus audio driver finds the quark here under this very name, and uses the same codes.
 */
#ifndef UI_DBUS_ERRORS_H
#define UI_DBUS_ERRORS_H

#include <gio/gio.h>

typedef enum DisplayDbusError {
    DISPLAY_DBUS_ERROR_FAILED = 0,
    DISPLAY_DBUS_ERROR_INVALID = 1,
    DISPLAY_DBUS_ERROR_UNSUPPORTED = 2,
} DisplayDbusError;

#define DISPLAY_DBUS_ERROR dbus_display_error_quark()

__attribute__((visibility("default"))) GQuark dbus_display_error_quark(void);

/* Ends a call with an error; for the handlers of methods, which answer that they handled it. */
gboolean display_dbus_refuse(GDBusMethodInvocation *invocation, DisplayDbusError code,
                             const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
