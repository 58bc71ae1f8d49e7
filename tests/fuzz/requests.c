/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "session.h"

static VgpuFakeLayout layout_of(const VgpuFuzzStep *step)
{
    static const size_t out_pieces[] = { 0, 1, 3, 8, 16, 24, 40, 100 };
    static const size_t in_pieces[] = { 0, 1, 5, 24 };
    static const size_t rooms[] = { 2048, 24, 0, 11 };

    return (VgpuFakeLayout) {
        .out_piece = out_pieces[step->layout & 7],
        .in_piece = in_pieces[step->layout >> 3 & 3],
        .room = rooms[step->layout >> 5 & 3],
        .empty_pieces = step->layout >> 7,
    };
}

static void send(VgpuFuzzSession *session, const VgpuFuzzStep *step, VgpuQueueId queue,
                 const void *data, size_t size)
{
    VgpuFakeLayout layout = layout_of(step);

    if (step->flags & VGPU_FUZZ_OTHER_QUEUE) {
        queue = VGPU_QUEUE_COUNT - 1 - queue;
    }
    vgpu_fake_queue_add(&session->harness.queues[queue], data, size, &layout);
    if (!(step->flags & VGPU_FUZZ_NO_KICK)) {
        vgpu_device_process(session->harness.device, queue);
    }
}

static struct virtio_gpu_ctrl_hdr header_of(const VgpuFuzzStep *step, uint32_t type)
{
    return (struct virtio_gpu_ctrl_hdr) {
        .type = type,
        .flags = step->flags & 3,
        .fence_id = step->fence * 0x100000001ull,
        .ctx_id = step->fence >> 8,
        .ring_idx = step->fence,
    };
}

void vgpu_fuzz_send_command(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    static const struct {
        uint32_t type;
        size_t size;
        VgpuQueueId queue;
    } commands[] = {
        { VIRTIO_GPU_CMD_GET_DISPLAY_INFO, 0, VGPU_QUEUE_CONTROL },
        { VIRTIO_GPU_CMD_RESOURCE_CREATE_2D, 16, VGPU_QUEUE_CONTROL },
        { VIRTIO_GPU_CMD_RESOURCE_UNREF, 8, VGPU_QUEUE_CONTROL },
        { VIRTIO_GPU_CMD_SET_SCANOUT, 24, VGPU_QUEUE_CONTROL },
        { VIRTIO_GPU_CMD_RESOURCE_FLUSH, 24, VGPU_QUEUE_CONTROL },
        { VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D, 32, VGPU_QUEUE_CONTROL },
        { 0 },
        { VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING, 8, VGPU_QUEUE_CONTROL },
        { VIRTIO_GPU_CMD_GET_EDID, 8, VGPU_QUEUE_CONTROL },
        { VIRTIO_GPU_CMD_UPDATE_CURSOR, 32, VGPU_QUEUE_CURSOR },
        { VIRTIO_GPU_CMD_MOVE_CURSOR, 32, VGPU_QUEUE_CURSOR },
        { 0, 32, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_CTX_CREATE] = { VIRTIO_GPU_CMD_CTX_CREATE, 72, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_CTX_DESTROY] = { VIRTIO_GPU_CMD_CTX_DESTROY, 0, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_CTX_ATTACH] = { VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, 8, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_CTX_DETACH] = { VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, 8, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_CREATE_3D] = { VIRTIO_GPU_CMD_RESOURCE_CREATE_3D, 48, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_TRANSFER_TO_3D] = { VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D, 48,
                                       VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_TRANSFER_FROM_3D] = { VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D, 48,
                                         VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_SUBMIT_3D] = { VIRTIO_GPU_CMD_SUBMIT_3D, 32, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_CAPSET_INFO] = { VIRTIO_GPU_CMD_GET_CAPSET_INFO, 8, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_CAPSET] = { VIRTIO_GPU_CMD_GET_CAPSET, 8, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_MAP_BLOB] = { VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB, 16, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_UNMAP_BLOB] = { VIRTIO_GPU_CMD_RESOURCE_UNMAP_BLOB, 8, VGPU_QUEUE_CONTROL },
        [VGPU_FUZZ_ASSIGN_UUID] = { VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, 8, VGPU_QUEUE_CONTROL },
    };
    VgpuFuzzOp op = step->op % VGPU_FUZZ_OP_COUNT;
    uint32_t type = op == VGPU_FUZZ_RAW ? step->words[7] : commands[op].type;
    struct {
        struct virtio_gpu_ctrl_hdr hdr;
        uint32_t words[3][8];
    } request;
    size_t size = sizeof(request.hdr) + commands[op].size;

    request.hdr = header_of(step, type);
    for (size_t i = 0; i < G_N_ELEMENTS(request.words); i++) {
        memcpy(request.words[i], step->words, sizeof(step->words));
    }
    if (step->extra & VGPU_FUZZ_CUT) {
        size -= MIN(size, step->extra & ~VGPU_FUZZ_CUT);
    }
    send(session, step, commands[op].queue, &request, size);
}

