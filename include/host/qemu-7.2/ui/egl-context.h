/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ready callbacks of a GL provider on EGL (in ui-opengl).
 */
#ifndef HOST_QEMU_UI_EGL_CONTEXT_H
#define HOST_QEMU_UI_EGL_CONTEXT_H

#include "ui/console.h"
#include "ui/egl-helpers.h"

/* Shares with whatever context is current. */
QEMUGLContext qemu_egl_create_context(DisplayGLCtx *dgc, QEMUGLParams *params);
void qemu_egl_destroy_context(DisplayGLCtx *dgc, QEMUGLContext ctx);
/* Answers EGL_TRUE when it worked. */
int qemu_egl_make_context_current(DisplayGLCtx *dgc, QEMUGLContext ctx);

#endif
