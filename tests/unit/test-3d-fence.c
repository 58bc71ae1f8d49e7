/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fences of what is drawn: when they are answered, and in which order. */
#include "guest-3d.h"

#define CONTEXT VGPU_GUEST_CONTEXT

static void hold_fences(VgpuHarness *harness)
{
    harness->renderer->hold_fences = true;
    g_assert_cmphex(vgpu_guest_ctx_create(harness, CONTEXT, 0), ==, VGPU_OK);
}

static VgpuFakeRequest *send_fenced_info(VgpuHarness *harness)
{
    struct virtio_gpu_ctrl_hdr info = {
        .type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO, .flags = VIRTIO_GPU_FLAG_FENCE, .fence_id = 99,
    };
    VgpuFakeRequest *sent = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &info, sizeof(info));

    vgpu_harness_process(harness);
    return sent;
}

static bool is_answered(VgpuHarness *harness, const VgpuFakeRequest *request)
{
    vgpu_harness_settle(harness);
    return request->state == VGPU_FAKE_ANSWERED;
}

static void draw_is_answered_when_its_fence_is_signalled(VgpuHarness *harness)
{
    VgpuFakeRequest *draw;

    hold_fences(harness);
    draw = vgpu_guest_send_draw(harness, CONTEXT, 0x123456789abcdef0);
    g_assert_false(is_answered(harness, draw));
    vgpu_fake_renderer_signal(harness->renderer, 0);
    g_assert_true(is_answered(harness, draw));
    g_assert_cmphex(vgpu_guest_response(draw), ==, VGPU_OK);
    g_assert_cmphex(((const struct virtio_gpu_ctrl_hdr *)draw->answer)->fence_id, ==,
                    0x123456789abcdef0);
}

static void draw_without_fence_is_answered_when_it_has_run(VgpuHarness *harness)
{
    hold_fences(harness);
    g_assert_cmphex(vgpu_guest_paint(harness, 0, 0), ==, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    g_assert_cmpuint(harness->renderer->fences->len, ==, 0);
}

static void signal_that_comes_first_counts(VgpuHarness *harness)
{
    VgpuFakeRequest *draw;

    hold_fences(harness);
    draw = vgpu_guest_send_draw(harness, CONTEXT, 1);
    vgpu_fake_executor_run(&harness->executor);
    vgpu_fake_renderer_signal(harness->renderer, 0);
    vgpu_fake_loop_turn(&harness->loop);
    g_assert_cmpint(draw->state, ==, VGPU_FAKE_TAKEN);
    vgpu_fake_executor_done(&harness->executor);
    g_assert_cmpint(draw->state, ==, VGPU_FAKE_ANSWERED);
}

static void signal_stands_for_all_before_it(VgpuHarness *harness)
{
    VgpuFakeRequest *draws[5];

    hold_fences(harness);
    for (int i = 0; i < 5; i++) {
        draws[i] = vgpu_guest_send_draw(harness, CONTEXT, i);
    }
    vgpu_harness_settle(harness);
    vgpu_fake_renderer_signal(harness->renderer, 3);
    vgpu_harness_settle(harness);
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(draws[i]->state, ==, i <= 3 ? VGPU_FAKE_ANSWERED : VGPU_FAKE_TAKEN);
        g_assert_true(i == 0 || i > 3 || draws[i - 1]->order < draws[i]->order);
    }
}

static void fence_of_another_command_waits_for_what_is_drawn_before(VgpuHarness *harness)
{
    VgpuFakeRequest *draw, *info;

    hold_fences(harness);
    draw = vgpu_guest_send_draw(harness, CONTEXT, 1);
    info = send_fenced_info(harness);
    g_assert_false(is_answered(harness, info));
    vgpu_fake_renderer_signal(harness->renderer, 0);
    g_assert_true(is_answered(harness, info));
    g_assert_cmpuint(draw->order, <, info->order);
}

