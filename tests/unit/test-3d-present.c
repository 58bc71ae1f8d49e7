/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the renderer shares with displays, and pixels that are read when somebody wants to see them. */
#include "guest-3d.h"

#define FIRST 1
#define SECOND 2
#define SIDE 64
#define WHOLE VGPU_RECT(0, 0, SIDE, SIDE)

/* Two pictures, drawn, and displays that take textures; fences wait for the test. */
static void make_pictures(VgpuHarness *harness)
{
    harness->renderer->ways = VGPU_SHARE_TEXTURE;
    for (uint32_t i = 0; i < VGPU_HARNESS_OUTPUTS; i++) {
        harness->sink.ways[i] = VGPU_SHARE_TEXTURE;
    }
    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    g_assert_cmphex(vgpu_guest_create_3d(harness, SECOND, SIDE, SIDE), ==, VGPU_OK);
    harness->renderer->hold_fences = true;
}

static VgpuFakeRequest *send_flush(VgpuHarness *harness, uint32_t id, uint32_t flags)
{
    struct virtio_gpu_resource_flush request = vgpu_wire_flush(id, WHOLE);
    VgpuFakeRequest *sent;

    request.hdr.flags = flags;
    request.hdr.fence_id = 7;
    sent = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
    vgpu_harness_process(harness);
    vgpu_harness_settle(harness);
    return sent;
}

static void set_scanout(VgpuHarness *harness, uint32_t scanout_id, uint32_t id)
{
    g_assert_cmphex(vgpu_guest_set_scanout(harness, scanout_id, id, WHOLE), ==, VGPU_OK);
}

static uint32_t shown_texture(VgpuHarness *harness, uint32_t scanout_id)
{
    DisplayBuffer *buffer = harness->sink.heads[scanout_id].buffer;

    return buffer ? display_buffer_get_texture(buffer) : 0;
}

static void signal_oldest(VgpuHarness *harness)
{
    vgpu_fake_renderer_signal(harness->renderer, 0);
    vgpu_harness_settle(harness);
}

/* ---- sharing -------------------------------------------------------------------------------- */

static void texture_is_shown_when_its_fence_is_signalled(VgpuHarness *harness)
{
    VgpuFakeHead *head = &harness->sink.heads[0];

    make_pictures(harness);
    set_scanout(harness, 0, FIRST);
    send_flush(harness, FIRST, 0);
    g_assert_null(head->buffer);
    signal_oldest(harness);
    g_assert_cmpuint(shown_texture(harness, 0), ==, FIRST);
    g_assert_cmpint(pixman_region32_extents(&head->damage)->x2, ==, SIDE);
    g_assert_cmpuint(vgpu_device_get_stats(harness->device, 0)->frames_shared, ==, 1);
    g_assert_cmpuint(vgpu_device_get_stats(harness->device, 0)->bytes_read, ==, 0);
}

static void flush_is_answered_when_it_is_shown(VgpuHarness *harness)
{
    static const uint32_t flags[] = { 0, VIRTIO_GPU_FLAG_FENCE };

    make_pictures(harness);
    set_scanout(harness, 0, FIRST);
    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        VgpuFakeRequest *flush = send_flush(harness, FIRST, flags[i]);

        g_assert_cmpint(flush->state, ==, VGPU_FAKE_TAKEN);
        signal_oldest(harness);
        g_assert_cmpint(flush->state, ==, VGPU_FAKE_ANSWERED);
    }
}

static void flush_waits_for_the_display_that_was_shown_it(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    make_pictures(harness);
    harness->sink.busy = 1u << 0;
    set_scanout(harness, 0, FIRST);
    flush = send_flush(harness, FIRST, VIRTIO_GPU_FLAG_FENCE);
    signal_oldest(harness);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_TAKEN);
    vgpu_harness_take_frame(harness, 0);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_ANSWERED);
}

static void signal_that_comes_before_the_completion_counts(VgpuHarness *harness)
{
    struct virtio_gpu_resource_flush request = vgpu_wire_flush(FIRST, WHOLE);

    make_pictures(harness);
    set_scanout(harness, 0, FIRST);
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
    vgpu_harness_process(harness);
    vgpu_fake_executor_run(&harness->executor);
    vgpu_fake_renderer_signal(harness->renderer, 0);
    vgpu_fake_loop_turn(&harness->loop);
    g_assert_null(harness->sink.heads[0].buffer);
    vgpu_fake_executor_done(&harness->executor);
    g_assert_cmpuint(shown_texture(harness, 0), ==, FIRST);
}

