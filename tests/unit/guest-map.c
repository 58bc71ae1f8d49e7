/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest-map.h"

#define ASK(harness, request) \
    vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &(request), sizeof(request))

struct virtio_gpu_resource_create_blob vgpu_wire_host_blob(uint32_t id, uint64_t kind,
                                                           uint64_t n_pages)
{
    return (struct virtio_gpu_resource_create_blob) {
        .hdr = { .type = VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, .ctx_id = VGPU_GUEST_CONTEXT },
        .resource_id = id, .blob_mem = VIRTIO_GPU_BLOB_MEM_HOST3D,
        .blob_flags = VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE,
        .blob_id = kind, .size = n_pages * VGPU_GUEST_PAGE,
    };
}

struct virtio_gpu_resource_map_blob vgpu_wire_map(uint32_t id, uint64_t offset)
{
    return (struct virtio_gpu_resource_map_blob) {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB, .resource_id = id, .offset = offset,
    };
}

struct virtio_gpu_resource_unmap_blob vgpu_wire_unmap(uint32_t id)
{
    return (struct virtio_gpu_resource_unmap_blob) {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_UNMAP_BLOB, .resource_id = id,
    };
}

uint32_t vgpu_guest_make_host_blob(VgpuHarness *harness, uint32_t id, uint64_t kind,
                                   uint64_t n_pages)
{
    struct virtio_gpu_resource_create_blob create = vgpu_wire_host_blob(id, kind, n_pages);

    vgpu_guest_ctx_create(harness, VGPU_GUEST_CONTEXT, 0);
    return ASK(harness, create);
}

uint32_t vgpu_guest_map(VgpuHarness *harness, uint32_t id, uint64_t offset)
{
    struct virtio_gpu_resource_map_blob request = vgpu_wire_map(id, offset);

    return ASK(harness, request);
}

uint32_t vgpu_guest_unmap(VgpuHarness *harness, uint32_t id)
{
    struct virtio_gpu_resource_unmap_blob request = vgpu_wire_unmap(id);

    return ASK(harness, request);
}
