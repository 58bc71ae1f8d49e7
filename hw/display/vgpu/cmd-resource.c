/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands on 2D resources, their backing and their content (clause 5.7.6.8). */
#include "commands.h"
#include "iov.h"
#include "rect.h"
#include "render.h"

uint32_t vgpu_cmd_resource_create_2d(VgpuDevice *device, VgpuCommand *command)
{
    VgpuResource *resource;

    return vgpu_resource_create_2d(device, &command->request.create_2d, &resource);
}

uint32_t vgpu_cmd_resource_unref(VgpuDevice *device, VgpuCommand *command)
{
    if (command->resource->rendered) {
        return vgpu_render_unref(device, command);
    }
    vgpu_resource_destroy(device, command->resource);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

/*
 * The page list that follows a request, copied out of guest memory; NULL with `response` set when
 * there is less of it than announced or more than the device takes.
 */
static struct virtio_gpu_mem_entry *read_entries(VgpuDevice *device, VgpuCommand *command,
                                                 uint32_t n_entries, uint32_t *response)
{
    uint64_t size = (uint64_t)n_entries * sizeof(struct virtio_gpu_mem_entry);
    struct virtio_gpu_mem_entry *entries;

    if (!n_entries || command->out_size - command->info->size < size) {
        vgpu_device_guest_error(device, "%s: page list of %u entries is not all there",
                                command->info->name, n_entries);
        *response = VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
        return NULL;
    }
    if (n_entries > VGPU_MAX_BACKING_ENTRIES ||
        n_entries + device->backing_ranges > VGPU_MAX_BACKING_RANGES) {
        vgpu_device_guest_error(device, "%s: page list of %u entries is too long",
                                command->info->name, n_entries);
        *response = VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
        return NULL;
    }
    entries = g_malloc(size);
    vgpu_iov_read(command->out, command->n_out, command->info->size, entries, size);
    return entries;
}

VgpuBacking *vgpu_command_map_backing(VgpuDevice *device, VgpuCommand *command,
                                      uint32_t n_entries, uint32_t *response)
{
    g_autofree struct virtio_gpu_mem_entry *entries = read_entries(device, command, n_entries,
                                                                   response);
    VgpuBacking *backing;

    if (!entries) {
        return NULL;
    }
    backing = vgpu_backing_create(device->config.memory, entries, n_entries);
    if (!backing) {
        vgpu_device_guest_error(device, "%s: its page list is not all RAM", command->info->name);
        *response = VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    return backing;
}

uint32_t vgpu_cmd_attach_backing(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_resource_attach_backing *request = &command->request.attach_backing;
    uint32_t response = VIRTIO_GPU_RESP_ERR_UNSPEC;
    VgpuResource *resource = command->resource;
    VgpuBacking *backing;

    if (resource->backing) {
        vgpu_device_guest_error(device, "resource %u has a backing already", resource->id);
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    backing = vgpu_command_map_backing(device, command, request->nr_entries, &response);
    if (backing) {
        response = vgpu_resource_attach(device, resource, backing);
    }
    return response == VIRTIO_GPU_RESP_OK_NODATA && resource->rendered
           ? vgpu_render_attach_backing(device, command) : response;
}

static bool require_backing(VgpuDevice *device, const VgpuResource *resource)
{
    if (!resource->backing) {
        vgpu_device_guest_error(device, "resource %u has no backing", resource->id);
    }
    return resource->backing;
}

uint32_t vgpu_cmd_detach_backing(VgpuDevice *device, VgpuCommand *command)
{
    if (!require_backing(device, command->resource)) {
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    if (command->resource->rendered) {
        return vgpu_render_detach_backing(device, command);
    }
    vgpu_resource_detach(device, command->resource);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t vgpu_cmd_transfer_to_host_2d(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_transfer_to_host_2d *request = &command->request.transfer_to_host_2d;
    VgpuResource *resource = command->resource;
    pixman_box32_t box;

    if (!require_backing(device, resource)) {
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    if (resource->blob) {
        /* Linux asks for it, although a blob's pages are what is shown. */
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    if (!vgpu_rect_to_box(&request->r, resource->width, resource->height, &box)) {
        vgpu_device_guest_error(device, "resource %u: transfer outside of it", resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    if (vgpu_box_is_empty(&box)) {
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    if (resource->rendered) {
        return vgpu_render_transfer_2d(device, command);
    }
    return device->renderer->transfer_to_host_2d(device, command, resource, &box, request->offset);
}
