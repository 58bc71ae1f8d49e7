/* SPDX-License-Identifier: GPL-2.0-or-later */
/* 3D commands: what the device checks, what the renderer is asked for, and what is shown of it. */
#include "guest-3d.h"

#define RAM VGPU_FAKE_RAM_START
#define CONTEXT VGPU_GUEST_CONTEXT
#define WHOLE VGPU_RECT(0, 0, 64, 64)

#define ASK(harness, request) \
    vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &(request), sizeof(request))

static void device_without_3d_knows_no_3d_commands(void)
{
    static const uint32_t types[] = {
        VIRTIO_GPU_CMD_GET_CAPSET_INFO, VIRTIO_GPU_CMD_GET_CAPSET, VIRTIO_GPU_CMD_CTX_CREATE,
        VIRTIO_GPU_CMD_CTX_DESTROY, VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE,
        VIRTIO_GPU_CMD_CTX_DETACH_RESOURCE, VIRTIO_GPU_CMD_RESOURCE_CREATE_3D,
        VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D, VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D,
        VIRTIO_GPU_CMD_SUBMIT_3D,
    };
    VgpuHarness harness;

    vgpu_harness_init(&harness, NULL);
    vgpu_device_set_features(harness.device, UINT64_MAX);
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        uint8_t bytes[256] = { 0 };

        memcpy(bytes, &types[i], sizeof(types[i]));
        g_assert_cmphex(ASK(&harness, bytes), ==, VIRTIO_GPU_RESP_ERR_UNSPEC);
    }
    vgpu_harness_finish(&harness);
}

/* ---- capability sets ------------------------------------------------------------------------ */

static uint32_t ask_capset_info(VgpuHarness *harness, uint32_t index)
{
    struct virtio_gpu_get_capset_info request = {
        .hdr.type = VIRTIO_GPU_CMD_GET_CAPSET_INFO, .capset_index = index,
    };

    return ASK(harness, request);
}

static uint32_t ask_capset(VgpuHarness *harness, uint32_t id, uint32_t version)
{
    struct virtio_gpu_get_capset request = {
        .hdr.type = VIRTIO_GPU_CMD_GET_CAPSET, .capset_id = id, .capset_version = version,
    };

    return ASK(harness, request);
}

static void capsets_are_the_renderer_s(VgpuHarness *harness)
{
    struct virtio_gpu_config config;

    vgpu_device_get_config(harness->device, &config);
    g_assert_cmpuint(config.num_capsets, ==, 2);
    g_assert_cmphex(ask_capset_info(harness, 1), ==, VIRTIO_GPU_RESP_OK_CAPSET_INFO);
    g_assert_cmphex(ask_capset(harness, VGPU_FAKE_CAPSET, 1), ==, VIRTIO_GPU_RESP_OK_CAPSET);
}