static void rings_do_not_wait_for_each_other(VgpuHarness *harness)
{
    VgpuFakeRequest *first, *second, *device;

    hold_fences(harness);
    first = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 0, 1);
    second = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 63, 2);
    device = vgpu_guest_send_draw(harness, CONTEXT, 3);
    vgpu_harness_settle(harness);
    vgpu_fake_renderer_signal(harness->renderer, 1);
    g_assert_true(is_answered(harness, second));
    g_assert_cmphex(((const struct virtio_gpu_ctrl_hdr *)second->answer)->ring_idx, ==, 63);
    vgpu_fake_renderer_signal(harness->renderer, 1);
    g_assert_true(is_answered(harness, device));
    g_assert_false(is_answered(harness, first));
    vgpu_fake_renderer_signal(harness->renderer, 0);
    g_assert_true(is_answered(harness, first));
}

static void rings_of_two_contexts_are_not_the_same(VgpuHarness *harness)
{
    VgpuFakeRequest *first, *second;

    hold_fences(harness);
    vgpu_guest_ctx_create(harness, CONTEXT + 1, 0);
    first = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 1, 1);
    second = vgpu_guest_send_draw_on_ring(harness, CONTEXT + 1, 1, 1);
    vgpu_harness_settle(harness);
    vgpu_fake_renderer_signal(harness->renderer, 1);
    g_assert_true(is_answered(harness, second));
    g_assert_false(is_answered(harness, first));
    vgpu_fake_renderer_signal_all(harness->renderer);
}

static void ring_without_the_feature_is_the_device_s_timeline(VgpuHarness *harness)
{
    VgpuFakeRequest *first, *second;

    vgpu_device_set_features(harness->device, 1u << VIRTIO_GPU_F_VIRGL);
    hold_fences(harness);
    first = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 1, 1);
    second = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 2, 2);
    vgpu_harness_settle(harness);
    g_assert_false(g_array_index(harness->renderer->fences, VgpuFence, 0).on_ring);
    vgpu_fake_renderer_signal(harness->renderer, 1);
    g_assert_true(is_answered(harness, second));
    g_assert_cmpuint(first->order, <, second->order);
}

static void fences_are_retired_when_their_context_dies(VgpuHarness *harness)
{
    VgpuFakeRequest *draws[3];

    hold_fences(harness);
    for (int i = 0; i < 3; i++) {
        draws[i] = vgpu_guest_send_draw_on_ring(harness, CONTEXT, i % 2, i);
    }
    g_assert_cmphex(vgpu_guest_ctx_destroy(harness, CONTEXT), ==, VGPU_OK);
    for (int i = 0; i < 3; i++) {
        g_assert_cmphex(vgpu_guest_response(draws[i]), ==, VGPU_OK);
    }
    vgpu_fake_renderer_signal_all(harness->renderer);
    vgpu_harness_settle(harness);
}

static void late_signal_does_not_reach_a_context_of_the_same_id(VgpuHarness *harness)
{
    VgpuFakeRequest *draw;

    hold_fences(harness);
    vgpu_guest_send_draw_on_ring(harness, CONTEXT, 1, 1);
    vgpu_guest_ctx_destroy(harness, CONTEXT);
    vgpu_guest_ctx_create(harness, CONTEXT, 0);
    draw = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 1, 2);
    vgpu_harness_settle(harness);
    vgpu_fake_renderer_signal(harness->renderer, 0);
    g_assert_false(is_answered(harness, draw));
    vgpu_fake_renderer_signal(harness->renderer, 0);
    g_assert_true(is_answered(harness, draw));
}

static void fence_on_the_ring_of_a_context_that_fails_is_answered(VgpuHarness *harness)
{
    struct virtio_gpu_ctx_create create = {
        .hdr = { .type = VIRTIO_GPU_CMD_CTX_CREATE, .ctx_id = CONTEXT, .ring_idx = 1,
                 .flags = VIRTIO_GPU_FLAG_FENCE | VIRTIO_GPU_FLAG_INFO_RING_IDX },
        .context_init = VGPU_FAKE_BAD_CAPSET,
    };
    VgpuFakeRequest *created =
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &create, sizeof(create));
    VgpuFakeRequest *draw = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 1, 2);

    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(created), ==, VIRTIO_GPU_RESP_ERR_UNSPEC);
    g_assert_cmphex(vgpu_guest_response(draw), ==, VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID);
}

static void fences_of_a_stream_that_fails_are_answered(VgpuHarness *harness)
{
    VgpuGuestSubmit submit = vgpu_wire_submit(CONTEXT, 5, 0);
    VgpuFakeRequest *draw;

    hold_fences(harness);
    submit.request.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
    draw = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &submit, sizeof(submit));
    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    vgpu_fake_renderer_signal_all(harness->renderer);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(draw), ==, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
}

