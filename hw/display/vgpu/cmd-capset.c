/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that ask what the 3D renderer can do (clause 5.7.6.8). */
#include "commands.h"
#include "render.h"

uint32_t vgpu_cmd_get_capset_info(VgpuDevice *device, VgpuCommand *command)
{
    uint32_t index = command->request.get_capset_info.capset_index;
    const VgpuRenderer3D *renderer = device->config.renderer_3d;
    struct virtio_gpu_resp_capset_info *response;

    if (index >= renderer->n_capsets) {
        vgpu_device_guest_error(device, "no capability set of index %u", index);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    response = vgpu_command_payload(command, sizeof(*response));
    response->capset_id = renderer->capsets[index].id;
    response->capset_max_version = renderer->capsets[index].max_version;
    response->capset_max_size = renderer->capsets[index].size;
    return VIRTIO_GPU_RESP_OK_CAPSET_INFO;
}

const VgpuCapset *vgpu_device_find_capset(VgpuDevice *device, uint32_t id)
{
    const VgpuRenderer3D *renderer = device->config.renderer_3d;

    for (uint32_t i = 0; i < renderer->n_capsets; i++) {
        if (renderer->capsets[i].id == id) {
            return &renderer->capsets[i];
        }
    }
    return NULL;
}

static uint32_t run_get_capset(VgpuRenderCall *call)
{
    return VIRTIO_GPU_RESP_OK_CAPSET;
}

static void finish_get_capset(VgpuRenderCall *call)
{
    const VgpuCapset *capset = vgpu_device_find_capset(call->base.device, call->capset_id);
    VgpuCommand *command = call->base.command;

    if (command) {
        struct virtio_gpu_resp_capset *response =
            vgpu_command_payload(command, sizeof(*response) + capset->size);

        memcpy(response->capset_data, capset->data, capset->size);
    }
}

/* The first to ask has the renderer move to where it stays; only then it is known what it can do. */
uint32_t vgpu_cmd_get_capset(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_get_capset *request = &command->request.get_capset;
    const VgpuCapset *capset = vgpu_device_find_capset(device, request->capset_id);
    VgpuRenderCall *call;

    if (!capset || request->capset_version > capset->max_version) {
        vgpu_device_guest_error(device, "no capability set %u of version %u", request->capset_id,
                                request->capset_version);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    call = vgpu_render_call_create(device, command, NULL, run_get_capset);
    call->capset_id = request->capset_id;
    call->finish = finish_get_capset;
    return vgpu_render_call_submit(device, call);
}
