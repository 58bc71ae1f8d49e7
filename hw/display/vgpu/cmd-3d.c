/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands on 3D resources and their content (clause 5.7.6.8). */
#include "commands.h"
#include "render.h"

static uint32_t run_create(VgpuRenderCall *call)
{
    return call->renderer->ops->create_resource(call->renderer, &call->request.create_3d);
}

void vgpu_render_finish_create(VgpuRenderCall *call)
{
    VgpuResource *resource = call->base.resource;

    if (call->base.response != VIRTIO_GPU_RESP_OK_NODATA && !resource->gone) {
        vgpu_resource_destroy(call->base.device, resource);
    }
}

uint32_t vgpu_cmd_resource_create_3d(VgpuDevice *device, VgpuCommand *command)
{
    VgpuResource *resource = vgpu_resource_create_3d(device, &command->request.create_3d);
    VgpuRenderCall *call;

    if (!resource) {
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    call = vgpu_render_call_create(device, command, resource, run_create);
    call->finish = vgpu_render_finish_create;
    return vgpu_render_call_submit(device, call);
}

static uint32_t run_transfer(VgpuRenderCall *call)
{
    const struct virtio_gpu_transfer_host_3d *request = &call->request.transfer_host_3d;
    const VgpuTransfer3D transfer = {
        .resource_id = request->resource_id,
        .ctx_id = request->hdr.ctx_id,
        .level = request->level,
        .stride = request->stride,
        .layer_stride = request->layer_stride,
        .offset = request->offset,
        .box = request->box,
        .to_host = request->hdr.type == VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D,
    };

    return call->renderer->ops->transfer(call->renderer, &transfer);
}

/* One handler for both directions. */
uint32_t vgpu_cmd_transfer_3d(VgpuDevice *device, VgpuCommand *command)
{
    VgpuResource *resource = command->resource;

    if (!resource->backing) {
        vgpu_device_guest_error(device, "resource %u has no backing", resource->id);
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    vgpu_render_adopt(device, resource);
    return vgpu_render_call_submit_drawing(device, vgpu_render_call_create(device, command,
                                                                           resource,
                                                                           run_transfer));
}