static void frame_is_shown_though_the_driver_is_at_the_next(VgpuHarness *harness)
{
    make_pictures(harness);
    set_scanout(harness, 0, FIRST);
    send_flush(harness, FIRST, 0);
    set_scanout(harness, 0, SECOND);
    send_flush(harness, SECOND, 0);
    signal_oldest(harness);
    g_assert_cmpuint(shown_texture(harness, 0), ==, FIRST);
    signal_oldest(harness);
    g_assert_cmpuint(shown_texture(harness, 0), ==, SECOND);
}

static void frame_of_a_disabled_scanout_is_not_shown(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    make_pictures(harness);
    set_scanout(harness, 0, FIRST);
    flush = send_flush(harness, FIRST, VIRTIO_GPU_FLAG_FENCE);
    set_scanout(harness, 0, 0);
    signal_oldest(harness);
    g_assert_null(harness->sink.heads[0].buffer);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_ANSWERED);
}

static void shown_texture_outlives_its_resource(VgpuHarness *harness)
{
    make_pictures(harness);
    set_scanout(harness, 0, FIRST);
    send_flush(harness, FIRST, 0);
    set_scanout(harness, 0, SECOND);
    g_assert_cmphex(vgpu_guest_unref(harness, FIRST), ==, VGPU_OK);
    signal_oldest(harness);
    g_assert_cmpuint(shown_texture(harness, 0), ==, FIRST);
}

static void reset_drops_frames_that_wait(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    make_pictures(harness);
    set_scanout(harness, 0, FIRST);
    flush = send_flush(harness, FIRST, 0);
    vgpu_harness_reset(harness);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_DETACHED);
    vgpu_fake_renderer_signal_all(harness->renderer);
    vgpu_harness_settle(harness);
    g_assert_null(harness->sink.heads[0].buffer);
}

static void reset_of_the_queue_leaves_the_frame(VgpuHarness *harness)
{
    make_pictures(harness);
    set_scanout(harness, 0, FIRST);
    send_flush(harness, FIRST, 0);
    vgpu_device_reset_queue(harness->device, VGPU_QUEUE_CONTROL);
    signal_oldest(harness);
    g_assert_cmpuint(shown_texture(harness, 0), ==, FIRST);
}

/* ---- where it is not possible --------------------------------------------------------------- */

static void assert_pixels(VgpuHarness *harness, uint32_t scanout_id)
{
    g_assert_nonnull(harness->sink.heads[scanout_id].buffer);
    g_assert_cmphex(vgpu_fake_head_pixel(&harness->sink.heads[scanout_id], 1, 1), ==, 0x123456);
}

static void heads_get_what_they_take(VgpuHarness *harness)
{
    make_pictures(harness);
    harness->renderer->hold_fences = false;
    harness->sink.ways[1] = 0;
    set_scanout(harness, 0, FIRST);
    set_scanout(harness, 1, FIRST);
    vgpu_guest_paint(harness, FIRST, 0x123456);
    send_flush(harness, FIRST, 0);
    g_assert_cmpuint(shown_texture(harness, 0), ==, FIRST);
    assert_pixels(harness, 1);
}

static void what_cannot_be_shared_is_read(VgpuHarness *harness)
{
    make_pictures(harness);
    harness->renderer->hold_fences = false;
    harness->renderer->ways = VGPU_SHARE_DMABUF;
    set_scanout(harness, 0, FIRST);
    vgpu_guest_paint(harness, FIRST, 0x123456);
    send_flush(harness, FIRST, VIRTIO_GPU_FLAG_FENCE);
    assert_pixels(harness, 0);
}

static void head_gets_pixels_when_another_way_is_all_there_is(VgpuHarness *harness)
{
    make_pictures(harness);
    harness->renderer->hold_fences = false;
    harness->sink.ways[1] = VGPU_SHARE_DMABUF;
    set_scanout(harness, 0, FIRST);
    set_scanout(harness, 1, FIRST);
    vgpu_guest_paint(harness, FIRST, 0x123456);
    send_flush(harness, FIRST, 0);
    g_assert_cmpuint(shown_texture(harness, 0), ==, FIRST);
    assert_pixels(harness, 1);
}

