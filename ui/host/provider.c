/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayProvider: GL contexts for devices. */
#include "ui/host/provider.h"

static DisplayProvider *of_base(DisplayGLCtx *base)
{
    return container_of(base, DisplayProvider, base);
}

static bool is_compatible(DisplayGLCtx *base, DisplayChangeListener *listener)
{
    DisplayProvider *self = of_base(base);

    if (listener->ops == self->own || display_mirror_is_own(listener)) {
        return true;
    }
    /* Who draws GL pictures on its own needs a provider of its own. */
    if (listener->ops->dpy_gl_update) {
        return false;
    }
    if (listener->ops->dpy_gfx_update) {
        display_mirror_watch(self->mirror);
    }
    return true;
}

static QEMUGLContext create_context(DisplayGLCtx *base, QEMUGLParams *params)
{
    /* Renderers try one version after the other: that one is missing is no news. */
    return display_egl_create_context(of_base(base)->egl, params->major_ver, params->minor_ver, NULL);
}

static void destroy_context(DisplayGLCtx *base, QEMUGLContext context)
{
    display_egl_destroy_context(of_base(base)->egl, context);
}

static int make_current(DisplayGLCtx *base, QEMUGLContext context)
{
    return display_egl_make_current(of_base(base)->egl, context);
}

static const DisplayGLCtxOps provider_ops = {
    .dpy_gl_ctx_is_compatible_dcl = is_compatible,
    .dpy_gl_ctx_create = create_context,
    .dpy_gl_ctx_destroy = destroy_context,
    .dpy_gl_ctx_make_current = make_current,
};

void display_provider_init(DisplayProvider *provider, QemuConsole *con, DisplayEgl *egl,
                           EGLContext context, const DisplayChangeListenerOps *own)
{
    *provider = (DisplayProvider) {
        .base.ops = &provider_ops,
        .egl = egl,
        .mirror = display_mirror_create(con, egl, context),
        .own = own,
    };
    qemu_console_set_display_gl_ctx(con, &provider->base);
    display_mirror_start(provider->mirror);
}
