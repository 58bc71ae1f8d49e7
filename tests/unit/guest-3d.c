/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest-3d.h"

#define ASK(harness, request) \
    vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &(request), sizeof(request))

uint32_t vgpu_guest_ctx_create(VgpuHarness *harness, uint32_t ctx_id, uint32_t context_init)
{
    struct virtio_gpu_ctx_create request = {
        .hdr = { .type = VIRTIO_GPU_CMD_CTX_CREATE, .ctx_id = ctx_id },
        .nlen = 4, .context_init = context_init, .debug_name = "test",
    };

    return ASK(harness, request);
}

uint32_t vgpu_guest_ctx_destroy(VgpuHarness *harness, uint32_t ctx_id)
{
    struct virtio_gpu_ctx_destroy request = {
        .hdr = { .type = VIRTIO_GPU_CMD_CTX_DESTROY, .ctx_id = ctx_id },
    };

    return ASK(harness, request);
}

static uint32_t ask_ctx_resource(VgpuHarness *harness, uint32_t type, uint32_t ctx_id, uint32_t id)
{
    struct virtio_gpu_ctx_resource request = {
        .hdr = { .type = type, .ctx_id = ctx_id }, .resource_id = id,
    };

    return ASK(harness, request);
}

uint32_t vgpu_guest_ctx_attach(VgpuHarness *harness, uint32_t ctx_id, uint32_t id)
{
    return ask_ctx_resource(harness, VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, ctx_id, id);
}

uint32_t vgpu_guest_ctx_detach(VgpuHarness *harness, uint32_t ctx_id, uint32_t id)
{
    return ask_ctx_resource(harness, VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, ctx_id, id);
}

struct virtio_gpu_resource_create_3d vgpu_wire_create_3d(uint32_t id, uint32_t width,
                                                         uint32_t height)
{
    return (struct virtio_gpu_resource_create_3d) {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_3D,
        .resource_id = id, .target = VGPU_GUEST_2D, .format = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
        .width = width, .height = height, .depth = 1, .array_size = 1,
    };
}

uint32_t vgpu_guest_create_3d(VgpuHarness *harness, uint32_t id, uint32_t width, uint32_t height)
{
    struct virtio_gpu_resource_create_3d request = vgpu_wire_create_3d(id, width, height);

    return ASK(harness, request);
}

struct virtio_gpu_transfer_host_3d vgpu_wire_transfer_3d(uint32_t type, uint32_t id)
{
    return (struct virtio_gpu_transfer_host_3d) {
        .hdr.type = type, .resource_id = id, .box = { .w = 1, .h = 1, .d = 1 },
    };
}

VgpuGuestSubmit vgpu_wire_submit(uint32_t ctx_id, uint32_t id, uint32_t colour)
{
    return (VgpuGuestSubmit) {
        .request = {
            .hdr = { .type = VIRTIO_GPU_CMD_SUBMIT_3D, .ctx_id = ctx_id },
            .size = 2 * sizeof(uint32_t),
        },
        .words = { id, colour },
    };
}

uint32_t vgpu_guest_paint(VgpuHarness *harness, uint32_t id, uint32_t colour)
{
    VgpuGuestSubmit submit = vgpu_wire_submit(VGPU_GUEST_CONTEXT, id, colour);

    return ASK(harness, submit);
}

void vgpu_guest_make_3d(VgpuHarness *harness, uint32_t id, uint32_t width, uint32_t height)
{
    vgpu_guest_ctx_create(harness, VGPU_GUEST_CONTEXT, 0);
    g_assert_cmphex(vgpu_guest_create_3d(harness, id, width, height), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_ctx_attach(harness, VGPU_GUEST_CONTEXT, id), ==, VGPU_OK);
}

static VgpuFakeRequest *send_draw(VgpuHarness *harness, const struct virtio_gpu_ctrl_hdr *hdr)
{
    struct virtio_gpu_cmd_submit request = { .hdr = *hdr };
    VgpuFakeRequest *sent =
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));

    vgpu_harness_process(harness);
    return sent;
}

VgpuFakeRequest *vgpu_guest_send_draw(VgpuHarness *harness, uint32_t ctx_id, uint64_t fence_id)
{
    return send_draw(harness, &(struct virtio_gpu_ctrl_hdr) {
        .type = VIRTIO_GPU_CMD_SUBMIT_3D, .ctx_id = ctx_id, .fence_id = fence_id,
        .flags = VIRTIO_GPU_FLAG_FENCE,
    });
}

VgpuFakeRequest *vgpu_guest_send_draw_on_ring(VgpuHarness *harness, uint32_t ctx_id, uint8_t ring,
                                              uint64_t fence_id)
{
    return send_draw(harness, &(struct virtio_gpu_ctrl_hdr) {
        .type = VIRTIO_GPU_CMD_SUBMIT_3D, .ctx_id = ctx_id, .fence_id = fence_id,
        .flags = VIRTIO_GPU_FLAG_FENCE | VIRTIO_GPU_FLAG_INFO_RING_IDX, .ring_idx = ring,
    });
}

static void run_test(const void *opaque)
{
    const VgpuHarnessTest *test = opaque;
    VgpuHarness harness;

    vgpu_harness_init(&harness, &(VgpuHarnessOptions) { .with_3d = true });
    test->test(&harness);
    vgpu_harness_finish(&harness);
}

void vgpu_guest_add_3d_tests(const char *noun, const VgpuHarnessTest *tests, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("/vgpu/%s/%s", noun, tests[i].name);

        g_test_add_data_func(path, &tests[i], run_test);
    }
}