static void no_dmabuf_is_made_of_what_is_shared_as_a_texture(VgpuHarness *harness)
{
    make_pictures(harness);
    harness->renderer->hold_fences = false;
    harness->renderer->ways = harness->sink.ways[0] = VGPU_SHARE_TEXTURE | VGPU_SHARE_DMABUF;
    set_scanout(harness, 0, FIRST);
    send_flush(harness, FIRST, 0);
    g_assert_cmpuint(shown_texture(harness, 0), ==, FIRST);
    g_assert_cmpuint(harness->renderer->ways_wanted, ==, VGPU_SHARE_TEXTURE);
    harness->sink.ways[1] = VGPU_SHARE_DMABUF;
    set_scanout(harness, 1, FIRST);
    send_flush(harness, FIRST, 0);
    g_assert_cmpuint(harness->renderer->ways_wanted, ==, VGPU_SHARE_TEXTURE | VGPU_SHARE_DMABUF);
}

static void dmabuf_stands_in_for_a_texture_that_cannot_be(VgpuHarness *harness)
{
    make_pictures(harness);
    harness->renderer->hold_fences = false;
    harness->renderer->ways = VGPU_SHARE_DMABUF;
    harness->sink.ways[0] = VGPU_SHARE_TEXTURE | VGPU_SHARE_DMABUF;
    for (int turn = 0; turn < 2; turn++) {
        set_scanout(harness, 0, FIRST);
        send_flush(harness, FIRST, 0);
        g_assert_cmpuint(shown_texture(harness, 0), ==, FIRST);
        g_assert_cmpuint(harness->renderer->ways_wanted, ==,
                         turn ? VGPU_SHARE_DMABUF : VGPU_SHARE_TEXTURE);
    }
}

static void part_of_a_picture_is_read(VgpuHarness *harness)
{
    make_pictures(harness);
    harness->renderer->hold_fences = false;
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, FIRST, VGPU_RECT(8, 8, 16, 16)), ==,
                    VGPU_OK);
    vgpu_guest_paint(harness, FIRST, 0x123456);
    send_flush(harness, FIRST, 0);
    assert_pixels(harness, 0);
}

static void assert_shown(VgpuHarness *harness, uint32_t scanout_id, pixman_box32_t source,
                         pixman_box32_t damage)
{
    VgpuFakeHead *head = &harness->sink.heads[scanout_id];

    g_assert_cmpuint(shown_texture(harness, scanout_id), ==, FIRST);
    g_assert_cmpmem(&head->source, sizeof(source), &source, sizeof(source));
    g_assert_cmpmem(pixman_region32_extents(&head->damage), sizeof(damage), &damage, sizeof(damage));
}

static void parts_are_shared_with_displays_that_take_them(VgpuHarness *harness)
{
    make_pictures(harness);
    harness->sink.ways[0] |= VGPU_SHARE_PARTS;
    harness->sink.ways[1] |= VGPU_SHARE_PARTS;
    harness->renderer->hold_fences = false;
    for (uint32_t i = 0; i < 2; i++) {
        g_assert_cmphex(vgpu_guest_set_scanout(harness, i, FIRST, VGPU_RECT(32 * i, 8, 32, 16)), ==,
                        VGPU_OK);
    }
    send_flush(harness, FIRST, 0);
    assert_shown(harness, 0, (pixman_box32_t) { 0, 8, 32, 24 }, (pixman_box32_t) { 0, 0, 32, 16 });
    assert_shown(harness, 1, (pixman_box32_t) { 32, 8, 64, 24 }, (pixman_box32_t) { 0, 0, 32, 16 });

    vgpu_fake_sink_clear_damage(&harness->sink);
    g_assert_cmphex(vgpu_guest_flush(harness, FIRST, VGPU_RECT(40, 0, 4, 10)), ==, VGPU_OK);
    g_assert_false(pixman_region32_not_empty(&harness->sink.heads[0].damage));
    assert_shown(harness, 1, (pixman_box32_t) { 32, 8, 64, 24 }, (pixman_box32_t) { 8, 0, 12, 2 });
    g_assert_cmpuint(vgpu_device_get_stats(harness->device, 1)->bytes_read, ==, 0);
    g_assert_cmpuint(vgpu_device_get_stats(harness->device, 0)->frames_shared, ==, 1);
}

