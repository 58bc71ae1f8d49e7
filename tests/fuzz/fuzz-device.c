/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session of a hostile guest with a device, made from bytes.
 *
 * The ports object to wrong calls; here it is asserted that every request is answered once, that
 * the guest hears of each answer, that what a reset takes is gone, that a saved device loads
 * again as it was, and that nothing is left in the end.
 */
#include <string.h>

#include "session.h"

#define BLOCK (64u << 10)
#define FEATURES (1u << VIRTIO_GPU_F_EDID | 1u << VIRTIO_GPU_F_RESOURCE_UUID | \
                  1u << VIRTIO_GPU_F_RESOURCE_BLOB)
#define FEATURES_3D (FEATURES | 1u << VIRTIO_GPU_F_VIRGL | 1u << VIRTIO_GPU_F_CONTEXT_INIT)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- what must hold ------------------------------------------------------------------------- */

static void check_counters(VgpuFuzzSession *session)
{
    for (uint32_t i = 0; i < session->harness.sink.n_heads; i++) {
        const VgpuScanoutStats *now = vgpu_device_get_stats(session->harness.device, i);
        VgpuScanoutStats *before = &session->stats[i];

        g_assert_cmpuint(now->flushes, >=, before->flushes);
        g_assert_cmpuint(now->damaged_pixels, >=, before->damaged_pixels);
        g_assert_cmpuint(now->bytes_copied, >=, before->bytes_copied);
        g_assert_cmpuint(now->longest_command_ns, >=, before->longest_command_ns);
        *before = *now;
    }
}

static void check_step(VgpuFuzzSession *session)
{
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        g_assert_cmpuint(session->harness.queues[i].n_silent, ==, 0);
    }
    check_counters(session);
}

static void check_gone(VgpuFuzzSession *session)
{
    VgpuHarness *harness = &session->harness;

    for (uint32_t i = 0; i < harness->sink.n_heads; i++) {
        VgpuFakeHead *head = &harness->sink.heads[i];

        g_assert_null(head->buffer);
        g_assert_false(head->has_cursor && head->cursor_visible);
    }
    if (!vgpu_fake_executor_pending(&harness->executor) &&
        g_queue_is_empty(&harness->window.removed)) {
        g_assert_cmpuint(harness->memory->n_live, ==, 0);
    }
}

static void check_answers(VgpuFuzzSession *session, VgpuFakeState least)
{
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        GPtrArray *requests = session->harness.queues[i].requests;

        for (guint j = 0; j < requests->len; j++) {
            VgpuFakeRequest *request = g_ptr_array_index(requests, j);

            g_assert_cmpint(request->state, >=, least);
            /* The sizes of capability sets are known of the fake renderer only. */
            if (request->state == VGPU_FAKE_ANSWERED && request->room == 2048 && !session->draws) {
                vgpu_guest_response(request);
            }
        }
    }
}

/* ---- streams -------------------------------------------------------------------------------- */

static size_t resource_end(VgpuFakeStream *stream, size_t at)
{
    uint64_t width = vgpu_fake_stream_peek_u32(stream, at + 4);
    uint64_t height = vgpu_fake_stream_peek_u32(stream, at + 8);
    uint64_t n_entries = vgpu_fake_stream_peek_u32(stream, at + 16);

    return at + 20 + n_entries * 12 + width * height * 4;
}

/* Resources may come in any order. */
static uint64_t digest(VgpuFakeStream *stream)
{
    uint64_t sum = 0;
    size_t at = 0;

    while (at < stream->bytes->len) {
        bool last = !vgpu_fake_stream_peek_u32(stream, at);
        size_t end = last ? stream->bytes->len : resource_end(stream, at);
        g_autoptr(GBytes) part = NULL;

        g_assert_cmpuint(end, <=, stream->bytes->len);
        part = g_bytes_new_static(stream->bytes->data + at, end - at);
        sum += g_bytes_hash(part);
        at = end;
    }
    return sum;
}

static void drain(VgpuFuzzSession *session)
{
    vgpu_device_drain(session->harness.device);
    if (session->harness.with_3d) {
        /* Commands may still wait for its fences. */
        return;
    }
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        g_assert_cmpuint(g_hash_table_size(session->harness.queues[i].taken), ==, 0);
    }
}

/* A device's state: QEMU's section, and what that has no room for. */
typedef struct Saved {
    VgpuFakeStream section;
    VgpuFakeStream blobs;
} Saved;

