/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blobs in memory of the renderer's. */
#include "backing.h"
#include "commands.h"
#include "context.h"
#include "render.h"

static uint32_t run_create(VgpuRenderCall *call)
{
    return call->renderer->ops->create_blob(call->renderer, &call->request.create_blob,
                                            call->backing);
}

/* What comes from the guest's memory beside the renderer's; false with `response` set. */
static bool take_backing(VgpuDevice *device, VgpuCommand *command, VgpuBacking **backing,
                         uint32_t *response)
{
    const struct virtio_gpu_resource_create_blob *request = &command->request.create_blob;

    *backing = NULL;
    if (request->blob_mem == VIRTIO_GPU_BLOB_MEM_HOST3D) {
        *response = VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
        return !request->nr_entries;
    }
    *backing = vgpu_command_map_backing(device, command, request->nr_entries, response);
    if (*backing && (*backing)->size < request->size) {
        *response = VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
        g_clear_pointer(backing, vgpu_backing_unref);
    }
    return *backing;
}

uint32_t vgpu_render_create_blob(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_resource_create_blob *request = &command->request.create_blob;
    uint32_t response = VIRTIO_GPU_RESP_ERR_UNSPEC;
    VgpuResource *resource;
    VgpuBacking *backing;
    VgpuRenderCall *call;

    if (!vgpu_context_find(device, request->hdr.ctx_id)) {
        vgpu_device_guest_error(device, "resource %u: no context %u to take a blob from",
                                request->resource_id, request->hdr.ctx_id);
        return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
    }
    if (!take_backing(device, command, &backing, &response)) {
        vgpu_device_guest_error(device, "resource %u: %u entries are not the pages of a blob of %"
                                G_GUINT64_FORMAT " bytes in memory %u", request->resource_id,
                                request->nr_entries, (guint64)request->size, request->blob_mem);
        return response;
    }
    resource = vgpu_resource_add_blob(device, request);
    resource->rendered = true;
    call = vgpu_render_call_create(device, command, resource, run_create);
    if (backing) {
        call->backing = vgpu_backing_ref(backing);
        vgpu_resource_attach(device, resource, backing);
    }
    call->finish = vgpu_render_finish_create;
    return vgpu_render_call_submit(device, call);
}
