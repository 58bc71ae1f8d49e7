/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -display egl-headless: GL for the guest where there is no window, seen through VNC, SPICE or
 * screendump.
 */
#include "qemu/osdep.h"

#include "egl-headless-console.h"
#include "qemu/module.h"
#include "sysemu/sysemu.h"
#include "ui/host/egl.h"

/* Devices ask for GL when they are realized, long before there is any. */
static void promise_gl(DisplayOptions *options)
{
    display_opengl = 1;
}

static void start(DisplayState *state, DisplayOptions *options)
{
    const DisplayEGLHeadless *own = &options->u.egl_headless;
    const char *render_node = own->has_rendernode ? own->rendernode : NULL;
    DisplayGLMode mode = options->has_gl ? options->gl : DISPLAYGL_MODE_ON;
    Error *error = NULL;
    EGLContext context;
    DisplayEgl *egl = display_host_open_egl(render_node, mode, &context, &error);
    QemuConsole *con;

    if (!egl) {
        error_reportf_err(error, "egl-headless: ");
        exit(1);
    }
    for (unsigned index = 0; (con = qemu_console_lookup_by_index(index)); index++) {
        if (qemu_console_is_graphic(con)) {
            display_headless_console_create(con, egl, context);
        }
    }
}

static QemuDisplay egl_headless = {
    .type = DISPLAY_TYPE_EGL_HEADLESS,
    .early_init = promise_gl,
    .init = start,
};

static void register_egl_headless(void)
{
    qemu_display_register(&egl_headless);
}

type_init(register_egl_headless);

module_dep("ui-opengl");