static void signal_after_reset_answers_nothing(VgpuHarness *harness)
{
    VgpuFakeRequest *before, *after;

    hold_fences(harness);
    before = vgpu_guest_send_draw(harness, CONTEXT, 1);
    vgpu_harness_settle(harness);
    vgpu_harness_reset(harness);
    g_assert_cmpint(before->state, ==, VGPU_FAKE_DETACHED);
    vgpu_guest_ctx_create(harness, CONTEXT, 0);
    after = vgpu_guest_send_draw(harness, CONTEXT, 1);
    vgpu_harness_settle(harness);
    vgpu_fake_renderer_signal(harness->renderer, 0);
    g_assert_false(is_answered(harness, after));
    vgpu_fake_renderer_signal(harness->renderer, 0);
    g_assert_true(is_answered(harness, after));
}

static void signal_after_unplug_finds_nobody(VgpuHarness *harness)
{
    VgpuSignals *signals = harness->renderer->base.signals;
    const VgpuFence fence = { .serial = 1 };
    VgpuFakeRequest *draw;

    hold_fences(harness);
    draw = vgpu_guest_send_draw(harness, CONTEXT, 1);
    vgpu_harness_destroy_device(harness);
    g_assert_cmpint(draw->state, ==, VGPU_FAKE_DETACHED);
    /* The renderer is still there, and holds it. */
    vgpu_signals_raise(signals, &fence);
    vgpu_harness_settle(harness);
}

static void queue_reset_drops_fences(VgpuHarness *harness)
{
    VgpuFakeRequest *first, *second, *after;

    hold_fences(harness);
    first = vgpu_guest_send_draw(harness, CONTEXT, 1);
    second = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 1, 1);
    vgpu_harness_settle(harness);
    vgpu_device_reset_queue(harness->device, VGPU_QUEUE_CONTROL);
    g_assert_cmpint(first->state, ==, VGPU_FAKE_DETACHED);
    g_assert_cmpint(second->state, ==, VGPU_FAKE_DETACHED);
    after = vgpu_guest_send_draw_on_ring(harness, CONTEXT, 1, 1);
    vgpu_harness_settle(harness);
    vgpu_fake_renderer_signal(harness->renderer, 1);
    g_assert_false(is_answered(harness, after));
    vgpu_fake_renderer_signal_all(harness->renderer);
    g_assert_true(is_answered(harness, after));
}

static const VgpuHarnessTest tests[] = {
    { "draw-is-answered-when-its-fence-is-signalled",
      draw_is_answered_when_its_fence_is_signalled },
    { "draw-without-fence-is-answered-when-it-has-run",
      draw_without_fence_is_answered_when_it_has_run },
    { "signal-that-comes-first-counts", signal_that_comes_first_counts },
    { "signal-stands-for-all-before-it", signal_stands_for_all_before_it },
    { "fence-of-another-command-waits-for-what-is-drawn-before",
      fence_of_another_command_waits_for_what_is_drawn_before },
    { "rings-do-not-wait-for-each-other", rings_do_not_wait_for_each_other },
    { "rings-of-two-contexts-are-not-the-same", rings_of_two_contexts_are_not_the_same },
    { "ring-without-the-feature-is-the-device-s-timeline",
      ring_without_the_feature_is_the_device_s_timeline },
    { "fences-are-retired-when-their-context-dies", fences_are_retired_when_their_context_dies },
    { "late-signal-does-not-reach-a-context-of-the-same-id",
      late_signal_does_not_reach_a_context_of_the_same_id },
    { "fence-on-the-ring-of-a-context-that-fails-is-answered",
      fence_on_the_ring_of_a_context_that_fails_is_answered },
    { "fences-of-a-stream-that-fails-are-answered", fences_of_a_stream_that_fails_are_answered },
    { "signal-after-reset-answers-nothing", signal_after_reset_answers_nothing },
    { "signal-after-unplug-finds-nobody", signal_after_unplug_finds_nobody },
    { "queue-reset-drops-fences", queue_reset_drops_fences },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_guest_add_3d_tests("3d-fence", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