static void save(VgpuFuzzSession *session, Saved *saved)
{
    drain(session);
    vgpu_fake_stream_init(&saved->section);
    vgpu_fake_stream_init(&saved->blobs);
    vgpu_device_save(session->harness.device, &saved->section.base);
    vgpu_device_save_blobs(session->harness.device, &saved->blobs.base);
}

static void saved_finish(Saved *saved)
{
    vgpu_fake_stream_finish(&saved->section);
    vgpu_fake_stream_finish(&saved->blobs);
}

static bool load(VgpuFuzzSession *session, Saved *saved)
{
    g_autoptr(GError) error = NULL;
    VgpuDevice *device = session->harness.device;
    bool loaded = vgpu_device_load(device, &saved->section.base, &error) &&
                  vgpu_device_load_blobs(device, &saved->blobs.base, &error);

    g_assert_true(loaded == !error);
    if (loaded) {
        vgpu_device_present_all(device);
    } else {
        g_assert_false(vgpu_device_is_enabled(device));
        check_gone(session);
    }
    return loaded;
}

static void save_and_load(VgpuFuzzSession *session)
{
    Saved before, after;

    save(session, &before);
    if (load(session, &before)) {
        g_assert_cmpuint(before.section.position, ==, before.section.bytes->len);
        g_assert_cmpuint(before.blobs.position, ==, before.blobs.bytes->len);
        save(session, &after);
        /* A page list may have other joints where memory now maps in other pieces. */
        if (!session->memory_changed) {
            g_assert_cmpuint(digest(&before.section), ==, digest(&after.section));
            g_assert_cmpuint(before.blobs.bytes->len, ==, after.blobs.bytes->len);
        }
        saved_finish(&after);
    } else {
        g_assert_true(session->memory_changed);
    }
    saved_finish(&before);
}

static void change(VgpuFakeStream *stream, const VgpuFuzzStep *step)
{
    for (int i = 0; i < 8; i += 2) {
        size_t place = step->words[i] % stream->bytes->len & ~3u;

        if (place + 4 <= stream->bytes->len) {
            vgpu_fake_stream_poke_u32(stream, place, step->words[i + 1]);
        }
    }
    if (step->extra & 1) {
        g_byte_array_set_size(stream->bytes, step->fence % stream->bytes->len);
    }
}

static void load_changed(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    Saved saved;

    save(session, &saved);
    change(step->extra & 2 ? &saved.blobs : &saved.section, step);
    load(session, &saved);
    saved_finish(&saved);
}

/* A device with 3D does not migrate. */
static void migrate(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    if (session->harness.with_3d) {
        return;
    }
    if (step->op % VGPU_FUZZ_OP_COUNT == VGPU_FUZZ_SAVE_LOAD) {
        save_and_load(session);
    } else {
        load_changed(session, step);
    }
}

/* ---- the rest of the world ------------------------------------------------------------------ */

static void kick(VgpuFuzzSession *session, uint8_t queues)
{
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        if (queues & 1u << i) {
            vgpu_device_process(session->harness.device, i);
        }
    }
}

static void step_executor(VgpuFuzzSession *session, const VgpuFuzzStep *step,
                          bool (*verb)(VgpuFakeExecutor *executor))
{
    for (int i = 0; i <= step->extra % 4; i++) {
        verb(&session->harness.executor);
    }
}

static void reset(VgpuFuzzSession *session)
{
    vgpu_harness_reset(&session->harness);
    check_gone(session);
}

static void reset_queue(VgpuFuzzSession *session, VgpuQueueId queue)
{
    vgpu_device_reset_queue(session->harness.device, queue);
    vgpu_fake_queue_clear(&session->harness.queues[queue]);
    g_assert_cmpuint(g_hash_table_size(session->harness.queues[queue].taken), ==, 0);
}

static void scribble(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        GHashTableIter iterator;
        void *request;

        g_hash_table_iter_init(&iterator, session->harness.queues[i].taken);
        while (g_hash_table_iter_next(&iterator, NULL, &request)) {
            vgpu_fake_request_scribble(request, step->extra);
        }
    }
}

static void write_ram(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    uint64_t offset = step->words[0] % (2 * BLOCK - sizeof(step->words));

    vgpu_fake_memory_write(session->harness.memory, VGPU_FAKE_RAM_START + offset,
                           &step->words[1], sizeof(step->words) - sizeof(step->words[0]));
}