static void capsets_that_do_not_exist_are_errors(VgpuHarness *harness)
{
    g_assert_cmphex(ask_capset_info(harness, 2), ==, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    g_assert_cmphex(ask_capset_info(harness, UINT32_MAX), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    g_assert_cmphex(ask_capset(harness, 6, 0), ==, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    g_assert_cmphex(ask_capset(harness, VGPU_FAKE_CAPSET, 2), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
}

/* ---- contexts ------------------------------------------------------------------------------- */

static void context_ids_are_checked(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_ctx_create(harness, 0, 0), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
    g_assert_cmphex(vgpu_guest_ctx_destroy(harness, 1), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
    g_assert_cmphex(vgpu_guest_ctx_create(harness, UINT32_MAX, 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_ctx_create(harness, UINT32_MAX, 0), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
    g_assert_cmphex(vgpu_guest_ctx_attach(harness, 1, 1), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
    g_assert_cmphex(vgpu_guest_ctx_attach(harness, UINT32_MAX, 1), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmphex(vgpu_guest_ctx_destroy(harness, UINT32_MAX), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_ctx_create(harness, UINT32_MAX, 0), ==, VGPU_OK);
}

static void context_name_ends_with_its_field(VgpuHarness *harness)
{
    struct virtio_gpu_ctx_create request = {
        .hdr = { .type = VIRTIO_GPU_CMD_CTX_CREATE, .ctx_id = 1 }, .nlen = UINT32_MAX,
    };

    memset(request.debug_name, 'x', sizeof(request.debug_name));
    g_assert_cmphex(ASK(harness, request), ==, VGPU_OK);
    g_assert_cmpuint(strlen(harness->renderer->last_name), ==, sizeof(request.debug_name));
}

static void context_init_needs_its_feature(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_ctx_create(harness, 1, VGPU_FAKE_CAPSET), ==, VGPU_OK);
    g_assert_cmpuint(harness->renderer->last_capset, ==, VGPU_FAKE_CAPSET);
    g_assert_cmphex(vgpu_guest_ctx_create(harness, 2, 9), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    vgpu_device_set_features(harness->device, 1u << VIRTIO_GPU_F_VIRGL);
    g_assert_cmphex(vgpu_guest_ctx_create(harness, 2, 9), ==, VGPU_OK);
    g_assert_cmpuint(harness->renderer->last_capset, ==, 0);
}

static void context_that_fails_is_not_there(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_ctx_create(harness, 1, VGPU_FAKE_BAD_CAPSET), ==,
                    VIRTIO_GPU_RESP_ERR_UNSPEC);
    g_assert_cmphex(vgpu_guest_ctx_destroy(harness, 1), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
    g_assert_cmphex(vgpu_guest_ctx_create(harness, 1, 0), ==, VGPU_OK);
}

/* A destroy and a create of the same id overtake nothing and mix up nothing. */
static void context_id_can_be_used_again_at_once(VgpuHarness *harness)
{
    struct virtio_gpu_ctx_create create = {
        .hdr = { .type = VIRTIO_GPU_CMD_CTX_CREATE, .ctx_id = 1 },
        .context_init = VGPU_FAKE_BAD_CAPSET,
    };
    struct virtio_gpu_ctx_destroy destroy = {
        .hdr = { .type = VIRTIO_GPU_CMD_CTX_DESTROY, .ctx_id = 1 },
    };
    VgpuFakeRequest *sent[3];

    sent[0] = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &create, sizeof(create));
    sent[1] = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &destroy, sizeof(destroy));
    create.context_init = 0;
    sent[2] = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &create, sizeof(create));
    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(sent[0]), ==, VIRTIO_GPU_RESP_ERR_UNSPEC);
    g_assert_cmphex(vgpu_guest_response(sent[1]), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_response(sent[2]), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_ctx_destroy(harness, 1), ==, VGPU_OK);
}

/* ---- streams -------------------------------------------------------------------------------- */

static uint32_t submit_of_size(VgpuHarness *harness, uint32_t size, size_t there)
{
    struct virtio_gpu_cmd_submit request = {
        .hdr = { .type = VIRTIO_GPU_CMD_SUBMIT_3D, .ctx_id = CONTEXT }, .size = size,
    };
    g_autofree uint8_t *bytes = g_malloc0(sizeof(request) + there);

    memcpy(bytes, &request, sizeof(request));
    return vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, bytes, sizeof(request) + there);
}

static void stream_sizes_are_checked(VgpuHarness *harness)
{
    const uint32_t bad = VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    unsigned before;

    vgpu_guest_ctx_create(harness, CONTEXT, 0);
    before = harness->renderer->n_calls;
    g_assert_cmphex(submit_of_size(harness, 8, 7), ==, bad);
    g_assert_cmphex(submit_of_size(harness, 7, 8), ==, bad);
    g_assert_cmphex(submit_of_size(harness, UINT32_MAX - 3, 8), ==, bad);
    g_assert_cmphex(submit_of_size(harness, (4u << 20) + 4, (4u << 20) + 4), ==, bad);
    g_assert_cmpuint(harness->renderer->n_calls, ==, before);
    g_assert_cmphex(submit_of_size(harness, 0, 0), ==, VGPU_OK);
    g_assert_cmphex(submit_of_size(harness, 0, 100), ==, VGPU_OK);
}

static void stream_needs_its_context(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_paint(harness, 1, 0), ==, VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
}

static void stream_is_copied_before_it_runs(VgpuHarness *harness)
{
    VgpuGuestSubmit submit = vgpu_wire_submit(CONTEXT, 1, 0x00112233);
    VgpuFakeRequest *sent;

    vgpu_guest_make_3d(harness, 1, 64, 64);
    vgpu_guest_set_scanout(harness, 0, 1, WHOLE);
    sent = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &submit, sizeof(submit));
    vgpu_harness_process(harness);
    vgpu_fake_request_scribble(sent, 0xff);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VGPU_OK);
    vgpu_guest_flush(harness, 1, WHOLE);
    g_assert_cmphex(vgpu_fake_head_pixel(&harness->sink.heads[0], 5, 5), ==, 0x00112233);
}

/* ---- resources ------------------------------------------------------------------------------ */

static void resource_that_fails_is_not_there(VgpuHarness *harness)
{
    struct virtio_gpu_resource_create_3d request = vgpu_wire_create_3d(1, 64, 64);

    request.format = VGPU_FAKE_BAD_FORMAT;
    g_assert_cmphex(ASK(harness, request), ==, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmphex(vgpu_guest_create_3d(harness, 1, 64, 64), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_create_3d(harness, 1, 64, 64), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmphex(vgpu_guest_create_2d(harness, 1, 64, 64), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
}

static void commands_behind_a_resource_that_fails_fail_too(VgpuHarness *harness)
{
    struct virtio_gpu_resource_create_3d create = vgpu_wire_create_3d(1, 64, 64);
    struct virtio_gpu_transfer_host_3d transfer =
        vgpu_wire_transfer_3d(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D, 1);
    VgpuAttach attach = {
        .request = { .hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, .resource_id = 1,
                     .nr_entries = 1 },
        .entries[0] = { .addr = RAM, .length = 16384 },
    };
    VgpuFakeRequest *attached, *transferred;

    create.format = VGPU_FAKE_BAD_FORMAT;
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &create, sizeof(create));
    attached = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &attach, vgpu_attach_size(1));
    transferred = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &transfer, sizeof(transfer));
    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(attached), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmphex(vgpu_guest_response(transferred), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static void transfers_reach_the_renderer_as_they_are(VgpuHarness *harness)
{
    struct virtio_gpu_transfer_host_3d request =
        vgpu_wire_transfer_3d(VIRTIO_GPU_CMD_TRANSFER_FROM_HOST_3D, 1);
    const VgpuTransfer3D *seen = &harness->renderer->last_transfer;

    vgpu_guest_make_3d(harness, 1, 64, 64);
    request.hdr.ctx_id = CONTEXT;
    request.level = 3;
    request.stride = 256;
    request.layer_stride = 16384;
    request.offset = 0x123456789a;
    request.box = (struct virtio_gpu_box) { 1, 2, 3, 4, 5, 6 };
    g_assert_cmphex(ASK(harness, request), ==, VIRTIO_GPU_RESP_ERR_UNSPEC);
    vgpu_guest_attach(harness, 1, RAM, 16384);
    g_assert_cmphex(ASK(harness, request), ==, VGPU_OK);
    g_assert_false(seen->to_host);
    g_assert_cmpuint(seen->ctx_id, ==, CONTEXT);
    g_assert_cmpuint(seen->level + seen->stride + seen->layer_stride, ==, 3 + 256 + 16384);
    g_assert_cmpuint(seen->offset, ==, 0x123456789a);
    g_assert_cmpmem(&seen->box, sizeof(seen->box), &request.box, sizeof(request.box));
    request.hdr.ctx_id = CONTEXT + 1;
    g_assert_cmphex(ASK(harness, request), ==, VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
}

static void commands_of_the_wrong_kind_are_refused(VgpuHarness *harness)
{
    struct virtio_gpu_resource_create_3d buffer = vgpu_wire_create_3d(2, 64, 1);
    const uint32_t bad = VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

    vgpu_guest_make_3d(harness, 1, 64, 64);
    vgpu_guest_attach(harness, 1, RAM, 16384);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, WHOLE, 0), ==, bad);
    buffer.target = VGPU_GUEST_BUFFER;
    g_assert_cmphex(ASK(harness, buffer), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 2, VGPU_RECT(0, 0, 64, 1)), ==, bad);
    buffer.target = VGPU_GUEST_2D;
    buffer.resource_id = 3;
    buffer.nr_samples = 4;
    g_assert_cmphex(ASK(harness, buffer), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 3, VGPU_RECT(0, 0, 64, 1)), ==, bad);
    vgpu_guest_create_2d(harness, 4, 16, 16);
    g_assert_cmphex(vgpu_guest_ctx_detach(harness, CONTEXT, 4), ==, bad);
}

static void pages_stay_until_the_renderer_has_let_go(VgpuHarness *harness)
{
    struct virtio_gpu_resource_unref unref = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_UNREF, .resource_id = 1,
    };

    vgpu_guest_make_3d(harness, 1, 64, 64);
    vgpu_guest_attach(harness, 1, RAM, 16384);
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &unref, sizeof(unref));
    vgpu_harness_process(harness);
    g_assert_cmpuint(harness->memory->n_live, ==, 1);
    /* The id is free at once. */
    g_assert_cmphex(vgpu_guest_create_3d(harness, 1, 16, 16), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
    vgpu_guest_attach(harness, 1, RAM, 16384);
    g_assert_cmphex(vgpu_guest_detach(harness, 1), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
    vgpu_guest_attach(harness, 1, RAM, 16384);
    vgpu_harness_reset(harness);
    g_assert_cmpuint(harness->memory->n_live, ==, 1);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
    g_assert_cmpuint(harness->renderer->n_resets, ==, 1);
}

/* ---- pictures ------------------------------------------------------------------------------- */

static void flush_shows_what_was_drawn(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[1];

    vgpu_guest_make_3d(harness, 1, 64, 64);
    vgpu_guest_paint(harness, 1, 0xff0000);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 1, 1, VGPU_RECT(8, 8, 32, 32)), ==, VGPU_OK);
    /* Nothing to see yet, so nothing is shown. */
    g_assert_null(head->buffer);
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 10, 10));
    g_assert_cmpuint(head->n_scanouts, ==, 1);
    g_assert_cmpuint(head->buffer->width, ==, 32);
    g_assert_cmphex(vgpu_fake_head_pixel(head, 31, 31), ==, 0xff0000);
    vgpu_fake_sink_clear_damage(&harness->sink);
    vgpu_guest_paint(harness, 1, 0x00ff00);
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 10, 10));
    g_assert_cmphex(vgpu_fake_head_pixel(head, 1, 1), ==, 0x00ff00);
    g_assert_cmphex(vgpu_fake_head_pixel(head, 2, 2), ==, 0xff0000);
    g_assert_cmpint(pixman_region32_extents(&head->damage)->x2, ==, 2);
    g_assert_cmphex(vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 65, 10)), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
}

