/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters of scanouts, and traces. */
#include "guest.h"

#define RAM VGPU_FAKE_RAM_START
#define ALL VGPU_RECT(0, 0, VGPU_GUEST_LONG, VGPU_GUEST_LONG)

static const VgpuScanoutStats *stats(VgpuHarness *harness, uint32_t scanout_id)
{
    return vgpu_device_get_stats(harness->device, scanout_id);
}

static void show_two(VgpuHarness *harness)
{
    vgpu_guest_make(harness, 1, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, VGPU_RECT(0, 0, 64, 64)), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 1, 1, VGPU_RECT(32, 32, 16, 16)), ==, VGPU_OK);
}

static void counters_start_at_zero(VgpuHarness *harness)
{
    static const VgpuScanoutStats zero;

    for (uint32_t i = 0; i < VGPU_HARNESS_OUTPUTS; i++) {
        g_assert_cmpmem(stats(harness, i), sizeof(zero), &zero, sizeof(zero));
    }
}

static void flushes_count_where_they_touch(VgpuHarness *harness)
{
    show_two(harness);
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 64, 64));
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 8, 8));
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 8, 800));
    g_assert_cmpuint(stats(harness, 0)->flushes, ==, 2);
    g_assert_cmpuint(stats(harness, 1)->flushes, ==, 1);
    g_assert_cmpuint(stats(harness, 2)->flushes, ==, 0);
}

static void damaged_pixels_count_once_per_update(VgpuHarness *harness)
{
    struct virtio_gpu_resource_flush flush = vgpu_wire_flush(1, VGPU_RECT(0, 0, 10, 10));

    show_two(harness);
    for (int i = 0; i < 5; i++) {
        vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &flush, sizeof(flush));
    }
    vgpu_harness_process(harness);
    g_assert_cmpuint(stats(harness, 0)->damaged_pixels, ==, 100);
    vgpu_guest_flush(harness, 1, VGPU_RECT(40, 40, 16, 16));
    g_assert_cmpuint(stats(harness, 0)->damaged_pixels, ==, 100 + 256);
    g_assert_cmpuint(stats(harness, 1)->damaged_pixels, ==, 64);
}

static void bytes_copied_count_when_they_are_shown(VgpuHarness *harness)
{
    show_two(harness);
    vgpu_guest_make(harness, 2, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_transfer(harness, 1, VGPU_RECT(1, 1, 20, 10), 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_transfer(harness, 2, VGPU_RECT(1, 1, 20, 10), 0), ==, VGPU_OK);
    vgpu_guest_transfer(harness, 1, VGPU_RECT(1, 1, 20, 1000), 0);
    g_assert_cmpuint(stats(harness, 0)->bytes_copied, ==, 0);
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 64, 64));
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 64, 64));
    vgpu_guest_flush(harness, 2, VGPU_RECT(0, 0, 64, 64));
    g_assert_cmpuint(stats(harness, 0)->bytes_copied, ==, 800);
    g_assert_cmpuint(stats(harness, 1)->bytes_copied, ==, 800);
    g_assert_cmpuint(stats(harness, 2)->bytes_copied, ==, 0);
}

static void bytes_copied_count_for_a_buffer_that_is_flipped_to(VgpuHarness *harness)
{
    show_two(harness);
    vgpu_guest_make(harness, 2, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_transfer(harness, 2, VGPU_RECT(0, 0, 64, 64), 0), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 2, VGPU_RECT(0, 0, 64, 64)), ==, VGPU_OK);
    vgpu_guest_flush(harness, 2, VGPU_RECT(0, 0, 64, 64));
    g_assert_cmpuint(stats(harness, 0)->bytes_copied, ==, 64 * 64 * 4);
    g_assert_cmpuint(stats(harness, 1)->bytes_copied, ==, 0);
}

static void longest_command_is_the_time_to_its_answer(VgpuHarness *harness)
{
    vgpu_guest_make_long(harness, 1);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, ALL), ==, VGPU_OK);
    vgpu_guest_start_transfer(harness, 1);
    g_usleep(20000);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(stats(harness, 0)->longest_command_ns, >=, 20000000);
    g_assert_cmpuint(stats(harness, 1)->longest_command_ns, ==, 0);
}

static void a_frame_takes_from_its_first_flush_until_its_display_has_taken_it(VgpuHarness *harness)
{
    show_two(harness);
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 64, 64));
    g_assert_cmpuint(stats(harness, 1)->frames_taken, ==, 1);
    harness->sink.busy = 1;
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 64, 64));
    g_usleep(20000);
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 64, 64));
    g_assert_cmpuint(stats(harness, 0)->frames_taken, ==, 1);
    vgpu_device_frame_taken(harness->device, 0);
    vgpu_device_frame_taken(harness->device, 0);
    g_assert_cmpuint(stats(harness, 0)->frames_taken, ==, 2);
    g_assert_cmpuint(stats(harness, 0)->taken_ns, >=, 20000000);
    g_assert_cmpuint(stats(harness, 2)->frames_taken, ==, 0);
}