static void punch(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    vgpu_fake_memory_punch(session->harness.memory,
                           VGPU_FAKE_RAM_START + step->words[0] % (2 * BLOCK),
                           step->words[1] % BLOCK + 1);
    session->memory_changed = true;
}

static void limit_maps(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    session->harness.memory->longest_map = step->extra & 8 ? 0 : 512u << (step->extra & 7);
    session->harness.memory->maps_left = step->words[0] & 1 ? -1 : step->words[0] % 64;
    session->memory_changed = true;
}

static void set_output(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    VgpuOutput output = {
        .enabled = step->extra & 1,
        .width = step->words[1], .height = step->words[2],
        .width_mm = step->words[3], .height_mm = step->words[4],
        .refresh_millihertz = step->words[5],
    };

    vgpu_device_set_output(session->harness.device,
                           step->words[0] % session->harness.sink.n_heads, &output);
}

static void signal_fence(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    VgpuFakeRenderer *renderer = session->harness.renderer;

    /* Somebody may look at a head by then. */
    if (renderer && step->words[1] & 1) {
        vgpu_device_read_pixels(session->harness.device,
                                step->words[0] % session->harness.sink.n_heads);
    }
    if (renderer && renderer->fences->len) {
        vgpu_fake_renderer_signal(renderer, step->extra % renderer->fences->len);
    }
}

static void hold_fences(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    VgpuFakeRenderer *renderer = session->harness.renderer;
    VgpuFakeSink *sink = &session->harness.sink;

    if (renderer) {
        renderer->hold_fences = step->extra & 1;
        renderer->wants_to_move = step->extra & 2;
        renderer->ways = step->words[0] & 3;
        sink->unwatched = step->words[1];
        sink->ways[step->words[2] % sink->n_heads] = step->words[3] & 3;
    }
}

static void hold_releases(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    if (session->harness.with_3d) {
        session->harness.window.hold_releases = step->extra & 1;
    }
}

static void release(VgpuFuzzSession *session)
{
    if (session->harness.with_3d) {
        vgpu_fake_window_release(&session->harness.window);
    }
}

static void touch(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    if (session->harness.with_3d) {
        memcpy(vgpu_fake_window_at(&session->harness.window,
                                   step->words[0] % VGPU_HARNESS_WINDOW & ~31u),
               &step->words[1], sizeof(step->words) - sizeof(step->words[0]));
    }
}

static void happen(VgpuFuzzSession *session, const VgpuFuzzStep *step)
{
    VgpuHarness *harness = &session->harness;

    switch ((VgpuFuzzOp)(step->op % VGPU_FUZZ_OP_COUNT)) {
    case VGPU_FUZZ_ATTACH:
        vgpu_fuzz_send_attach(session, step);
        break;
    case VGPU_FUZZ_CREATE_BLOB:
        vgpu_fuzz_send_create_blob(session, step);
        break;
    case VGPU_FUZZ_SET_SCANOUT_BLOB:
        vgpu_fuzz_send_set_scanout_blob(session, step);
        break;
    case VGPU_FUZZ_DISPLAY_BUSY:
        harness->sink.busy = step->words[0];
        break;
    case VGPU_FUZZ_FRAME_TAKEN:
        vgpu_harness_take_frame(harness, step->words[0] % harness->sink.n_heads);
        break;
    case VGPU_FUZZ_RESET_QUEUE:
        reset_queue(session, step->extra % VGPU_QUEUE_COUNT);
        break;
    case VGPU_FUZZ_SIGNAL:
        signal_fence(session, step);
        break;
    case VGPU_FUZZ_HOLD_FENCES:
        hold_fences(session, step);
        break;
    case VGPU_FUZZ_HOLD_RELEASES:
        hold_releases(session, step);
        break;
    case VGPU_FUZZ_RELEASE:
        release(session);
        break;
    case VGPU_FUZZ_TOUCH:
        touch(session, step);
        break;
    case VGPU_FUZZ_STREAM:
        vgpu_fuzz_send_stream(session, step);
        break;
    case VGPU_FUZZ_KICK:
        kick(session, step->extra);
        break;
    case VGPU_FUZZ_RUN:
        step_executor(session, step, vgpu_fake_executor_run);
        break;
    case VGPU_FUZZ_DONE:
        step_executor(session, step, vgpu_fake_executor_done);
        break;
    case VGPU_FUZZ_TURN:
        vgpu_fake_loop_turn(&harness->loop);
        break;
    case VGPU_FUZZ_SETTLE:
        vgpu_harness_settle(harness);
        break;
    case VGPU_FUZZ_RESET:
        reset(session);
        break;
    case VGPU_FUZZ_DRAIN:
        drain(session);
        break;
    case VGPU_FUZZ_SAVE_LOAD:
    case VGPU_FUZZ_LOAD_CHANGED:
        migrate(session, step);
        break;
    case VGPU_FUZZ_FEATURES:
        /* Drivers agree on them once, after a reset. */
        reset(session);
        vgpu_device_set_features(harness->device, step->words[0]);
        break;
    case VGPU_FUZZ_WRITE:
        write_ram(session, step);
        break;
    case VGPU_FUZZ_SCRIBBLE:
        scribble(session, step);
        break;
    case VGPU_FUZZ_PUNCH:
        punch(session, step);
        break;
    case VGPU_FUZZ_MAP_LIMIT:
        limit_maps(session, step);
        break;
    case VGPU_FUZZ_SET_OUTPUT:
        set_output(session, step);
        break;
    case VGPU_FUZZ_PRESENT:
        vgpu_device_present_all(harness->device);
        break;
    case VGPU_FUZZ_CLEAR_EVENTS:
        vgpu_device_clear_events(harness->device, step->words[0]);
        break;
    default:
        vgpu_fuzz_send_command(session, step);
        break;
    }
}