static void flips_keep_the_surface(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];

    for (uint32_t i = 1; i <= 4; i++) {
        uint32_t id = 1 + i % 2;

        if (i <= 2) {
            vgpu_guest_make_3d(harness, id, 64, 64);
        }
        vgpu_guest_paint(harness, id, i);
        vgpu_guest_set_scanout(harness, 0, id, WHOLE);
        vgpu_guest_flush(harness, id, VGPU_RECT(0, 0, 1, 1));
        g_assert_cmphex(vgpu_fake_head_pixel(head, 63, 63), ==, i);
    }
    g_assert_cmpuint(head->n_scanouts, ==, 1);
    g_assert_cmphex(vgpu_guest_unref(harness, 2), ==, VGPU_OK);
    g_assert_nonnull(head->buffer);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    g_assert_null(head->buffer);
}

static void kinds_of_resources_take_turns_on_a_scanout(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];

    vgpu_guest_make(harness, 1, 64, 64, RAM);
    vgpu_guest_make_3d(harness, 2, 64, 64);
    vgpu_guest_paint(harness, 2, 0x222222);
    vgpu_guest_set_scanout(harness, 0, 1, WHOLE);
    g_assert_cmphex(vgpu_fake_head_pixel(head, 0, 0), ==, 0);
    vgpu_guest_set_scanout(harness, 0, 2, WHOLE);
    vgpu_guest_flush(harness, 2, WHOLE);
    g_assert_cmphex(vgpu_fake_head_pixel(head, 0, 0), ==, 0x222222);
    vgpu_guest_set_scanout(harness, 0, 1, WHOLE);
    g_assert_cmphex(vgpu_fake_head_pixel(head, 0, 0), ==, 0);
    vgpu_guest_set_scanout(harness, 0, 0, WHOLE);
    g_assert_null(head->buffer);
}

