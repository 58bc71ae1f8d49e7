/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fences of virglrenderer, signalled by a thread of the library's own.
 *
 * On the timeline of the device the library keeps 32 bits of a serial; it signals in order, so the
 * rest is known. A fence on a ring that it refuses is waited for on the timeline of the device.
 */
#include "virgl-private.h"

static VgpuVirgl *virgl(void *renderer)
{
    return renderer;
}

/*
 * Call with the lock held. All fences of OpenGL are waited for by one thread, in the order they were
 * made; those of Vulkan by others, maybe for ever.
 */
static void retire(VgpuVirgl *self, uint64_t serial)
{
    if (g_hash_table_remove(self->others, GSIZE_TO_POINTER(serial))) {
        return;
    }
    self->retired = MAX(self->retired, serial);
    g_cond_signal(&self->retired_more);
}

/* Call with the lock held; what is raised here is posted, nothing comes back. */
static void raise_up_to(VgpuVirgl *self, uint64_t serial)
{
    const VgpuFence fence = { .serial = serial };
    VgpuFence *stand_in;

    self->signalled = serial;
    retire(self, serial);
    vgpu_signals_raise(self->base.signals, &fence);
    while ((stand_in = g_queue_peek_head(&self->stand_ins)) && stand_in->serial <= serial) {
        vgpu_signals_raise(self->base.signals, stand_in);
        g_free(g_queue_pop_head(&self->stand_ins));
    }
}

void vgpu_virgl_write_fence(void *cookie, uint32_t fence)
{
    VgpuVirgl *self = virgl(cookie);

    g_mutex_lock(&self->lock);
    raise_up_to(self, self->signalled + (uint32_t)(fence - (uint32_t)self->signalled));
    g_mutex_unlock(&self->lock);
}

void vgpu_virgl_write_context_fence(void *cookie, uint32_t ctx_id, uint32_t ring_idx,
                                    uint64_t fence_id)
{
    const VgpuFence fence = {
        .serial = fence_id, .ctx_id = ctx_id, .ring_idx = ring_idx, .on_ring = true,
    };

    VgpuVirgl *self = virgl(cookie);

    vgpu_signals_raise(self->base.signals, &fence);
    g_mutex_lock(&self->lock);
    retire(self, fence_id);
    g_mutex_unlock(&self->lock);
}

static void create_device_fence(VgpuVirgl *self, const VgpuFence *fence)
{
    if (virgl_renderer_create_fence((int)(uint32_t)fence->serial, fence->ctx_id)) {
        /* Late is never as bad as not at all. */
        glFinish();
        vgpu_virgl_write_fence(self, fence->serial);
    }
}

static bool is_venus(VgpuVirgl *self, uint32_t ctx_id)
{
    void *capset_id = g_hash_table_lookup(self->contexts, GUINT_TO_POINTER(ctx_id));

    return GPOINTER_TO_UINT(capset_id) == VIRTIO_GPU_CAPSET_VENUS;
}

void vgpu_virgl_create_fence(VgpuRenderer3D *renderer, const VgpuFence *fence)
{
    VgpuVirgl *self = virgl(renderer);

    g_mutex_lock(&self->lock);
    if (fence->on_ring && is_venus(self, fence->ctx_id)) {
        g_hash_table_add(self->others, GSIZE_TO_POINTER(fence->serial));
    } else {
        self->newest = fence->serial;
    }
    g_mutex_unlock(&self->lock);
    if (fence->on_ring) {
        if (!virgl_renderer_context_create_fence(fence->ctx_id, 0, fence->ring_idx,
                                                 fence->serial)) {
            return;
        }
        g_mutex_lock(&self->lock);
        g_hash_table_remove(self->others, GSIZE_TO_POINTER(fence->serial));
        self->newest = fence->serial;
        g_queue_push_tail(&self->stand_ins, g_memdup2(fence, sizeof(*fence)));
        g_mutex_unlock(&self->lock);
    }
    create_device_fence(self, fence);
}

void vgpu_virgl_settle(VgpuVirgl *self)
{
    g_mutex_lock(&self->lock);
    while (self->retired < self->newest) {
        g_cond_wait(&self->retired_more, &self->lock);
    }
    g_mutex_unlock(&self->lock);
}