static void counters_stay_over_a_reset(VgpuHarness *harness)
{
    show_two(harness);
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 64, 64));
    vgpu_harness_reset(harness);
    g_assert_cmpuint(stats(harness, 0)->flushes, ==, 1);
}

static void every_command_is_traced_with_its_answer(VgpuHarness *harness)
{
    struct virtio_gpu_resource_create_2d create =
        vgpu_wire_create_2d(5, VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, 0, 0);
    const VgpuFakeObserver *observer = &harness->observer;

    create.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
    create.hdr.fence_id = 99;
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &create, sizeof(create));
    vgpu_harness_process(harness);
    g_assert_cmpuint(observer->n_traces[VGPU_TRACE_KICK], ==, 2);
    g_assert_cmpuint(observer->n_traces[VGPU_TRACE_COMMAND], ==, 1);
    g_assert_cmphex(observer->last[VGPU_TRACE_COMMAND][0], ==, VIRTIO_GPU_CMD_RESOURCE_CREATE_2D);
    g_assert_cmphex(observer->last[VGPU_TRACE_COMMAND][2], ==, 99);
    g_assert_cmpuint(observer->n_traces[VGPU_TRACE_ANSWER], ==, 1);
    g_assert_cmphex(observer->last[VGPU_TRACE_ANSWER][1], ==,
                    VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    g_assert_cmpuint(observer->n_traces[VGPU_TRACE_FENCE], ==, 1);
    g_assert_cmphex(observer->last[VGPU_TRACE_FENCE][0], ==, 99);
}

static void traces_tell_what_became_of_a_frame(VgpuHarness *harness)
{
    const VgpuFakeObserver *observer = &harness->observer;

    vgpu_guest_make_long(harness, 1);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 3, 1, ALL), ==, VGPU_OK);
    g_assert_cmphex(observer->last[VGPU_TRACE_SCANOUT][0], ==, 3);
    g_assert_cmphex(observer->last[VGPU_TRACE_SCANOUT][1], ==, 1);
    g_assert_cmphex(observer->last[VGPU_TRACE_SCANOUT][2], ==, VGPU_GUEST_LONG);
    vgpu_guest_start_transfer(harness, 1);
    g_assert_cmpuint(observer->n_traces[VGPU_TRACE_DEFER], ==, 1);
    g_assert_cmphex(observer->last[VGPU_TRACE_DEFER][1], ==, 1);
    vgpu_guest_flush(harness, 1, VGPU_RECT(0, 0, 100, 10));
    g_assert_cmpuint(observer->n_traces[VGPU_TRACE_WAIT], ==, 1);
    g_assert_cmphex(observer->last[VGPU_TRACE_FLUSH][1], ==, 1u << 3);
    g_assert_cmphex(observer->last[VGPU_TRACE_UPDATE][0], ==, 3);
    g_assert_cmphex(observer->last[VGPU_TRACE_UPDATE][2], ==, 1000);
    vgpu_guest_start_transfer(harness, 1);
    vgpu_harness_reset(harness);
    g_assert_cmphex(observer->last[VGPU_TRACE_RESET][0], ==, 1);
}

static void nobody_needs_to_observe(void)
{
    VgpuHarness harness;

    vgpu_harness_init(&harness, &(VgpuHarnessOptions) { .no_observer = true });
    vgpu_guest_unref(&harness, 5);
    vgpu_guest_make(&harness, 1, 64, 64, RAM);
    vgpu_harness_finish(&harness);
}

static const VgpuHarnessTest tests[] = {
    { "counters-start-at-zero", counters_start_at_zero },
    { "flushes-count-where-they-touch", flushes_count_where_they_touch },
    { "damaged-pixels-count-once-per-update", damaged_pixels_count_once_per_update },
    { "bytes-copied-count-when-they-are-shown", bytes_copied_count_when_they_are_shown },
    { "bytes-copied-count-for-a-buffer-that-is-flipped-to",
      bytes_copied_count_for_a_buffer_that_is_flipped_to },
    { "longest-command-is-the-time-to-its-answer", longest_command_is_the_time_to_its_answer },
    { "a-frame-takes-from-its-first-flush-until-its-display-has-taken-it",
      a_frame_takes_from_its_first_flush_until_its_display_has_taken_it },
    { "counters-stay-over-a-reset", counters_stay_over_a_reset },
    { "every-command-is-traced-with-its-answer", every_command_is_traced_with_its_answer },
    { "traces-tell-what-became-of-a-frame", traces_tell_what_became_of_a_frame },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("stats", tests, G_N_ELEMENTS(tests));
    g_test_add_func("/vgpu/stats/nobody-needs-to-observe", nobody_needs_to_observe);
    return g_test_run();
}