static void scanout_buffers_count_as_hostmem(void)
{
    VgpuHarness harness;

    vgpu_harness_init(&harness, &(VgpuHarnessOptions) {
        .with_3d = true, .max_hostmem = 64 * 64 * 4 + 1,
    });
    vgpu_guest_make_3d(&harness, 1, 64, 64);
    for (int i = 0; i < 3; i++) {
        g_assert_cmphex(vgpu_guest_set_scanout(&harness, 0, 1, WHOLE), ==, VGPU_OK);
        g_assert_cmphex(vgpu_guest_set_scanout(&harness, 0, 1, VGPU_RECT(0, 0, 64, 63)), ==,
                        VGPU_OK);
    }
    g_assert_cmphex(vgpu_guest_set_scanout(&harness, 1, 1, WHOLE), ==,
                    VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY);
    g_assert_cmphex(vgpu_guest_set_scanout(&harness, 0, 0, WHOLE), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(&harness, 1, 1, WHOLE), ==, VGPU_OK);
    vgpu_harness_finish(&harness);
}

/* A 2D resource in a context is the renderer's, and goes on being what it was. */
static void resource_2d_can_be_drawn_to(VgpuHarness *harness)
{
    const VgpuTransfer3D *seen = &harness->renderer->last_transfer;
    VgpuFakeHead *head = &harness->sink.heads[0];

    vgpu_fake_memory_fill(harness->memory, 7);
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    vgpu_guest_transfer(harness, 1, WHOLE, 0);
    vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 32, 32));
    vgpu_guest_ctx_create(harness, CONTEXT, 0);
    g_assert_cmphex(vgpu_guest_ctx_attach(harness, CONTEXT, 1), ==, VGPU_OK);
    vgpu_guest_flush(harness, 1, WHOLE);
    g_assert_cmphex(vgpu_guest_paint(harness, 1, 0x778899), ==, VGPU_OK);
    vgpu_guest_flush(harness, 1, VGPU_RECT(30, 30, 30, 30));
    g_assert_cmphex(vgpu_fake_head_pixel(head, 31, 31), ==, 0x778899);
    g_assert_cmpuint(head->n_scanouts, ==, 1);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(1, 2, 3, 4), 512), ==, VGPU_OK);
    g_assert_cmpuint(seen->stride, ==, 64 * 4);
    g_assert_cmpuint(seen->offset, ==, 512);
    g_assert_cmpuint(seen->box.h, ==, 4);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static void cursor_of_a_3d_resource_is_read(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];

    vgpu_guest_make_3d(harness, 1, 64, 64);
    vgpu_guest_make_3d(harness, 2, 32, 32);
    vgpu_guest_paint(harness, 1, 0x5555aa);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 2), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 1), ==, VGPU_OK);
    g_assert_true(head->has_cursor);
    g_assert_cmphex(head->cursor.pixels[0] & 0xffffff, ==, 0x5555aa);
    vgpu_guest_paint(harness, 1, 0x010203);
    for (int i = 0; i < 5; i++) {
        struct virtio_gpu_update_cursor update =
            vgpu_wire_cursor(VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 1);

        vgpu_guest_send(harness, VGPU_QUEUE_CURSOR, &update, sizeof(update));
    }
    vgpu_harness_process(harness);
    /* However many there are, only one image is on its way. */
    g_assert_cmpuint(vgpu_fake_executor_pending(&harness->executor), ==, 1);
    vgpu_harness_settle(harness);
    g_assert_cmphex(head->cursor.pixels[0] & 0xffffff, ==, 0x010203);
}

