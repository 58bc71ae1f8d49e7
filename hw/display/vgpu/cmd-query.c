/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that ask about the host's displays (clause 5.7.6.8). */
#include "commands.h"

uint32_t vgpu_cmd_get_display_info(VgpuDevice *device, VgpuCommand *command)
{
    struct virtio_gpu_resp_display_info *info = vgpu_command_payload(command, sizeof(*info));

    for (uint32_t i = 0; i < device->config.max_outputs; i++) {
        const VgpuOutput *output = &device->outputs[i];

        if (output->enabled) {
            info->pmodes[i].enabled = 1;
            info->pmodes[i].r.width = output->width;
            info->pmodes[i].r.height = output->height;
        }
    }
    return VIRTIO_GPU_RESP_OK_DISPLAY_INFO;
}

uint32_t vgpu_cmd_get_edid(VgpuDevice *device, VgpuCommand *command)
{
    struct virtio_gpu_resp_edid *response = vgpu_command_payload(command, sizeof(*response));
    uint32_t scanout_id = command->request.get_edid.scanout;
    VgpuSink *sink = device->config.sink;

    response->size = sink->ops->get_edid(sink, &device->outputs[scanout_id], response->edid,
                                         VGPU_EDID_SIZE);
    return VIRTIO_GPU_RESP_OK_EDID;
}