static void another_part_is_shown_when_it_is_flushed(VgpuHarness *harness)
{
    make_pictures(harness);
    harness->sink.ways[0] |= VGPU_SHARE_PARTS;
    for (int turn = 0; turn < 2; turn++) {
        g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, FIRST, VGPU_RECT(8 * turn, 0, 16, 16)), ==,
                        VGPU_OK);
        send_flush(harness, FIRST, 0);
    }
    signal_oldest(harness);
    assert_shown(harness, 0, (pixman_box32_t) { 0, 0, 16, 16 }, (pixman_box32_t) { 0, 0, 16, 16 });
    signal_oldest(harness);
    assert_shown(harness, 0, (pixman_box32_t) { 8, 0, 24, 16 }, (pixman_box32_t) { 0, 0, 16, 16 });
}

/* ---- pixels that nobody wants --------------------------------------------------------------- */

static void nothing_is_read_while_nobody_looks(VgpuHarness *harness)
{
    VgpuFakeRequest *flush;

    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    harness->sink.unwatched = 1u << 0;
    set_scanout(harness, 0, FIRST);
    flush = send_flush(harness, FIRST, VIRTIO_GPU_FLAG_FENCE);
    g_assert_cmpint(flush->state, ==, VGPU_FAKE_ANSWERED);
    g_assert_null(harness->sink.heads[0].buffer);
    g_assert_cmpuint(vgpu_device_get_stats(harness->device, 0)->bytes_read, ==, 0);
}

static void who_asks_gets_what_changed(VgpuHarness *harness)
{
    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    set_scanout(harness, 0, FIRST);
    send_flush(harness, FIRST, 0);
    g_assert_false(vgpu_device_read_pixels(harness->device, 0));
    harness->sink.unwatched = 1u << 0;
    vgpu_guest_paint(harness, FIRST, 0x123456);
    vgpu_fake_sink_clear_damage(&harness->sink);
    g_assert_cmphex(vgpu_guest_flush(harness, FIRST, VGPU_RECT(0, 0, 2, 2)), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_flush(harness, FIRST, VGPU_RECT(9, 9, 3, 3)), ==, VGPU_OK);
    harness->sink.n_reads = 0;
    g_assert_true(vgpu_device_read_pixels(harness->device, 0));
    g_assert_cmpuint(harness->sink.n_reads, ==, 0);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->sink.n_reads, ==, 1);
    assert_pixels(harness, 0);
    g_assert_cmpint(pixman_region32_n_rects(&harness->sink.heads[0].damage), ==, 2);
    g_assert_cmpuint(vgpu_device_get_stats(harness->device, 0)->bytes_read, ==,
                     (SIDE * SIDE + 2 * 2 + 3 * 3) * 4);
    g_assert_false(vgpu_device_read_pixels(harness->device, 0));
}

static void who_asks_waits_for_pixels_that_are_under_way(VgpuHarness *harness)
{
    struct virtio_gpu_resource_flush request = vgpu_wire_flush(FIRST, WHOLE);

    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    set_scanout(harness, 0, FIRST);
    vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request));
    vgpu_harness_process(harness);
    g_assert_true(vgpu_device_read_pixels(harness->device, 0));
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->sink.n_reads, ==, 1);
}

static void who_waits_for_pixels_is_told_of_a_reset(VgpuHarness *harness)
{
    vgpu_guest_make_3d(harness, FIRST, SIDE, SIDE);
    harness->sink.unwatched = 1u << 0;
    set_scanout(harness, 0, FIRST);
    send_flush(harness, FIRST, 0);
    g_assert_true(vgpu_device_read_pixels(harness->device, 0));
    vgpu_harness_reset(harness);
    g_assert_cmpuint(harness->sink.n_reads, ==, 1);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->sink.n_reads, ==, 1);
}

/* ---- moving --------------------------------------------------------------------------------- */

