/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virglrenderer's move into the share group of a display.
 *
 * Devices are there before displays: the renderer begins with an EGL of its own, which shows that
 * there is 3D at all. When the guest begins to draw, and there is a display whose EGL can be shared,
 * everything is closed and opened again there.
 */
#include "virgl-private.h"

static VgpuVirgl *virgl(VgpuRenderer3D *renderer)
{
    return (VgpuVirgl *)renderer;
}

void vgpu_virgl_stay(VgpuVirgl *self)
{
    if (self->next_egl) {
        display_egl_destroy_context(self->next_egl, self->next_context);
        g_clear_pointer(&self->next_egl, display_egl_unref);
    }
}

bool vgpu_virgl_choose(VgpuRenderer3D *renderer)
{
    VgpuVirgl *self = virgl(renderer);
    void *context = EGL_NO_CONTEXT;
    bool moved = g_atomic_int_get(&self->with_displays);
    DisplayEgl *egl = NULL;

    if (self->displays && !g_atomic_int_get(&self->stays_home)) {
        egl = self->displays->choose(self->displays, moved, &context);
    }
    if (!egl) {
        return g_atomic_pointer_get(&self->lost);
    }
    g_mutex_lock(&self->lock);
    vgpu_virgl_stay(self);
    self->next_egl = egl;
    self->next_context = context;
    g_mutex_unlock(&self->lock);
    return true;
}

static DisplayEgl *take_next(VgpuVirgl *self, EGLContext *context)
{
    DisplayEgl *egl;

    g_mutex_lock(&self->lock);
    egl = g_steal_pointer(&self->next_egl);
    *context = self->next_context;
    g_mutex_unlock(&self->lock);
    return egl;
}

static void begin_anew(VgpuVirgl *self)
{
    vgpu_virgl_refill_capsets(self);
    self->has_told = false;
}

/* False with nothing open. */
static bool open_there(VgpuVirgl *self, DisplayEgl *egl, EGLContext context, GError **error)
{
    vgpu_virgl_close(self);
    self->egl = egl;
    self->context = context;
    g_atomic_int_set(&self->with_displays, 1);
    if (vgpu_virgl_enter_egl(self, error) && vgpu_virgl_open_library(self, error)) {
        begin_anew(self);
        return true;
    }
    g_atomic_int_set(&self->stays_home, 1);
    vgpu_virgl_close(self);
    return false;
}

/* What worked before should work again; else there is an end to it until the next reset. */
void vgpu_virgl_move_home(VgpuVirgl *self)
{
    g_autoptr(GError) error = NULL;

    vgpu_virgl_close(self);
    g_atomic_int_set(&self->with_displays, 0);
    if (vgpu_virgl_open_egl(self, &error) && vgpu_virgl_open_library(self, &error)) {
        begin_anew(self);
        return;
    }
    vgpu_virgl_close(self);
    vgpu_virgl_lose(self, "there is no EGL any more");
    vgpu_virgl_tell(self, error->message);
}

void vgpu_virgl_move(VgpuRenderer3D *renderer)
{
    VgpuVirgl *self = virgl(renderer);
    g_autoptr(GError) error = NULL;
    EGLContext context;
    DisplayEgl *egl;

    /* Resources that are left from before a reset are what the guest still has mapped. */
    if (g_hash_table_size(self->resources)) {
        return;
    }
    if (vgpu_virgl_is_lost(renderer)) {
        vgpu_virgl_move_home(self);
        return;
    }
    egl = take_next(self, &context);
    if (egl && !open_there(self, egl, context, &error)) {
        vgpu_virgl_move_home(self);
        if (!self->lost) {
            g_warning("virtio-gpu cannot share with the display: %s", error->message);
        }
    }
}
