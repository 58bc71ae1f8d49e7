/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operations of a renderer that has lost its library: everything fails, and nothing hangs. */
#include "virgl-private.h"

static uint32_t fail_context(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t capset_id,
                             const char *name)
{
    return VIRTIO_GPU_RESP_ERR_UNSPEC;
}

static void ignore_context(VgpuRenderer3D *renderer, uint32_t ctx_id)
{
}

static void ignore_pair(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t resource_id)
{
}

static uint32_t fail_submit(VgpuRenderer3D *renderer, uint32_t ctx_id, void *stream, size_t size)
{
    return VIRTIO_GPU_RESP_ERR_UNSPEC;
}

static uint32_t fail_resource(VgpuRenderer3D *renderer,
                              const struct virtio_gpu_resource_create_3d *request)
{
    return VIRTIO_GPU_RESP_ERR_UNSPEC;
}

static uint32_t fail_blob(VgpuRenderer3D *renderer,
                          const struct virtio_gpu_resource_create_blob *request,
                          const VgpuBacking *backing)
{
    return VIRTIO_GPU_RESP_ERR_UNSPEC;
}

static uint32_t fail_map(VgpuRenderer3D *renderer, uint32_t resource_id, VgpuHostMemory *memory)
{
    return VIRTIO_GPU_RESP_ERR_UNSPEC;
}

static uint32_t fail_attach(VgpuRenderer3D *renderer, uint32_t resource_id,
                            const VgpuBacking *backing)
{
    return VIRTIO_GPU_RESP_ERR_UNSPEC;
}

static uint32_t fail_transfer(VgpuRenderer3D *renderer, const VgpuTransfer3D *transfer)
{
    return VIRTIO_GPU_RESP_ERR_UNSPEC;
}

static uint32_t fail_picture(VgpuRenderer3D *renderer, const VgpuPicture *picture)
{
    return VIRTIO_GPU_RESP_ERR_UNSPEC;
}

static void signal_fence(VgpuRenderer3D *renderer, const VgpuFence *fence)
{
    vgpu_signals_raise(renderer->signals, fence);
}

static void ignore_reset(VgpuRenderer3D *renderer, GHashTable *held)
{
}

static void destroy(VgpuRenderer3D *renderer)
{
    vgpu_virgl_free((VgpuVirgl *)renderer);
}

const VgpuRenderer3DOps vgpu_virgl_lost_ops = {
    .destroy = destroy,
    .reset = ignore_reset,
    .create_context = fail_context,
    .destroy_context = ignore_context,
    .attach_resource = ignore_pair,
    .detach_resource = ignore_pair,
    .submit = fail_submit,
    .create_resource = fail_resource,
    .destroy_resource = ignore_context,
    .attach_backing = fail_attach,
    .detach_backing = ignore_context,
    .transfer = fail_transfer,
    .create_blob = fail_blob,
    .map_blob = fail_map,
    .unmap_blob = ignore_context,
    .write_picture = fail_picture,
    .read_picture = fail_picture,
    .create_fence = signal_fence,
};
