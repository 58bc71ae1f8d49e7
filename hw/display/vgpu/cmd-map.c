/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands on the window through which the guest sees blobs (clause 5.7.6.8). */
#include "commands.h"
#include "held.h"
#include "mapping.h"
#include "render.h"

/* Returns the response that carries it; nobody may be there any more to hear it. */
static uint32_t tell_map_info(VgpuCommand *command, uint32_t map_info)
{
    struct virtio_gpu_resp_map_info *response;

    if (command) {
        response = vgpu_command_payload(command, sizeof(*response));
        response->map_info = map_info & VIRTIO_GPU_MAP_CACHE_MASK;
    }
    return VIRTIO_GPU_RESP_OK_MAP_INFO;
}

static uint32_t run_map(VgpuRenderCall *call)
{
    VgpuRenderer3D *renderer = call->renderer;

    return renderer->ops->map_blob(renderer, call->request.map_blob.resource_id, &call->memory);
}

static uint32_t place_address(VgpuDevice *device, VgpuMapping *mapping,
                              const VgpuHostMemory *memory)
{
    VgpuResource *resource = mapping->resource;

    if (!vgpu_mapping_is_whole_pages(resource, memory)) {
        vgpu_device_guest_error(device, "resource %u: its memory is not in whole pages",
                                resource->id);
        vgpu_holder_unmap(device->holder, resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    if (vgpu_holder_is_full(device->holder)) {
        vgpu_device_guest_error(device, "resource %u is mapped as one too many", resource->id);
        vgpu_holder_unmap(device->holder, resource->id);
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    return vgpu_mapping_place_held(device, mapping, vgpu_held_create(device, resource, memory));
}

/* The mapping that was asked for, unless the driver has changed its mind since. */
static VgpuMapping *find_mapping(const VgpuRenderCall *call)
{
    const VgpuResource *resource = call->base.resource;
    VgpuMapping *mapping = resource->gone ? NULL : resource->blob->mapping;

    return mapping && mapping->serial == call->mapping_serial ? mapping : NULL;
}

static void finish_map(VgpuRenderCall *call)
{
    VgpuDevice *device = call->base.device;
    VgpuResource *resource = call->base.resource;
    VgpuMapping *mapping = find_mapping(call);
    uint32_t response = call->base.response;

    if (response == VIRTIO_GPU_RESP_OK_NODATA && mapping) {
        response = call->memory.fd >= 0
                   ? vgpu_mapping_place_file(device, mapping, &call->memory)
                   : place_address(device, mapping, &call->memory);
    } else if (response == VIRTIO_GPU_RESP_OK_NODATA && call->memory.fd < 0 && !resource->gone) {
        vgpu_holder_unmap(device->holder, resource->id);
    }
    if (response == VIRTIO_GPU_RESP_OK_NODATA) {
        response = tell_map_info(call->base.command, call->memory.map_info);
    } else if (mapping) {
        vgpu_mapping_destroy(device, mapping);
    }
    call->base.response = response;
}

static uint32_t submit_map(VgpuDevice *device, VgpuCommand *command)
{
    VgpuRenderCall *call = vgpu_render_call_create(device, command, command->resource, run_map);

    call->mapping_serial = command->resource->blob->mapping->serial;
    call->finish = finish_map;
    return vgpu_render_call_submit(device, call);
}

/* It was mapped a moment ago, and is still at its address. */
static uint32_t map_again(VgpuDevice *device, VgpuCommand *command)
{
    VgpuBlob *blob = command->resource->blob;
    uint32_t map_info = blob->held->memory.map_info;
    uint32_t response = vgpu_mapping_place_held(device, blob->mapping, blob->held);

    if (response == VIRTIO_GPU_RESP_OK_NODATA) {
        return tell_map_info(command, map_info);
    }
    vgpu_mapping_destroy(device, blob->mapping);
    return response;
}

uint32_t vgpu_cmd_map_blob(VgpuDevice *device, VgpuCommand *command)
{
    VgpuResource *resource = command->resource;
    uint32_t response;

    if (!device->config.window) {
        vgpu_device_guest_error(device, "resource %u: there is no window to map it to",
                                resource->id);
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    if (!(resource->blob->flags & VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE) || resource->blob->mapping) {
        vgpu_device_guest_error(device, "resource %u is %s", resource->id,
                                resource->blob->mapping ? "mapped already" : "not to be mapped");
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    response = vgpu_mapping_create(device, resource, command->request.map_blob.offset);
    if (response != VIRTIO_GPU_RESP_OK_NODATA) {
        return response;
    }
    return resource->blob->held ? map_again(device, command) : submit_map(device, command);
}

uint32_t vgpu_cmd_unmap_blob(VgpuDevice *device, VgpuCommand *command)
{
    VgpuMapping *mapping = command->resource->blob->mapping;

    if (!mapping) {
        vgpu_device_guest_error(device, "resource %u is not mapped", command->resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    vgpu_mapping_destroy(device, mapping);
    return VIRTIO_GPU_RESP_OK_NODATA;
}
