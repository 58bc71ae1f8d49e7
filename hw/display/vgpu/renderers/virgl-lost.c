/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it is noticed that the renderer is lost: its contexts, where they are told of resets, or what
 * EGL says when it fails. It is begun anew by vgpu_virgl_move_home().
 */
#include "virgl-private.h"

void vgpu_virgl_lose(VgpuVirgl *self, const char *why)
{
    /* What came first is the reason for the others. */
    g_atomic_pointer_compare_and_exchange(&self->lost, NULL, why);
    /* The contexts of displays are lost as well, and the renderer can do without. */
    g_atomic_int_set(&self->stays_home, 1);
}

void vgpu_virgl_tell(VgpuVirgl *self, const char *why)
{
    if (!self->has_told) {
        g_warning("virtio-gpu has lost 3D until its guest resets it: %s", why);
        self->has_told = true;
    }
}

/* ---- resets of the GPU ---------------------------------------------------------------------- */

static GLenum get_status(void)
{
    return glGetGraphicsResetStatus();
}

static GLenum get_status_arb(void)
{
    return glGetGraphicsResetStatusARB();
}

static GLenum get_status_ext(void)
{
    return glGetGraphicsResetStatusEXT();
}

void vgpu_virgl_find_reset_status(VgpuVirgl *self)
{
    const bool is_es = !epoxy_is_desktop_gl();
    GLint strategy = GL_NO_RESET_NOTIFICATION;

    if (epoxy_gl_version() >= (is_es ? 32 : 45) ||
        (!is_es && epoxy_has_gl_extension("GL_KHR_robustness"))) {
        self->get_reset_status = get_status;
    } else if (epoxy_has_gl_extension("GL_ARB_robustness")) {
        self->get_reset_status = get_status_arb;
    } else if (epoxy_has_gl_extension("GL_EXT_robustness")) {
        self->get_reset_status = get_status_ext;
    }
    if (self->get_reset_status) {
        glGetIntegerv(GL_RESET_NOTIFICATION_STRATEGY, &strategy);
    }
    if (strategy != GL_LOSE_CONTEXT_ON_RESET) {
        self->get_reset_status = NULL;
    }
}

static void look_at_gpu(VgpuVirgl *self)
{
    switch (self->get_reset_status ? self->get_reset_status() : GL_NO_ERROR) {
    case GL_NO_ERROR:
        break;
    case GL_GUILTY_CONTEXT_RESET:
        vgpu_virgl_lose(self, "the GPU was reset because of what the guest drew");
        break;
    case GL_INNOCENT_CONTEXT_RESET:
        vgpu_virgl_lose(self, "the GPU was reset because of another program");
        break;
    default:
        vgpu_virgl_lose(self, "the GPU was reset");
        break;
    }
}

bool vgpu_virgl_is_lost(VgpuRenderer3D *renderer)
{
    VgpuVirgl *self = (VgpuVirgl *)renderer;
    const char *why;

    if (!g_atomic_pointer_get(&self->lost)) {
        look_at_gpu(self);
    }
    why = g_atomic_pointer_get(&self->lost);
    if (why) {
        vgpu_virgl_tell(self, why);
    }
    return why;
}