/* ---- reset ---------------------------------------------------------------------------------- */

static void start_everything(VgpuHarness *harness, bool run)
{
    struct virtio_gpu_resource_flush flush = vgpu_wire_flush(1, WHOLE);
    struct virtio_gpu_update_cursor cursor = vgpu_wire_cursor(VIRTIO_GPU_CMD_UPDATE_CURSOR, 0, 1);
    struct virtio_gpu_ctx_destroy destroy = {
        .hdr = { .type = VIRTIO_GPU_CMD_CTX_DESTROY, .ctx_id = CONTEXT },
    };

    harness->renderer->hold_fences = true;
    vgpu_guest_make_3d(harness, 1, 64, 64);
    vgpu_guest_attach(harness, 1, RAM, 16384);
    vgpu_guest_make(harness, 2, 64, 64, RAM);
    vgpu_guest_set_scanout(harness, 0, 1, WHOLE);
    vgpu_guest_send_draw(harness, CONTEXT, 1);
    vgpu_guest_send_draw_on_ring(harness, CONTEXT, 1, 2);
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &flush, sizeof(flush));
    vgpu_guest_send(harness, VGPU_QUEUE_CURSOR, &cursor, sizeof(cursor));
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &destroy, sizeof(destroy));
    vgpu_harness_process(harness);
    while (run && vgpu_fake_executor_run(&harness->executor)) {
        continue;
    }
}

