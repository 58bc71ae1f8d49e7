/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands on blob resources (clause 5.7.6.8). */
#include "commands.h"
#include "render.h"
#include "shadow.h"

#define KNOWN_BLOB_FLAGS (VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE | VIRTIO_GPU_BLOB_FLAG_USE_SHAREABLE | \
                          VIRTIO_GPU_BLOB_FLAG_USE_CROSS_DEVICE)

static bool is_valid(VgpuDevice *device, const struct virtio_gpu_resource_create_blob *request)
{
    uint32_t alignment = device->features & (1u << VIRTIO_GPU_F_BLOB_ALIGNMENT)
                         ? device->config.blob_alignment : 1;

    return !(request->blob_flags & ~KNOWN_BLOB_FLAGS) &&
           request->size && request->size <= VGPU_MAX_BLOB_SIZE && !(request->size % alignment);
}

bool vgpu_blob_is_valid(VgpuDevice *device, const struct virtio_gpu_resource_create_blob *request)
{
    return request->blob_mem == VIRTIO_GPU_BLOB_MEM_GUEST && is_valid(device, request);
}

static bool is_valid_host_blob(VgpuDevice *device,
                               const struct virtio_gpu_resource_create_blob *request)
{
    return device->features & (1u << VIRTIO_GPU_F_VIRGL) &&
           (request->blob_mem == VIRTIO_GPU_BLOB_MEM_HOST3D ||
            request->blob_mem == VIRTIO_GPU_BLOB_MEM_HOST3D_GUEST) && is_valid(device, request);
}

uint32_t vgpu_cmd_resource_create_blob(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_resource_create_blob *request = &command->request.create_blob;
    uint32_t response = VIRTIO_GPU_RESP_ERR_UNSPEC;
    VgpuResource *resource;
    VgpuBacking *backing;

    if (!vgpu_blob_is_valid(device, request) && !is_valid_host_blob(device, request)) {
        vgpu_device_guest_error(device, "resource %u: no blob of %" G_GUINT64_FORMAT " bytes in "
                                "memory %u with flags 0x%x", request->resource_id,
                                (guint64)request->size, request->blob_mem, request->blob_flags);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    if (g_hash_table_size(device->resources) >= VGPU_MAX_RESOURCES) {
        vgpu_device_guest_error(device, "resource %u is one too many", request->resource_id);
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    if (request->blob_mem != VIRTIO_GPU_BLOB_MEM_GUEST) {
        return vgpu_render_create_blob(device, command);
    }
    backing = vgpu_command_map_backing(device, command, request->nr_entries, &response);
    if (!backing) {
        return response;
    }
    resource = vgpu_resource_add_blob(device, request);
    response = vgpu_resource_attach(device, resource, backing);
    if (response != VIRTIO_GPU_RESP_OK_NODATA) {
        vgpu_resource_destroy(device, resource);
    }
    return response;
}

/* A version 4 (random) uuid, RFC 4122. */
static uint8_t *make_uuid(void)
{
    uint8_t *uuid = g_malloc(VGPU_UUID_SIZE);

    for (int i = 0; i < VGPU_UUID_SIZE; i += sizeof(uint32_t)) {
        uint32_t random = g_random_int();

        memcpy(uuid + i, &random, sizeof(random));
    }
    uuid[6] = (uuid[6] & 0x0f) | 0x40;
    uuid[8] = (uuid[8] & 0x3f) | 0x80;
    return uuid;
}

uint32_t vgpu_cmd_resource_assign_uuid(VgpuDevice *device, VgpuCommand *command)
{
    struct virtio_gpu_resp_resource_uuid *response =
        vgpu_command_payload(command, sizeof(*response));
    void *id = GUINT_TO_POINTER(command->resource->id);
    uint8_t *uuid = g_hash_table_lookup(device->uuids, id);

    if (!uuid) {
        uuid = make_uuid();
        g_hash_table_insert(device->uuids, id, uuid);
    }
    memcpy(response->uuid, uuid, VGPU_UUID_SIZE);
    return VIRTIO_GPU_RESP_OK_RESOURCE_UUID;
}

static VgpuFramebuffer framebuffer_of(const struct virtio_gpu_set_scanout_blob *request)
{
    return (VgpuFramebuffer) {
        .width = request->width,
        .height = request->height,
        .format = request->format,
        .stride = request->strides[0],
        .offset = request->offsets[0],
    };
}

/* The picture can be seen. Meanwhile the driver may have asked for another. */
static void show_blob(VgpuDevice *device, VgpuResource *resource, VgpuCommand *command)
{
    const struct virtio_gpu_set_scanout_blob *request = &command->request.set_scanout_blob;
    pixman_box32_t source;

    if (device->scanouts[request->scanout_id].asked != command->asked) {
        return;
    }
    vgpu_scanout_source(request->width, request->height, &request->r, &source);
    vgpu_scanout_set(device, request->scanout_id, resource, resource->buffer, &source);
    command->scanouts |= 1u << request->scanout_id;
}

uint32_t vgpu_cmd_set_scanout_blob(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_set_scanout_blob *request = &command->request.set_scanout_blob;
    const VgpuFramebuffer framebuffer = framebuffer_of(request);
    VgpuResource *resource = command->resource;
    pixman_box32_t source;

    if (!resource) {
        device->scanouts[request->scanout_id].asked++;
        vgpu_scanout_disable(device, request->scanout_id);
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    if (!resource->backing && !resource->rendered) {
        vgpu_device_guest_error(device, "resource %u has no backing", resource->id);
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    if (!vgpu_framebuffer_is_valid(&framebuffer, resource->blob->size) ||
        !vgpu_scanout_source(request->width, request->height, &request->r, &source)) {
        vgpu_device_guest_error(device, "scanout %u: no picture of %u x %u pixels (format %u, stride "
                                "%u, offset %u) in resource %u", request->scanout_id,
                                request->width, request->height, request->format,
                                request->strides[0], request->offsets[0], resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    command->asked = ++device->scanouts[request->scanout_id].asked;
    if (resource->rendered) {
        command->scanouts |= 1u << request->scanout_id;
        return vgpu_render_set_scanout_blob(device, command, &framebuffer, &source);
    }
    vgpu_resource_get_framebuffer(resource, &framebuffer);
    if (vgpu_resource_is_shadowed(resource)) {
        const pixman_box32_t all = { 0, 0, request->width, request->height };

        return vgpu_shadow_update(device, command, &all, show_blob);
    }
    show_blob(device, resource, command);
    return VIRTIO_GPU_RESP_OK_NODATA;
}