/* Those of a renderer that draws come when they come. */
static void wait_for_fences(VgpuHarness *harness)
{
    const gint64 deadline = g_get_monotonic_time() + 20 * G_TIME_SPAN_SECOND;

    while (g_hash_table_size(harness->queues[VGPU_QUEUE_CONTROL].taken) &&
           g_get_monotonic_time() < deadline) {
        for (uint32_t i = 0; i < harness->sink.n_heads; i++) {
            vgpu_harness_take_frame(harness, i);
        }
        g_usleep(100);
        vgpu_harness_settle(harness);
    }
}

/* Each fence may let go of commands that ask for further ones. */
static void finish_fences(VgpuFuzzSession *session)
{
    VgpuHarness *harness = &session->harness;

    if (session->draws) {
        wait_for_fences(harness);
    }
    while (harness->renderer && harness->renderer->fences->len) {
        vgpu_fake_renderer_signal_all(harness->renderer);
        vgpu_harness_settle(harness);
    }
}

static void finish(VgpuFuzzSession *session, const VgpuFuzzHeader *header)
{
    VgpuHarness *harness = &session->harness;

    if (header->options & 1) {
        vgpu_harness_destroy_device(harness);
        for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
            vgpu_fake_queue_clear(&harness->queues[i]);
        }
    } else {
        if (harness->with_3d) {
            harness->window.hold_releases = false;
            release(session);
        }
        vgpu_harness_process(harness);
        vgpu_harness_settle(harness);
        finish_fences(session);
        for (uint32_t i = 0; i < harness->sink.n_heads; i++) {
            vgpu_harness_take_frame(harness, i);
        }
    }
    check_answers(session, VGPU_FAKE_ANSWERED);
    vgpu_harness_finish(harness);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VgpuFuzzSession session = { 0 };
    VgpuRenderer3D *renderer;
    VgpuFuzzHeader header;
    VgpuFuzzStep step;

    if (size < sizeof(header)) {
        return 0;
    }
    memcpy(&header, data, sizeof(header));
    data += sizeof(header);
    size -= sizeof(header);
    renderer = vgpu_fuzz_take_renderer();
    session.draws = renderer;
    vgpu_harness_init(&session.harness, &(VgpuHarnessOptions) {
        .max_outputs = header.max_outputs % VGPU_MAX_SCANOUTS + 1,
        .max_hostmem = (header.hostmem + 1) * (16u << 10),
        .block_size = BLOCK,
        .memory_in_files = header.options & 2,
        .view_ways = header.options >> 2 & 15,
        .blob_alignment = 4096,
        .with_3d = renderer || header.options & 0x40,
        .renderer = renderer,
    });
    vgpu_device_set_features(session.harness.device,
                             session.harness.with_3d ? FEATURES_3D : FEATURES);
    vgpu_fake_memory_fill(session.harness.memory, header.seed);
    for (int i = 0; i < VGPU_FUZZ_MAX_STEPS && size >= sizeof(step); i++) {
        memcpy(&step, data, sizeof(step));
        data += sizeof(step);
        size -= sizeof(step);
        vgpu_fuzz_tame(&step);
        happen(&session, &step);
        check_step(&session);
    }
    finish(&session, &header);
    return 0;
}
