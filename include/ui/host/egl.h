/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EGL as the modules of one QEMU process share it: what a display sets up, GL devices find in the
 * variables of ui-opengl.  Main thread.
 */
#ifndef UI_HOST_EGL_H
#define UI_HOST_EGL_H

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "ui/console.h"
#include "ui/egl/device.h"

/* The API for a value of -display ...,gl=; "off" counts as "on" for displays that need GL. */
DisplayGlApi display_host_gl_api(DisplayGLMode mode);

/* Tells the other modules about a display and, unless EGL_NO_CONTEXT, a context without window. */
void display_host_publish_egl(DisplayEgl *egl, EGLContext context);

/*
 * Opens EGL without windows (see display_egl_open()), makes a context current and tells the other
 * modules.  NULL with an error that says what to do.
 */
DisplayEgl *display_host_open_egl(const char *render_node, DisplayGLMode mode, EGLContext *context,
                                  Error **errp);

#endif
