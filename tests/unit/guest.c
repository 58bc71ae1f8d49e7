/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest.h"

/* Room enough for every answer. */
#define ROOM 2048

VgpuFakeRequest *vgpu_guest_send(VgpuHarness *harness, VgpuQueueId queue,
                                 const void *data, size_t size)
{
    return vgpu_fake_queue_add(&harness->queues[queue], data, size,
                               &(VgpuFakeLayout) { .room = ROOM });
}

static size_t response_size(uint32_t type)
{
    switch (type) {
    case VIRTIO_GPU_RESP_OK_DISPLAY_INFO:
        return sizeof(struct virtio_gpu_resp_display_info);
    case VIRTIO_GPU_RESP_OK_EDID:
        return sizeof(struct virtio_gpu_resp_edid);
    case VIRTIO_GPU_RESP_OK_RESOURCE_UUID:
        return sizeof(struct virtio_gpu_resp_resource_uuid);
    case VIRTIO_GPU_RESP_OK_CAPSET_INFO:
        return sizeof(struct virtio_gpu_resp_capset_info);
    case VIRTIO_GPU_RESP_OK_MAP_INFO:
        return sizeof(struct virtio_gpu_resp_map_info);
    case VIRTIO_GPU_RESP_OK_CAPSET:
        return sizeof(struct virtio_gpu_resp_capset) + VGPU_FAKE_CAPSET_SIZE;
    default:
        return sizeof(struct virtio_gpu_ctrl_hdr);
    }
}

uint32_t vgpu_guest_response(const VgpuFakeRequest *request)
{
    const struct virtio_gpu_ctrl_hdr *hdr = (const void *)request->answer;

    g_assert_cmpint(request->state, ==, VGPU_FAKE_ANSWERED);
    g_assert_cmpuint(request->written, >=, sizeof(*hdr));
    g_assert_cmpuint(request->written, ==, response_size(hdr->type));
    for (int i = 0; i < sizeof(hdr->padding); i++) {
        g_assert_cmphex(hdr->padding[i], ==, 0);
    }
    if (!(hdr->flags & VIRTIO_GPU_FLAG_FENCE)) {
        g_assert_cmphex(hdr->flags, ==, 0);
        g_assert_cmphex(hdr->fence_id, ==, 0);
        g_assert_cmphex(hdr->ctx_id, ==, 0);
        g_assert_cmphex(hdr->ring_idx, ==, 0);
    }
    return hdr->type;
}

uint32_t vgpu_guest_ask(VgpuHarness *harness, VgpuQueueId queue, const void *data, size_t size)
{
    VgpuFakeRequest *request = vgpu_guest_send(harness, queue, data, size);
    uint32_t response;

    vgpu_device_process(harness->device, queue);
    vgpu_harness_settle(harness);
    response = vgpu_guest_response(request);
    vgpu_fake_queue_release(&harness->queues[queue], request);
    return response;
}

#define ASK(harness, request) \
    vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &(request), sizeof(request))

struct virtio_gpu_resource_create_2d vgpu_wire_create_2d(uint32_t id, uint32_t format,
                                                         uint32_t width, uint32_t height)
{
    return (struct virtio_gpu_resource_create_2d) {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
        .resource_id = id, .format = format, .width = width, .height = height,
    };
}

struct virtio_gpu_transfer_to_host_2d vgpu_wire_transfer(uint32_t id, struct virtio_gpu_rect rect,
                                                         uint64_t offset)
{
    return (struct virtio_gpu_transfer_to_host_2d) {
        .hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
        .r = rect, .offset = offset, .resource_id = id,
    };
}

struct virtio_gpu_set_scanout vgpu_wire_set_scanout(uint32_t scanout_id, uint32_t id,
                                                    struct virtio_gpu_rect rect)
{
    return (struct virtio_gpu_set_scanout) {
        .hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT,
        .r = rect, .scanout_id = scanout_id, .resource_id = id,
    };
}

struct virtio_gpu_resource_flush vgpu_wire_flush(uint32_t id, struct virtio_gpu_rect rect)
{
    return (struct virtio_gpu_resource_flush) {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH, .r = rect, .resource_id = id,
    };
}

