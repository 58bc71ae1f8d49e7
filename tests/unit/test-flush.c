/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flushes that wait for a display to take the frame, and what does not wait with them. */
#include "guest.h"

#define RAM VGPU_FAKE_RAM_START

static void show(VgpuHarness *harness, uint32_t scanout_id, uint32_t id)
{
    g_assert_cmphex(vgpu_guest_set_scanout(harness, scanout_id, id, VGPU_RECT(0, 0, 64, 64)), ==,
                    VGPU_OK);
}

static void make_shown(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    vgpu_guest_make(harness, 2, 64, 64, RAM);
    show(harness, 0, 1);
    show(harness, 1, 1);
}

static VgpuFakeRequest *send_flush(VgpuHarness *harness, uint32_t flags,
                                   struct virtio_gpu_rect rect)
{
    struct virtio_gpu_resource_flush flush = vgpu_wire_flush(1, rect);
    VgpuFakeRequest *request;

    flush.hdr.flags = flags;
    request = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &flush, sizeof(flush));
    vgpu_harness_process(harness);
    return request;
}

static VgpuFakeRequest *send_fenced(VgpuHarness *harness)
{
    return send_flush(harness, VIRTIO_GPU_FLAG_FENCE, VGPU_RECT(0, 0, 8, 8));
}

static void fenced_flush_waits_for_a_busy_display(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    make_shown(harness);
    harness->sink.busy = 1;
    flush = send_fenced(harness);
    vgpu_harness_settle(harness);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_TAKEN);
    g_assert_cmpuint(harness->sink.heads[0].n_updates, ==, 1);
    vgpu_harness_take_frame(harness, 0);
    g_assert_cmphex(vgpu_guest_response(flush), ==, VGPU_OK);
    g_assert_cmpuint(harness->queues[VGPU_QUEUE_CONTROL].n_silent, ==, 0);
}

static void flush_without_fence_waits_for_nobody(VgpuHarness *harness)
{
    make_shown(harness);
    harness->sink.busy = 3;
    g_assert_cmphex(vgpu_guest_response(send_flush(harness, 0, VGPU_RECT(0, 0, 8, 8))), ==,
                    VGPU_OK);
}

static void flush_of_nothing_visible_waits_for_nobody(VgpuHarness *harness)
{
    make_shown(harness);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(32, 32, 8, 8)), ==, VGPU_OK);
    show(harness, 1, 2);
    harness->sink.busy = 3;
    g_assert_cmphex(vgpu_guest_response(send_fenced(harness)), ==, VGPU_OK);
}

static void flush_waits_for_every_display_that_shows_it(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    make_shown(harness);
    harness->sink.busy = 3;
    flush = send_fenced(harness);
    vgpu_harness_take_frame(harness, 1);
    vgpu_harness_take_frame(harness, 3);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_TAKEN);
    vgpu_harness_take_frame(harness, 0);
    g_assert_cmphex(vgpu_guest_response(flush), ==, VGPU_OK);
}

static void one_take_answers_all_that_waited(VgpuHarness *harness)
{
    VgpuFakeRequest *flushes[5];
    unsigned notified;

    make_shown(harness);
    harness->sink.busy = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(flushes); i++) {
        flushes[i] = send_fenced(harness);
        g_assert_cmpint(flushes[i]->state, ==, VGPU_FAKE_TAKEN);
    }
    notified = harness->queues[VGPU_QUEUE_CONTROL].n_notified;
    vgpu_harness_take_frame(harness, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(flushes); i++) {
        g_assert_cmphex(vgpu_guest_response(flushes[i]), ==, VGPU_OK);
        g_assert_cmpuint(flushes[i]->order, >, i ? flushes[i - 1]->order : 0);
    }
    g_assert_cmpuint(harness->queues[VGPU_QUEUE_CONTROL].n_notified, ==, notified + 1);
}

static void other_commands_go_on_meanwhile(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    make_shown(harness);
    harness->sink.busy = 1;
    flush = send_fenced(harness);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_flush(harness, 2, VGPU_RECT(0, 0, 64, 64)), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 2), ==, VGPU_OK);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_TAKEN);
    vgpu_harness_take_frame(harness, 0);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_ANSWERED);
}

/* Nobody will take a frame that is not shown any more. */
static void disabling_the_scanout_answers(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    make_shown(harness);
    harness->sink.busy = 3;
    flush = send_fenced(harness);
    show(harness, 0, 0);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_TAKEN);
    show(harness, 1, 0);
    g_assert_cmphex(vgpu_guest_response(flush), ==, VGPU_OK);
}

static void unref_of_the_resource_answers(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    make_shown(harness);
    harness->sink.busy = 3;
    flush = send_fenced(harness);
    g_assert_cmphex(vgpu_guest_unref(harness, 1), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_response(flush), ==, VGPU_OK);
}

/* Flush and replacement in one batch: the frame is never given to a display. */
static void frame_replaced_before_it_was_shown_is_answered(VgpuHarness *harness)
{
    struct virtio_gpu_resource_flush flush = vgpu_wire_flush(1, VGPU_RECT(0, 0, 8, 8));
    struct virtio_gpu_set_scanout set = vgpu_wire_set_scanout(0, 2, VGPU_RECT(0, 0, 64, 64));
    VgpuFakeRequest *sent;

    make_shown(harness);
    show(harness, 1, 2);
    flush.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
    sent = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &flush, sizeof(flush));
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &set, sizeof(set));
    vgpu_harness_process(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VGPU_OK);
}

static void drain_does_not_wait_for_displays(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    make_shown(harness);
    harness->sink.busy = 3;
    flush = send_fenced(harness);
    vgpu_device_drain(harness->device);
    g_assert_cmphex(vgpu_guest_response(flush), ==, VGPU_OK);
    vgpu_harness_take_frame(harness, 0);
}

static void reset_drops_what_waits_for_displays(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    make_shown(harness);
    harness->sink.busy = 3;
    flush = send_fenced(harness);
    vgpu_harness_reset(harness);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_DETACHED);
    vgpu_harness_take_frame(harness, 0);
    vgpu_harness_take_frame(harness, 1);
}

static void taking_what_nobody_waits_for_is_nothing(VgpuHarness *harness)
{
    for (uint32_t i = 0; i < VGPU_HARNESS_OUTPUTS; i++) {
        vgpu_harness_take_frame(harness, i);
    }
    g_assert_cmpuint(harness->n_answers, ==, 0);
}

static const VgpuHarnessTest tests[] = {
    { "fenced-flush-waits-for-a-busy-display", fenced_flush_waits_for_a_busy_display },
    { "flush-without-fence-waits-for-nobody", flush_without_fence_waits_for_nobody },
    { "flush-of-nothing-visible-waits-for-nobody", flush_of_nothing_visible_waits_for_nobody },
    { "flush-waits-for-every-display-that-shows-it", flush_waits_for_every_display_that_shows_it },
    { "one-take-answers-all-that-waited", one_take_answers_all_that_waited },
    { "other-commands-go-on-meanwhile", other_commands_go_on_meanwhile },
    { "disabling-the-scanout-answers", disabling_the_scanout_answers },
    { "unref-of-the-resource-answers", unref_of_the_resource_answers },
    { "frame-replaced-before-it-was-shown-is-answered",
      frame_replaced_before_it_was_shown_is_answered },
    { "drain-does-not-wait-for-displays", drain_does_not_wait_for_displays },
    { "reset-drops-what-waits-for-displays", reset_drops_what_waits_for_displays },
    { "taking-what-nobody-waits-for-is-nothing", taking_what_nobody_waits_for_is_nothing },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("flush", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