static void reset_with_work_in_flight(bool run)
{
    VgpuHarness harness;

    vgpu_harness_init(&harness, &(VgpuHarnessOptions) { .with_3d = true });
    for (int i = 0; i < 3; i++) {
        start_everything(&harness, run);
        vgpu_harness_reset(&harness);
    }
    /* The next driver finds nothing of the one before. */
    g_assert_cmphex(vgpu_guest_ctx_attach(&harness, CONTEXT, 1), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
    vgpu_harness_settle(&harness);
    g_assert_cmpuint(harness.memory->n_live, ==, 0);
    g_assert_null(harness.sink.heads[0].buffer);
    g_assert_false(harness.sink.heads[0].has_cursor);
    start_everything(&harness, run);
    vgpu_harness_finish(&harness);
}

static void reset_before_work_has_run(void)
{
    reset_with_work_in_flight(false);
}

static void reset_before_results_are_known(void)
{
    reset_with_work_in_flight(true);
}

/* However often a guest resets while the renderer is stuck, nothing of what it made is kept. */
static void resets_behind_a_stuck_renderer_keep_nothing(VgpuHarness *harness)
{
    struct virtio_gpu_resource_create_3d create = vgpu_wire_create_3d(1, 64, 64);
    const VgpuAttach attach = {
        .request = {
            .hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING, .resource_id = 1, .nr_entries = 1,
        },
        .entries = { { .addr = RAM, .length = 16384 } },
    };

    for (int i = 0; i < 20; i++) {
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &create, sizeof(create));
        if (i) {
            vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &attach, vgpu_attach_size(1));
        }
        vgpu_harness_process(harness);
        vgpu_harness_reset(harness);
        g_assert_cmpuint(harness->memory->n_live, ==, 0);
    }
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->renderer->n_resets, ==, 1);
    /* The reset is over, the next one is another. */
    g_assert_cmphex(vgpu_guest_create_3d(harness, 1, 64, 64), ==, VGPU_OK);
    vgpu_harness_reset(harness);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->renderer->n_resets, ==, 2);
}

static void reset_without_3d_work_leaves_the_renderer_alone(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    for (int i = 0; i < 10; i++) {
        vgpu_harness_reset(harness);
    }
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->renderer->n_calls, ==, 0);
}

static const VgpuHarnessTest tests[] = {
    { "capsets-are-the-renderer-s", capsets_are_the_renderer_s },
    { "capsets-that-do-not-exist-are-errors", capsets_that_do_not_exist_are_errors },
    { "context-ids-are-checked", context_ids_are_checked },
    { "context-name-ends-with-its-field", context_name_ends_with_its_field },
    { "context-init-needs-its-feature", context_init_needs_its_feature },
    { "context-that-fails-is-not-there", context_that_fails_is_not_there },
    { "context-id-can-be-used-again-at-once", context_id_can_be_used_again_at_once },
    { "stream-sizes-are-checked", stream_sizes_are_checked },
    { "stream-needs-its-context", stream_needs_its_context },
    { "stream-is-copied-before-it-runs", stream_is_copied_before_it_runs },
    { "resource-that-fails-is-not-there", resource_that_fails_is_not_there },
    { "commands-behind-a-resource-that-fails-fail-too",
      commands_behind_a_resource_that_fails_fail_too },
    { "transfers-reach-the-renderer-as-they-are", transfers_reach_the_renderer_as_they_are },
    { "commands-of-the-wrong-kind-are-refused", commands_of_the_wrong_kind_are_refused },
    { "CVE-2017-5857-pages-stay-until-the-renderer-has-let-go", pages_stay_until_the_renderer_has_let_go },
    { "flush-shows-what-was-drawn", flush_shows_what_was_drawn },
    { "flips-keep-the-surface", flips_keep_the_surface },
    { "kinds-of-resources-take-turns-on-a-scanout", kinds_of_resources_take_turns_on_a_scanout },
    { "resource-2d-can-be-drawn-to", resource_2d_can_be_drawn_to },
    { "cursor-of-a-3d-resource-is-read", cursor_of_a_3d_resource_is_read },
    { "resets-behind-a-stuck-renderer-keep-nothing",
      resets_behind_a_stuck_renderer_keep_nothing },
    { "reset-without-3d-work-leaves-the-renderer-alone",
      reset_without_3d_work_leaves_the_renderer_alone },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_guest_add_3d_tests("3d", tests, G_N_ELEMENTS(tests));
    g_test_add_func("/vgpu/3d/device-without-3d-knows-no-3d-commands",
                    device_without_3d_knows_no_3d_commands);
    g_test_add_func("/vgpu/3d/scanout-buffers-count-as-hostmem", scanout_buffers_count_as_hostmem);
    g_test_add_func("/vgpu/3d/reset-before-work-has-run", reset_before_work_has_run);
    g_test_add_func("/vgpu/3d/reset-before-results-are-known", reset_before_results_are_known);
    return g_test_run();
}
