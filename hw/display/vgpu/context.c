/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "context.h"

#include "device-private.h"
#include "render.h"

VgpuContext *vgpu_context_find(VgpuDevice *device, uint32_t id)
{
    return g_hash_table_lookup(device->contexts, GUINT_TO_POINTER(id));
}

VgpuContext *vgpu_context_create(VgpuDevice *device, uint32_t id)
{
    VgpuContext *context = g_new(VgpuContext, 1);

    context->id = id;
    context->serial = ++device->context_serial;
    context->rings = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_hash_table_insert(device->contexts, GUINT_TO_POINTER(id), context);
    return context;
}

void vgpu_context_remove(VgpuDevice *device, VgpuContext *context)
{
    g_hash_table_remove(device->contexts, GUINT_TO_POINTER(context->id));
}

static void free_context(VgpuContext *context)
{
    g_hash_table_unref(context->rings);
    g_free(context);
}

void vgpu_context_free(VgpuDevice *device, VgpuContext *context)
{
    GHashTableIter iterator;
    void *timeline;

    g_hash_table_iter_init(&iterator, context->rings);
    while (g_hash_table_iter_next(&iterator, NULL, &timeline)) {
        VgpuCommand *command;

        while ((command = vgpu_timeline_abandon(timeline))) {
            g_assert(device);
            if (command->response) {
                vgpu_device_deliver(device, command);
            }
        }
    }
    free_context(context);
}

void vgpu_context_free_all(VgpuDevice *device)
{
    GHashTableIter iterator;
    void *context;

    g_hash_table_iter_init(&iterator, device->contexts);
    while (g_hash_table_iter_next(&iterator, NULL, &context)) {
        g_hash_table_iter_remove(&iterator);
        free_context(context);
    }
}

VgpuContext *vgpu_context_of_fence(VgpuDevice *device, const struct virtio_gpu_ctrl_hdr *hdr)
{
    bool rings = device->features & (1u << VIRTIO_GPU_F_CONTEXT_INIT);

    return rings && hdr->flags & VIRTIO_GPU_FLAG_INFO_RING_IDX
           ? vgpu_context_find(device, hdr->ctx_id) : NULL;
}

VgpuTimeline *vgpu_timeline_of_fence(VgpuDevice *device, const struct virtio_gpu_ctrl_hdr *hdr)
{
    VgpuContext *context = vgpu_context_of_fence(device, hdr);
    void *ring = GUINT_TO_POINTER(hdr->ring_idx);
    VgpuTimeline *timeline;

    if (!context) {
        return &device->timeline;
    }
    timeline = g_hash_table_lookup(context->rings, ring);
    if (!timeline) {
        timeline = g_new(VgpuTimeline, 1);
        vgpu_timeline_init(timeline);
        g_hash_table_insert(context->rings, ring, timeline);
    }
    return timeline;
}

/* A context of that id may be another one by now: then no serial on its rings is as old. */
static VgpuTimeline *find_timeline(VgpuDevice *device, const VgpuFence *fence)
{
    VgpuContext *context;

    if (!fence->on_ring) {
        return &device->timeline;
    }
    context = vgpu_context_find(device, fence->ctx_id);
    return context ? g_hash_table_lookup(context->rings, GUINT_TO_POINTER(fence->ring_idx)) : NULL;
}

static void signal_all(VgpuDevice *device, VgpuTimeline *timeline)
{
    vgpu_timeline_signal(timeline, device->fence_serial);
    vgpu_device_retire(device, timeline);
}

void vgpu_context_signal_all(VgpuDevice *device)
{
    GHashTableIter contexts, rings;
    void *context, *timeline;

    vgpu_present_signalled(device, device->fence_serial);
    signal_all(device, &device->timeline);
    g_hash_table_iter_init(&contexts, device->contexts);
    while (g_hash_table_iter_next(&contexts, NULL, &context)) {
        g_hash_table_iter_init(&rings, ((VgpuContext *)context)->rings);
        while (g_hash_table_iter_next(&rings, NULL, &timeline)) {
            signal_all(device, timeline);
        }
    }
}

void vgpu_device_deliver_fences(VgpuDevice *device, const VgpuFence *fences, size_t n_fences)
{
    vgpu_device_begin_batch(device);
    for (size_t i = 0; i < n_fences; i++) {
        VgpuTimeline *timeline = find_timeline(device, &fences[i]);

        if (!fences[i].on_ring) {
            vgpu_present_signalled(device, fences[i].serial);
        }
        if (timeline) {
            vgpu_timeline_signal(timeline, fences[i].serial);
            vgpu_device_retire(device, timeline);
        }
    }
    vgpu_device_end_batch(device);
}
