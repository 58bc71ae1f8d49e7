/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module ui-dbus: what "-display dbus" starts. */
#include "qemu/osdep.h"

#include "chardev.h"
#include "gl.h"
#include "host-guard.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "qom/object_interfaces.h"
#include "server.h"
#include "sysemu/sysemu.h"
#include "ui/console.h"
#include "ui/dbus-module.h"

static DisplayDbusServer *server;

static bool add_client(int fd, Error **errp)
{
    return display_dbus_server_add_client(server, fd, errp);
}

static DisplayGLMode gl_mode(const DisplayOptions *options)
{
    return options->has_gl ? options->gl : DISPLAYGL_MODE_OFF;
}

static void early_init(DisplayOptions *options)
{
    const char *mismatch = display_host_mismatch();

    if (mismatch) {
        error_report("the D-Bus display was built for another QEMU: %s", mismatch);
        exit(EXIT_FAILURE);
    }
    if (gl_mode(options) != DISPLAYGL_MODE_OFF) {
        /* devices ask for GL when they are realized, long before there is any */
        display_opengl = 1;
    }
    display_dbus_chardev_register_vc_type();
}

static void init(DisplayState *state, DisplayOptions *options)
{
    DisplayDBus *dbus = &options->u.dbus;
    Error *error = NULL;

    if (gl_mode(options) != DISPLAYGL_MODE_OFF &&
        !display_dbus_gl_open(dbus->has_rendernode ? dbus->rendernode : NULL, gl_mode(options),
                              &error)) {
        error_reportf_err(error, "dbus: ");
        exit(EXIT_FAILURE);
    }
    using_dbus_display = 1;
    server = DISPLAY_DBUS_SERVER(object_new_with_props(
        TYPE_DISPLAY_DBUS_SERVER, object_get_objects_root(), "dbus-display", &error_fatal,
        "addr", dbus->addr ?: "",
        "audiodev", dbus->audiodev ?: "",
        "gl-mode", DisplayGLMode_str(gl_mode(options)),
        "p2p", dbus->has_p2p && dbus->p2p ? "yes" : "no",
        NULL));
    qemu_dbus_display.add_client = add_client;
}

static QemuDisplay display_dbus = {
    .type = DISPLAY_TYPE_DBUS,
    .early_init = early_init,
    .init = init,
};

static void register_display_dbus(void)
{
    if (!display_host_mismatch()) {
        display_dbus_server_register_type();
        display_dbus_chardev_register_type();
    }
    qemu_display_register(&display_dbus);
}

type_init(register_display_dbus)