struct virtio_gpu_update_cursor vgpu_wire_cursor(uint32_t type, uint32_t scanout_id, uint32_t id)
{
    return (struct virtio_gpu_update_cursor) {
        .hdr.type = type, .pos.scanout_id = scanout_id, .resource_id = id,
    };
}

uint32_t vgpu_guest_create_2d(VgpuHarness *harness, uint32_t id, uint32_t width, uint32_t height)
{
    struct virtio_gpu_resource_create_2d request =
        vgpu_wire_create_2d(id, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, width, height);

    return ASK(harness, request);
}

uint32_t vgpu_guest_unref(VgpuHarness *harness, uint32_t id)
{
    struct virtio_gpu_resource_unref request = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_UNREF, .resource_id = id,
    };

    return ASK(harness, request);
}

uint32_t vgpu_guest_attach_list(VgpuHarness *harness, uint32_t id,
                                const struct virtio_gpu_mem_entry *entries, uint32_t n)
{
    struct virtio_gpu_resource_attach_backing request = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, .resource_id = id, .nr_entries = n,
    };
    g_autofree uint8_t *data = g_malloc(vgpu_attach_size(n));

    memcpy(data, &request, sizeof(request));
    memcpy(data + sizeof(request), entries, n * sizeof(*entries));
    return vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, data, vgpu_attach_size(n));
}

uint32_t vgpu_guest_attach(VgpuHarness *harness, uint32_t id, uint64_t address, uint32_t length)
{
    struct virtio_gpu_mem_entry entry = { .addr = address, .length = length };

    return vgpu_guest_attach_list(harness, id, &entry, 1);
}

uint32_t vgpu_guest_detach(VgpuHarness *harness, uint32_t id)
{
    struct virtio_gpu_resource_detach_backing request = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, .resource_id = id,
    };

    return ASK(harness, request);
}

uint32_t vgpu_guest_transfer(VgpuHarness *harness, uint32_t id, struct virtio_gpu_rect rect,
                             uint64_t offset)
{
    struct virtio_gpu_transfer_to_host_2d request = vgpu_wire_transfer(id, rect, offset);

    return ASK(harness, request);
}

uint32_t vgpu_guest_set_scanout(VgpuHarness *harness, uint32_t scanout_id, uint32_t id,
                                struct virtio_gpu_rect rect)
{
    struct virtio_gpu_set_scanout request = vgpu_wire_set_scanout(scanout_id, id, rect);

    return ASK(harness, request);
}

uint32_t vgpu_guest_flush(VgpuHarness *harness, uint32_t id, struct virtio_gpu_rect rect)
{
    struct virtio_gpu_resource_flush request = vgpu_wire_flush(id, rect);

    return ASK(harness, request);
}

uint32_t vgpu_guest_update_cursor(VgpuHarness *harness, uint32_t scanout_id, uint32_t id)
{
    struct virtio_gpu_update_cursor request =
        vgpu_wire_cursor(VIRTIO_GPU_CMD_UPDATE_CURSOR, scanout_id, id);

    return vgpu_guest_ask(harness, VGPU_QUEUE_CURSOR, &request, sizeof(request));
}

void vgpu_guest_make(VgpuHarness *harness, uint32_t id, uint32_t width, uint32_t height,
                     uint64_t address)
{
    g_assert_cmphex(vgpu_guest_create_2d(harness, id, width, height), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_attach(harness, id, address, width * height * 4), ==, VGPU_OK);
}

void vgpu_guest_make_long(VgpuHarness *harness, uint32_t id)
{
    vgpu_guest_make(harness, id, VGPU_GUEST_LONG, VGPU_GUEST_LONG, VGPU_FAKE_RAM_START);
}

VgpuFakeRequest *vgpu_guest_start_transfer(VgpuHarness *harness, uint32_t id)
{
    struct virtio_gpu_transfer_to_host_2d transfer =
        vgpu_wire_transfer(id, VGPU_RECT(0, 0, VGPU_GUEST_LONG, VGPU_GUEST_LONG), 0);
    unsigned n_submitted = harness->executor.n_submitted;
    VgpuFakeRequest *request =
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &transfer, sizeof(transfer));

    vgpu_device_process(harness->device, VGPU_QUEUE_CONTROL);
    g_assert_cmpuint(harness->executor.n_submitted, ==, n_submitted + 1);
    g_assert_cmpint(request->state, ==, VGPU_FAKE_TAKEN);
    return request;
}