static void renderer_moves_before_it_draws(VgpuHarness *harness)
{
    harness->renderer->wants_to_move = true;
    vgpu_guest_ctx_create(harness, VGPU_GUEST_CONTEXT, 0);
    g_assert_cmpuint(harness->renderer->n_moves, ==, 1);
    vgpu_guest_create_3d(harness, FIRST, SIDE, SIDE);
    g_assert_cmpuint(harness->renderer->n_asked, ==, 1);
}

static void renderer_is_asked_again_after_a_reset(VgpuHarness *harness)
{
    vgpu_guest_ctx_create(harness, VGPU_GUEST_CONTEXT, 0);
    g_assert_cmpuint(harness->renderer->n_moves, ==, 0);
    vgpu_harness_reset(harness);
    harness->renderer->wants_to_move = true;
    vgpu_guest_ctx_create(harness, VGPU_GUEST_CONTEXT, 0);
    g_assert_cmpuint(harness->renderer->n_asked, ==, 2);
    g_assert_cmpuint(harness->renderer->n_moves, ==, 1);
}

static void capability_set_is_that_of_where_it_moved(VgpuHarness *harness)
{
    struct virtio_gpu_get_capset request = {
        .hdr.type = VIRTIO_GPU_CMD_GET_CAPSET, .capset_id = VGPU_FAKE_CAPSET, .capset_version = 1,
    };

    harness->renderer->wants_to_move = true;
    g_assert_cmphex(vgpu_guest_ask(harness, VGPU_QUEUE_CONTROL, &request, sizeof(request)), ==,
                    VIRTIO_GPU_RESP_OK_CAPSET);
    g_assert_cmpuint(harness->renderer->n_moves, ==, 1);
}

static const VgpuHarnessTest tests[] = {
    { "texture-is-shown-when-its-fence-is-signalled", texture_is_shown_when_its_fence_is_signalled },
    { "flush-is-answered-when-it-is-shown", flush_is_answered_when_it_is_shown },
    { "flush-waits-for-the-display-that-was-shown-it",
      flush_waits_for_the_display_that_was_shown_it },
    { "signal-that-comes-before-the-completion-counts",
      signal_that_comes_before_the_completion_counts },
    { "frame-is-shown-though-the-driver-is-at-the-next",
      frame_is_shown_though_the_driver_is_at_the_next },
    { "frame-of-a-disabled-scanout-is-not-shown", frame_of_a_disabled_scanout_is_not_shown },
    { "shown-texture-outlives-its-resource", shown_texture_outlives_its_resource },
    { "reset-drops-frames-that-wait", reset_drops_frames_that_wait },
    { "reset-of-the-queue-leaves-the-frame", reset_of_the_queue_leaves_the_frame },
    { "heads-get-what-they-take", heads_get_what_they_take },
    { "what-cannot-be-shared-is-read", what_cannot_be_shared_is_read },
    { "no-dmabuf-is-made-of-what-is-shared-as-a-texture", no_dmabuf_is_made_of_what_is_shared_as_a_texture },
    { "dmabuf-stands-in-for-a-texture-that-cannot-be", dmabuf_stands_in_for_a_texture_that_cannot_be },
    { "head-gets-pixels-when-another-way-is-all-there-is",
      head_gets_pixels_when_another_way_is_all_there_is },
    { "part-of-a-picture-is-read", part_of_a_picture_is_read },
    { "parts-are-shared-with-displays-that-take-them",
      parts_are_shared_with_displays_that_take_them },
    { "another-part-is-shown-when-it-is-flushed", another_part_is_shown_when_it_is_flushed },
    { "nothing-is-read-while-nobody-looks", nothing_is_read_while_nobody_looks },
    { "who-asks-gets-what-changed", who_asks_gets_what_changed },
    { "who-asks-waits-for-pixels-that-are-under-way",
      who_asks_waits_for_pixels_that_are_under_way },
    { "who-waits-for-pixels-is-told-of-a-reset", who_waits_for_pixels_is_told_of_a_reset },
    { "renderer-moves-before-it-draws", renderer_moves_before_it_draws },
    { "renderer-is-asked-again-after-a-reset", renderer_is_asked_again_after_a_reset },
    { "capability-set-is-that-of-where-it-moved", capability_set_is_that_of_where_it_moved },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_guest_add_3d_tests("3d-present", tests, G_N_ELEMENTS(tests));
    return g_test_run();
}
