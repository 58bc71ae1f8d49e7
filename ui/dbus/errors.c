/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors that callers on the bus get. */
#include "qemu/osdep.h"

#include "errors.h"

static const GDBusErrorEntry entries[] = {
    { DISPLAY_DBUS_ERROR_FAILED, "org.qemu.Display1.Error.Failed" },
    { DISPLAY_DBUS_ERROR_INVALID, "org.qemu.Display1.Error.Invalid" },
    { DISPLAY_DBUS_ERROR_UNSUPPORTED, "org.qemu.Display1.Error.Unsupported" },
};

GQuark dbus_display_error_quark(void)
{
    static gsize quark;

    g_dbus_error_register_error_domain("dbus-display-error-quark", &quark, entries,
                                       G_N_ELEMENTS(entries));
    return (GQuark)quark;
}

gboolean display_dbus_refuse(GDBusMethodInvocation *invocation, DisplayDbusError code,
                             const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_dbus_method_invocation_return_error_valist(invocation, DISPLAY_DBUS_ERROR, code, format,
                                                 arguments);
    va_end(arguments);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}
