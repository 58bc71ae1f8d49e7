/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all users of EGL in one process agree on (in ui-opengl): the display, its configuration.
 * Whoever sets EGL up stores them, for the GL devices and the ready provider callbacks.
 */
#ifndef HOST_QEMU_UI_EGL_HELPERS_H
#define HOST_QEMU_UI_EGL_HELPERS_H

#include <epoxy/gl.h>
#include <epoxy/egl.h>

#include "ui/console.h"

struct gbm_device;

/* Holds an EGLDisplay, whatever its type says. */
extern EGLDisplay *qemu_egl_display;
extern EGLConfig qemu_egl_config;
extern DisplayGLMode qemu_egl_mode;   /* DISPLAYGL_MODE_CORE or _ES once set up */
extern EGLContext qemu_egl_rn_ctx;    /* without a window system: the context to share with */
extern int qemu_egl_rn_fd;
extern struct gbm_device *qemu_egl_rn_gbm_dev;

#endif
