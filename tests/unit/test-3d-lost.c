/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A renderer that is lost, as by a reset of the GPU: what fails, what goes on, and how it ends. */
#include "guest-map.h"

#define RAM VGPU_FAKE_RAM_START
#define CONTEXT VGPU_GUEST_CONTEXT
#define FAILED VIRTIO_GPU_RESP_ERR_UNSPEC
#define FIRST 1
#define SECOND 2
#define SIDE 64
#define WHOLE VGPU_RECT(0, 0, SIDE, SIDE)

#define ASK(harness, request) \
    vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &(request), sizeof(request))

/* A context with a picture, and a renderer that is lost with the next call. */
static void lose(VgpuHarness *harness)
{
    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    harness->renderer->is_lost = true;
}

static uint32_t ask_capset(VgpuHarness *harness)
{
    struct virtio_gpu_get_capset request = {
        .hdr.type = VIRTIO_GPU_CMD_GET_CAPSET, .capset_id = VGPU_FAKE_CAPSET, .capset_version = 1,
    };

    return ASK(harness, request);
}

/* ---- what fails ----------------------------------------------------------------------------- */

static void what_was_under_way_has_failed(VgpuHarness *harness)
{
    lose(harness);
    g_assert_cmphex(vgpu_guest_paint(harness, FIRST, 1), ==, FAILED);
}

static void what_draws_fails_and_is_not_tried(VgpuHarness *harness)
{
    struct virtio_gpu_transfer_host_3d transfer =
        vgpu_wire_transfer_3d(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_3D, FIRST);
    unsigned before;

    lose(harness);
    vgpu_guest_attach(harness, FIRST, RAM, SIDE * SIDE * 4);
    before = harness->renderer->n_calls;
    g_assert_cmphex(vgpu_guest_paint(harness, FIRST, 1), ==, FAILED);
    g_assert_cmphex(vgpu_guest_ctx_create(harness, CONTEXT + 1, 0), ==, FAILED);
    g_assert_cmphex(vgpu_guest_create_3d(harness, SECOND, SIDE, SIDE), ==, FAILED);
    g_assert_cmphex(vgpu_guest_ctx_attach(harness, CONTEXT, FIRST), ==, FAILED);
    g_assert_cmphex(vgpu_guest_make_host_blob(harness, 3, VGPU_FAKE_BLOB_FILE, 1), ==, FAILED);
    g_assert_cmphex(ASK(harness, transfer), ==, FAILED);
    g_assert_cmphex(ask_capset(harness), ==, FAILED);
    g_assert_cmpuint(harness->renderer->n_calls, ==, before);
    /* What failed to be made is not there. */
    g_assert_cmphex(vgpu_guest_unref(harness, SECOND), ==, VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID);
    g_assert_cmphex(vgpu_guest_ctx_destroy(harness, CONTEXT + 1), ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
}

static void what_lets_go_is_done(VgpuHarness *harness)
{
    lose(harness);
    vgpu_guest_attach(harness, FIRST, RAM, SIDE * SIDE * 4);
    g_assert_cmpuint(harness->memory->n_live, ==, 1);
    g_assert_cmphex(vgpu_guest_detach(harness, FIRST), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
    g_assert_cmphex(vgpu_guest_ctx_detach(harness, CONTEXT, FIRST), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_unref(harness, FIRST), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_ctx_destroy(harness, CONTEXT), ==, VGPU_OK);
    g_assert_cmpuint(g_hash_table_size(harness->renderer->contexts), ==, 0);
    g_assert_cmpuint(g_hash_table_size(harness->renderer->resources), ==, 0);
}

static void blobs_that_the_guest_sees_stay_and_can_be_unmapped(VgpuHarness *harness)
{
    g_assert_cmphex(vgpu_guest_make_host_blob(harness, FIRST, VGPU_FAKE_BLOB_MEMORY, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_map(harness, FIRST, 0), ==, VIRTIO_GPU_RESP_OK_MAP_INFO);
    harness->renderer->is_lost = true;
    g_assert_cmphex(vgpu_guest_paint(harness, FIRST, 1), ==, FAILED);
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 1);
    g_assert_cmphex(vgpu_guest_unmap(harness, FIRST), ==, VGPU_OK);
    vgpu_fake_window_release(&harness->window);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(harness->renderer), ==, 0);
}

/* ---- fences --------------------------------------------------------------------------------- */

static void fences_are_answered_on_all_timelines(VgpuHarness *harness)
{
    VgpuFakeRequest *sent[3];

    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    harness->renderer->hold_fences = true;
    sent[0] = vgpu_guest_send_draw(harness, CONTEXT, 1);
    sent[1] = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 3, 2);
    sent[2] = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 4, 3);
    vgpu_harness_settle(harness);
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(sent[i]->state, ==, VGPU_FAKE_TAKEN);
    }
    harness->renderer->is_lost = true;
    g_assert_cmphex(vgpu_guest_paint(harness, FIRST, 1), ==, FAILED);
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(sent[i]->state, ==, VGPU_FAKE_ANSWERED);
    }
}

