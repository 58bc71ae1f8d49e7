/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module ui-gtk: what "-display gtk" starts. */
#include "qemu/osdep.h"

#include <gtk/gtk.h>

#include "gl.h"
#include "host-guard.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "sysemu/sysemu.h"
#include "ui/console.h"
#include "vte.h"
#include "window.h"

static DisplayGtkGl *gl;

/* Devices ask for GL when they are realized: what cannot be had must be known before. */
static void set_up_gl(DisplayOptions *options)
{
    g_autoptr(GError) error = NULL;

    gl = display_gtk_gl_open(gdk_display_get_default(), options->gl, &error);
    if (gl) {
        display_opengl = 1;
        display_gtk_gl_publish(gl);
        return;
    }
    warn_report("gtk: no OpenGL (%s): guests get none, and windows are drawn without; to have it,"
                " install a driver for EGL (libgl1-mesa-dri has one that needs no GPU), or say gl=off"
                " to be content", error->message);
    options->gl = DISPLAYGL_MODE_OFF;
}

static void early_init(DisplayOptions *options)
{
    const char *mismatch = display_host_mismatch();

    if (mismatch) {
        error_report("the GTK display was built for another QEMU: %s", mismatch);
        exit(EXIT_FAILURE);
    }
    /* QEMU reads and writes numbers as in C. */
    gtk_disable_setlocale();
    if (!gtk_init_check(NULL, NULL)) {
        error_report("gtk: there is no X server and no Wayland compositor to show a window on; set"
                     " DISPLAY or WAYLAND_DISPLAY, or choose a display without a window, e.g."
                     " -display none -vnc :0");
        exit(EXIT_FAILURE);
    }
    display_gtk_terminals_register_type();
    if (options->has_gl && options->gl != DISPLAYGL_MODE_OFF) {
        set_up_gl(options);
    }
}

static void init(DisplayState *state, DisplayOptions *options)
{
    const DisplayGtkOptions own = display_gtk_options(options);

    display_gtk_window_show(display_gtk_window_new(&own, gl));
}

static QemuDisplay display_gtk = {
    .type = DISPLAY_TYPE_GTK,
    .early_init = early_init,
    .init = init,
};

static void register_display_gtk(void)
{
    qemu_display_register(&display_gtk);
}

type_init(register_display_gtk)
