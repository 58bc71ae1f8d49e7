/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EGL without windows, for all modules of the process. */
#include "ui/host/egl.h"

#include "ui/egl-helpers.h"

DisplayGlApi display_host_gl_api(DisplayGLMode mode)
{
    return mode == DISPLAYGL_MODE_ES ? DISPLAY_GL_ES : DISPLAY_GL_CORE;
}

void display_host_publish_egl(DisplayEgl *egl, EGLContext context)
{
    qemu_egl_display = egl->display;
    qemu_egl_config = egl->config;
    qemu_egl_mode = egl->api == DISPLAY_GL_ES ? DISPLAYGL_MODE_ES : DISPLAYGL_MODE_CORE;
    if (context != EGL_NO_CONTEXT) {
        qemu_egl_rn_ctx = context;
        qemu_egl_rn_fd = egl->render_node;
        qemu_egl_rn_gbm_dev = egl->gbm;
    }
}

DisplayEgl *display_host_open_egl(const char *render_node, DisplayGLMode mode, EGLContext *context,
                                  Error **errp)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DisplayEgl) egl = display_egl_open(render_node, display_host_gl_api(mode), &error);

    *context = egl ? display_egl_create_context(egl, 0, 0, &error) : EGL_NO_CONTEXT;
    if (*context != EGL_NO_CONTEXT && !display_egl_make_current(egl, *context)) {
        display_egl_destroy_context(egl, *context);
        *context = EGL_NO_CONTEXT;
        error = g_error_new(DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                            "the new context cannot be used");
    }
    if (*context == EGL_NO_CONTEXT) {
        error_setg(errp, "OpenGL is not available: %s", error->message);
        error_append_hint(errp, "Install a driver for EGL (libgl1-mesa-dri has one that needs no"
                          " GPU), name a render node that this user may open"
                          " (-display ...,rendernode=PATH), or set VGPU_EGL_DEVICE to"
                          " \"surfaceless\" or \"device:N\".\n");
        return NULL;
    }
    display_host_publish_egl(egl, *context);
    return g_steal_pointer(&egl);
}