static void fences_that_follow_are_answered(VgpuHarness *harness)
{
    VgpuFakeRequest *sent[2];

    lose(harness);
    harness->renderer->hold_fences = true;
    vgpu_guest_paint(harness, FIRST, 1);
    sent[0] = vgpu_guest_send_draw(harness, CONTEXT, 1);
    sent[1] = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 3, 2);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(sent[0]), ==, FAILED);
    g_assert_cmphex(vgpu_guest_response(sent[1]), ==, FAILED);
    g_assert_cmpuint(harness->renderer->fences->len, ==, 0);
}

static void flush_of_a_texture_is_answered(VgpuHarness *harness)
{
    struct virtio_gpu_resource_flush request = vgpu_wire_flush(FIRST, WHOLE);
    VgpuFakeRequest *sent[2];

    harness->renderer->ways = harness->sink.ways[0] = VGPU_SHARE_TEXTURE;
    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    harness->renderer->hold_fences = true;
    vgpu_guest_set_scanout(harness, 0, FIRST, WHOLE);
    request.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
    for (int i = 0; i < 2; i++) {
        sent[i] = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
        vgpu_harness_process(harness);
        vgpu_harness_settle(harness);
        harness->renderer->is_lost = true;
        g_assert_cmphex(vgpu_guest_paint(harness, FIRST, 1), ==, FAILED);
        g_assert_cmpint(sent[i]->state, ==, VGPU_FAKE_ANSWERED);
    }
    g_assert_cmphex(vgpu_guest_response(sent[0]), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_response(sent[1]), ==, FAILED);
}

/* ---- 2D goes on ----------------------------------------------------------------------------- */

static void resources_2d_go_on_as_they_were(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];

    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    vgpu_guest_make(harness, SECOND, SIDE, SIDE, RAM);
    vgpu_guest_set_scanout(harness, 0, SECOND, WHOLE);
    g_assert_cmphex(vgpu_guest_ctx_attach(harness, CONTEXT, SECOND), ==, VGPU_OK);
    harness->renderer->is_lost = true;
    vgpu_guest_paint(harness, FIRST, 1);
    vgpu_fake_memory_fill(harness->memory, 7);
    g_assert_cmphex(vgpu_guest_transfer(harness, SECOND, WHOLE, 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_flush(harness, SECOND, WHOLE), ==, VGPU_OK);
    g_assert_cmphex(vgpu_fake_head_pixel(head, 9, 9), !=, 0);
    g_assert_cmphex(vgpu_guest_ctx_attach(harness, CONTEXT, SECOND), ==, FAILED);
    g_assert_cmphex(vgpu_guest_transfer(harness, SECOND, WHOLE, 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_unref(harness, SECOND), ==, VGPU_OK);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static void resource_2d_that_is_to_be_drawn_to_stays_2d(VgpuHarness *harness)
{
    struct virtio_gpu_ctx_resource attach = {
        .hdr = { .type = VIRTIO_GPU_CMD_CTX_ATTACH_RESOURCE, .ctx_id = CONTEXT }, .resource_id = SECOND,
    };
    struct virtio_gpu_transfer_to_host_2d transfer = vgpu_wire_transfer(SECOND, WHOLE, 0);
    VgpuFakeRequest *attached, *transferred;

    lose(harness);
    vgpu_guest_make(harness, SECOND, SIDE, SIDE, RAM);
    vgpu_guest_paint(harness, FIRST, 1);
    attached = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &attach, sizeof(attach));
    transferred = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &transfer, sizeof(transfer));
    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(attached), ==, FAILED);
    g_assert_cmphex(vgpu_guest_response(transferred), ==, VGPU_OK);
}

