/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fences: what an answer repeats, and in which order answers come. */
#include "guest.h"

#define RAM VGPU_FAKE_RAM_START

static VgpuFakeRequest *send_info(VgpuHarness *harness, uint32_t flags, uint64_t fence)
{
    struct virtio_gpu_ctrl_hdr request = {
        .type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO, .flags = flags, .fence_id = fence,
    };
    VgpuFakeRequest *sent =
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));

    vgpu_harness_process(harness);
    return sent;
}

static VgpuFakeRequest *send_long_transfer(VgpuHarness *harness, uint32_t id, uint64_t fence)
{
    struct virtio_gpu_transfer_to_host_2d transfer =
        vgpu_wire_transfer(id, VGPU_RECT(0, 0, VGPU_GUEST_LONG, VGPU_GUEST_LONG), 0);
    VgpuFakeRequest *sent;

    transfer.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
    transfer.hdr.fence_id = fence;
    sent = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &transfer, sizeof(transfer));
    vgpu_harness_process(harness);
    return sent;
}

static void answer_repeats_the_fence(VgpuHarness *harness)
{
    struct virtio_gpu_ctrl_hdr request = {
        .type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO, .flags = VIRTIO_GPU_FLAG_FENCE,
        .fence_id = 0xfedcba9876543210ull, .ctx_id = 0x12345678,
    };
    VgpuFakeRequest *sent =
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
    const struct virtio_gpu_ctrl_hdr *answer;

    vgpu_harness_process(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
    answer = (const void *)sent->answer;
    g_assert_cmphex(answer->flags, ==, VIRTIO_GPU_FLAG_FENCE);
    g_assert_cmphex(answer->fence_id, ==, request.fence_id);
    g_assert_cmphex(answer->ctx_id, ==, request.ctx_id);
}

static void error_repeats_the_fence(VgpuHarness *harness)
{
    struct virtio_gpu_ctrl_hdr request = {
        .type = 0x7777, .flags = VIRTIO_GPU_FLAG_FENCE, .fence_id = 42,
    };
    VgpuFakeRequest *sent =
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
    const struct virtio_gpu_ctrl_hdr *answer;

    vgpu_harness_process(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VIRTIO_GPU_RESP_ERR_UNSPEC);
    answer = (const void *)sent->answer;
    g_assert_cmphex(answer->flags, ==, VIRTIO_GPU_FLAG_FENCE);
    g_assert_cmphex(answer->fence_id, ==, 42);
}

static void answer_without_fence_repeats_nothing(VgpuHarness *harness)
{
    struct virtio_gpu_ctrl_hdr request = {
        .type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO, .flags = 0xfffffffe, .fence_id = UINT64_MAX,
        .ctx_id = UINT32_MAX, .ring_idx = 255, .padding = { 1, 2, 3 },
    };

    /* vgpu_guest_response() looks at all of these. */
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request)), ==,
                    VIRTIO_GPU_RESP_OK_DISPLAY_INFO);
}

static void flags_that_do_not_exist_are_not_repeated(VgpuHarness *harness)
{
    VgpuFakeRequest *sent = send_info(harness, UINT32_MAX, 5);
    const struct virtio_gpu_ctrl_hdr *answer = (const void *)sent->answer;

    g_assert_cmphex(answer->flags & ~3u, ==, 0);
    g_assert_cmphex(answer->flags & 1u, ==, 1);
}

static void fence_waits_for_an_unfinished_copy_before_it(VgpuHarness *harness)
{
    VgpuFakeRequest *transfer, *fence, *free;

    vgpu_guest_make_long(harness, 1);
    transfer = send_long_transfer(harness, 1, 1);
    fence = send_info(harness, VIRTIO_GPU_FLAG_FENCE, 2);
    free = send_info(harness, 0, 0);
    g_assert_cmpint(transfer->state, ==, VGPU_FAKE_TAKEN);
    g_assert_cmpint(fence->state, ==, VGPU_FAKE_TAKEN);
    g_assert_cmpint(free->state, ==, VGPU_FAKE_ANSWERED);
    vgpu_harness_settle(harness);
    vgpu_guest_response(fence);
    g_assert_cmpuint(transfer->order, <, fence->order);
}

static void fences_are_answered_in_the_order_of_requests(VgpuHarness *harness)
{
    VgpuFakeRequest *sent[40];
    unsigned n = 0;

    vgpu_guest_make_long(harness, 1);
    vgpu_guest_make_long(harness, 2);
    for (; n < 40; n++) {
        sent[n] = n % 3 ? send_long_transfer(harness, 1 + n % 2, n)
            : send_info(harness, VIRTIO_GPU_FLAG_FENCE, n);
    }
    while (vgpu_fake_executor_pending(&harness->executor)) {
        vgpu_fake_executor_run(&harness->executor);
        if (g_test_rand_int_range(0, 2)) {
            vgpu_fake_executor_done(&harness->executor);
        }
    }
    for (unsigned i = 1; i < n; i++) {
        vgpu_guest_response(sent[i]);
        g_assert_cmpuint(sent[i - 1]->order, <, sent[i]->order);
    }
}

static void completions_of_one_batch_notify_once(VgpuHarness *harness)
{
    VgpuFakeQueue *queue = &harness->queues[VGPU_QUEUE_CONTROL];
    unsigned before;

    vgpu_guest_make_long(harness, 1);
    send_long_transfer(harness, 1, 1);
    for (int i = 0; i < 10; i++) {
        send_info(harness, VIRTIO_GPU_FLAG_FENCE, 2 + i);
    }
    before = queue->n_notified;
    vgpu_fake_executor_run(&harness->executor);
    g_assert_cmpuint(queue->n_notified, ==, before);
    vgpu_fake_executor_done(&harness->executor);
    g_assert_cmpuint(queue->n_notified, ==, before + 1);
    g_assert_cmpuint(queue->n_answered, ==, 13);
}

static void fence_on_the_cursor_queue_is_answered(VgpuHarness *harness)
{
    struct virtio_gpu_update_cursor move = vgpu_wire_cursor(VIRTIO_GPU_CMD_MOVE_CURSOR, 0, 0);
    VgpuFakeRequest *sent;

    move.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
    move.hdr.fence_id = 3;
    sent = vgpu_guest_send(harness, VGPU_QUEUE_CURSOR, &move, sizeof(move));
    vgpu_harness_process(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VGPU_OK);
    g_assert_cmphex(((const struct virtio_gpu_ctrl_hdr *)sent->answer)->fence_id, ==, 3);
}

static const VgpuHarnessTest tests[] = {
    { "answer-repeats-the-fence", answer_repeats_the_fence },
    { "error-repeats-the-fence", error_repeats_the_fence },
    { "answer-without-fence-repeats-nothing", answer_without_fence_repeats_nothing },
    { "flags-that-do-not-exist-are-not-repeated", flags_that_do_not_exist_are_not_repeated },
    { "fence-waits-for-an-unfinished-copy-before-it",
      fence_waits_for_an_unfinished_copy_before_it },
    { "fences-are-answered-in-the-order-of-requests",
      fences_are_answered_in_the_order_of_requests },
    { "completions-of-one-batch-notify-once", completions_of_one_batch_notify_once },
    { "fence-on-the-cursor-queue-is-answered", fence_on_the_cursor_queue_is_answered },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("fence", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