void vgpu_fuzz_send_stream(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    struct {
        struct virtio_gpu_cmd_submit submit;
        uint32_t words[VGPU_FUZZ_STREAM_WORDS];
    } request = { .submit.hdr = header_of(step, VIRTIO_GPU_CMD_SUBMIT_3D) };
    size_t n = vgpu_fuzz_write_stream(step, request.words);

    request.submit.size = n * sizeof(uint32_t);
    send(session, step, VGPU_QUEUE_CONTROL, &request, sizeof(request.submit) + request.submit.size);
}

/* The fixed part of a request, and a page list that follows from a few numbers. */
static void send_list(VgpuFuzzSession *session, const VgpuFuzzStep *step, const void *fixed,
                      size_t size, struct virtio_gpu_mem_entry entry)
{
    uint32_t n = step->extra % VGPU_GUEST_ENTRIES;
    g_autofree uint8_t *data = g_malloc(size + n * sizeof(entry));

    memcpy(data, fixed, size);
    for (uint32_t i = 0; i < n; i++) {
        memcpy(data + size + i * sizeof(entry), &entry, sizeof(entry));
        entry.addr += step->words[7];
        entry.length += step->words[6];
    }
    send(session, step, VGPU_QUEUE_CONTROL, data, size + n * sizeof(entry));
}

void vgpu_fuzz_send_attach(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    struct virtio_gpu_resource_attach_backing attach = {
        .hdr = header_of(step, VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING),
        .resource_id = step->words[0],
        .nr_entries = step->words[1],
    };

    send_list(session, step, &attach, sizeof(attach), (struct virtio_gpu_mem_entry) {
        .addr = step->words[3] * 0x100000000ull | step->words[2], .length = step->words[4],
    });
}

void vgpu_fuzz_send_create_blob(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    struct virtio_gpu_resource_create_blob create = {
        .hdr = header_of(step, VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB),
        .resource_id = step->words[0],
        .size = step->words[1],
        .blob_mem = step->words[2],
        .blob_flags = step->words[3],
        .nr_entries = step->words[4],
        .blob_id = step->fence >> 16 & 0xff,
    };

    send_list(session, step, &create, sizeof(create), (struct virtio_gpu_mem_entry) {
        .addr = step->words[5], .length = step->words[6],
    });
}

void vgpu_fuzz_send_set_scanout_blob(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    struct virtio_gpu_set_scanout_blob set = {
        .hdr = header_of(step, VIRTIO_GPU_CMD_SET_SCANOUT_BLOB),
        .scanout_id = step->words[0],
        .resource_id = step->words[1],
        .width = step->words[2],
        .height = step->words[3],
        .format = step->words[4],
        .strides = { step->words[5] },
        .offsets = { step->words[6] },
        .r = {
            .x = step->words[7] & 0xff,
            .y = step->words[7] >> 8 & 0xff,
            .width = step->words[2] - (step->words[7] >> 16 & 0xff),
            .height = step->words[3] - (step->words[7] >> 24),
        },
    };
    size_t size = sizeof(set);

    if (step->extra & VGPU_FUZZ_CUT) {
        size -= MIN(size, step->extra & ~VGPU_FUZZ_CUT);
    }
    send(session, step, VGPU_QUEUE_CONTROL, &set, size);
}