static void what_is_shown_stays(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];

    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    vgpu_guest_paint(harness, FIRST, 0x123456);
    vgpu_guest_set_scanout(harness, 0, FIRST, WHOLE);
    vgpu_guest_flush(harness, FIRST, WHOLE);
    harness->renderer->is_lost = true;
    vgpu_guest_paint(harness, FIRST, 1);
    vgpu_fake_sink_clear_damage(&harness->sink);
    g_assert_cmphex(vgpu_guest_flush(harness, FIRST, WHOLE), ==, FAILED);
    g_assert_false(pixman_region32_not_empty(&head->damage));
    g_assert_cmphex(vgpu_fake_head_pixel(head, 9, 9), ==, 0x123456);
}

/* ---- beginning anew ------------------------------------------------------------------------- */

static void reset_begins_anew(VgpuHarness *harness)
{
    lose(harness);
    vgpu_guest_paint(harness, FIRST, 1);
    vgpu_harness_reset(harness);
    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    g_assert_cmphex(vgpu_guest_paint(harness, FIRST, 1), ==, VGPU_OK);
    vgpu_guest_make(harness, SECOND, SIDE, SIDE, RAM);
    g_assert_cmphex(vgpu_guest_ctx_attach(harness, CONTEXT, SECOND), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_paint(harness, SECOND, 1), ==, VGPU_OK);
}

static void loss_that_is_noticed_after_a_reset_is_got_over(VgpuHarness *harness)
{
    lose(harness);
    vgpu_guest_send_draw(harness, CONTEXT, 1);
    vgpu_fake_executor_run(&harness->executor);
    vgpu_harness_reset(harness);
    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    g_assert_cmphex(vgpu_guest_paint(harness, FIRST, 1), ==, VGPU_OK);
}

static void what_cannot_begin_anew_stays_lost(VgpuHarness *harness)
{
    VgpuFakeRequest *sent;

    lose(harness);
    harness->renderer->stays_lost = true;
    vgpu_guest_paint(harness, FIRST, 1);
    for (int i = 0; i < 3; i++) {
        vgpu_harness_reset(harness);
        g_assert_cmphex(vgpu_guest_ctx_create(harness, CONTEXT, 0), ==, FAILED);
        sent = vgpu_guest_send_draw(harness, CONTEXT, 1);
        vgpu_harness_settle(harness);
        g_assert_cmphex(vgpu_guest_response(sent), ==, VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
        vgpu_guest_make(harness, SECOND, SIDE, SIDE, RAM);
        g_assert_cmphex(vgpu_guest_transfer(harness, SECOND, WHOLE, 0), ==, VGPU_OK);
    }
}

static void move_is_tried_by_what_is_lost(VgpuHarness *harness)
{
    lose(harness);
    harness->renderer->stays_lost = true;
    vgpu_guest_paint(harness, FIRST, 1);
    vgpu_harness_reset(harness);
    harness->renderer->wants_to_move = true;
    g_assert_cmphex(vgpu_guest_ctx_create(harness, CONTEXT, 0), ==, VGPU_OK);
}

static const VgpuHarnessTest tests[] = {
    { "what-was-under-way-has-failed", what_was_under_way_has_failed },
    { "what-draws-fails-and-is-not-tried", what_draws_fails_and_is_not_tried },
    { "what-lets-go-is-done", what_lets_go_is_done },
    { "blobs-that-the-guest-sees-stay-and-can-be-unmapped",
      blobs_that_the_guest_sees_stay_and_can_be_unmapped },
    { "fences-are-answered-on-all-timelines", fences_are_answered_on_all_timelines },
    { "fences-that-follow-are-answered", fences_that_follow_are_answered },
    { "flush-of-a-texture-is-answered", flush_of_a_texture_is_answered },
    { "resources-2d-go-on-as-they-were", resources_2d_go_on_as_they_were },
    { "resource-2d-that-is-to-be-drawn-to-stays-2d", resource_2d_that_is_to_be_drawn_to_stays_2d },
    { "what-is-shown-stays", what_is_shown_stays },
    { "reset-begins-anew", reset_begins_anew },
    { "loss-that-is-noticed-after-a-reset-is-got-over",
      loss_that_is_noticed_after_a_reset_is_got_over },
    { "what-cannot-begin-anew-stays-lost", what_cannot_begin_anew_stays_lost },
    { "move-is-tried-by-what-is-lost", move_is_tried_by_what_is_lost },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_guest_add_3d_tests("3d-lost", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
