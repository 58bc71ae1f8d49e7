/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reset, unplug and drain, with commands in every state of their life. */
#include "guest.h"

#define RAM VGPU_FAKE_RAM_START
#define ALL VGPU_RECT(0, 0, VGPU_GUEST_LONG, VGPU_GUEST_LONG)

/* How far the work has come when something happens. */
typedef enum Stage {
    NOT_TAKEN,   /* requests are in the queue */
    TAKEN,       /* a copy is with the executor, a flush waits for it, a fence behind that too */
    RUN,         /* the copy has run, and nobody knows */
    DONE,        /* all is answered */
    N_STAGES,
} Stage;

static const char *const stage_names[] = { "not-taken", "taken", "run", "done" };

typedef struct Work {
    VgpuFakeRequest *info, *transfer, *flush;
} Work;

static VgpuFakeRequest *send_info(VgpuHarness *harness)
{
    struct virtio_gpu_ctrl_hdr info = {
        .type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO, .flags = VIRTIO_GPU_FLAG_FENCE, .fence_id = 2,
    };

    return vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &info, sizeof(info));
}

static Work start_work(VgpuHarness *harness, Stage stage)
{
    struct virtio_gpu_transfer_to_host_2d transfer =
        vgpu_wire_transfer(1, ALL, 0);
    struct virtio_gpu_resource_flush flush = vgpu_wire_flush(1, ALL);
    Work work;

    vgpu_guest_make_long(harness, 1);
    vgpu_guest_make(harness, 2, 64, 64, RAM);
    g_assert_cmphex(vgpu_guest_set_scanout(harness, 0, 1, ALL), ==, VGPU_OK);
    g_assert_cmphex(vgpu_guest_update_cursor(harness, 0, 2), ==, VGPU_OK);
    transfer.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
    work.transfer = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &transfer, sizeof(transfer));
    work.info = send_info(harness);
    work.flush = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &flush, sizeof(flush));
    if (stage >= TAKEN) {
        vgpu_harness_process(harness);
        g_assert_cmpint(work.flush->state, ==, VGPU_FAKE_TAKEN);
    }
    if (stage >= RUN) {
        vgpu_fake_executor_run(&harness->executor);
    }
    if (stage >= DONE) {
        vgpu_harness_settle(harness);
        g_assert_cmpint(work.flush->state, ==, VGPU_FAKE_ANSWERED);
    }
    return work;
}

static void check_work(const Work *work, VgpuFakeState state)
{
    g_assert_cmpint(work->transfer->state, ==, state);
    g_assert_cmpint(work->info->state, ==, state);
    g_assert_cmpint(work->flush->state, ==, state);
}

static void reset_at(Stage stage)
{
    VgpuHarness harness;
    Work work;

    vgpu_harness_init(&harness, NULL);
    work = start_work(&harness, stage);
    vgpu_harness_reset(&harness);
    check_work(&work, stage == DONE ? VGPU_FAKE_ANSWERED : VGPU_FAKE_DETACHED);
    g_assert_null(harness.sink.heads[0].buffer);
    g_assert_false(harness.sink.heads[0].has_cursor);
    /* A copy that still may run keeps its pages mapped, and nothing else does. */
    g_assert_cmpuint(harness.memory->n_live, ==, stage == TAKEN || stage == RUN ? 1 : 0);
    vgpu_harness_settle(&harness);
    g_assert_cmpuint(harness.memory->n_live, ==, 0);
    g_assert_cmpuint(harness.executor.n_cancelled, ==, stage == TAKEN ? 1 : 0);
    check_work(&work, stage == DONE ? VGPU_FAKE_ANSWERED : VGPU_FAKE_DETACHED);
    vgpu_harness_finish(&harness);
}

/* The next driver does not wait for the copies of the one before, nor see them. */
static void session_after_reset_at(Stage stage)
{
    VgpuHarness harness;
    Work work;

    vgpu_harness_init(&harness, NULL);
    vgpu_fake_memory_fill(harness.memory, 4);
    start_work(&harness, stage);
    vgpu_harness_reset(&harness);
    vgpu_guest_create_2d(&harness, 1, 64, 64);
    g_assert_cmphex(vgpu_guest_set_scanout(&harness, 0, 1, VGPU_RECT(0, 0, 64, 64)), ==, VGPU_OK);
    vgpu_harness_settle(&harness);
    g_assert_cmphex(vgpu_fake_head_pixel(&harness.sink.heads[0], 0, 0), ==, 0);
    g_assert_cmphex(vgpu_guest_unref(&harness, 1), ==, VGPU_OK);
    work = start_work(&harness, DONE);
    check_work(&work, VGPU_FAKE_ANSWERED);
    vgpu_harness_finish(&harness);
}

static void unplug_at(Stage stage)
{
    VgpuHarness harness;
    Work work;

    vgpu_harness_init(&harness, NULL);
    work = start_work(&harness, stage);
    vgpu_harness_destroy_device(&harness);
    check_work(&work, stage == DONE ? VGPU_FAKE_ANSWERED
               : stage == NOT_TAKEN ? VGPU_FAKE_WAITING : VGPU_FAKE_DETACHED);
    vgpu_harness_finish(&harness);
}

static void drain_at(Stage stage)
{
    VgpuHarness harness;
    Work work;

    vgpu_harness_init(&harness, NULL);
    work = start_work(&harness, stage);
    vgpu_device_drain(harness.device);
    check_work(&work, stage == NOT_TAKEN ? VGPU_FAKE_WAITING : VGPU_FAKE_ANSWERED);
    g_assert_cmpuint(vgpu_fake_executor_pending(&harness.executor), ==, 0);
    g_assert_cmpuint(harness.queues[VGPU_QUEUE_CONTROL].n_silent, ==, 0);
    g_assert_cmpuint(harness.sink.heads[0].n_updates, ==, stage == NOT_TAKEN ? 0 : 1);
    vgpu_harness_finish(&harness);
}

static void load_at(Stage stage)
{
    VgpuHarness harness;
    VgpuFakeStream stream;
    Work work;

    vgpu_harness_init(&harness, NULL);
    vgpu_fake_stream_init(&stream);
    vgpu_device_save(harness.device, &stream.base);
    work = start_work(&harness, stage);
    g_assert_true(vgpu_device_load(harness.device, &stream.base, NULL));
    check_work(&work, stage == NOT_TAKEN ? VGPU_FAKE_WAITING
               : stage == DONE ? VGPU_FAKE_ANSWERED : VGPU_FAKE_DETACHED);
    g_assert_null(harness.sink.heads[0].buffer);
    vgpu_fake_stream_finish(&stream);
    vgpu_harness_finish(&harness);
}

static void reset_of_nothing_is_nothing(VgpuHarness *harness)
{
    for (int i = 0; i < 100; i++) {
        vgpu_harness_reset(harness);
    }
    g_assert_cmpuint(harness->sink.heads[0].n_disables, ==, 0);
}

/* Copies pile up behind a slow one; none of them does its work any more, and none is lost. */
static void storm_of_resets_leaves_nothing(VgpuHarness *harness)
{
    for (int i = 0; i < 300; i++) {
        start_work(harness, i % 2 ? TAKEN : NOT_TAKEN);
        vgpu_harness_reset(harness);
        if (i % 7 == 0) {
            vgpu_fake_executor_run(&harness->executor);
        }
        if (i % 11 == 0) {
            vgpu_fake_executor_done(&harness->executor);
        }
    }
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->executor.n_cancelled, ==, harness->executor.n_submitted);
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
}

static void posted_work_does_nothing_after_unplug(VgpuHarness *harness)
{
    unsigned answered;

    for (int i = 0; i < 2000; i++) {
        send_info(harness);
    }
    vgpu_harness_process(harness);
    g_assert_false(g_queue_is_empty(&harness->loop.posted));
    answered = harness->n_answers;
    vgpu_harness_destroy_device(harness);
    vgpu_fake_loop_turn(&harness->loop);
    g_assert_cmpuint(harness->n_answers, ==, answered);
}

static void posted_work_finds_an_empty_queue_after_reset(VgpuHarness *harness)
{
    unsigned answered;

    for (int i = 0; i < 2000; i++) {
        send_info(harness);
    }
    vgpu_harness_process(harness);
    answered = harness->n_answers;
    vgpu_harness_reset(harness);
    vgpu_harness_settle(harness);
    g_assert_cmpuint(harness->n_answers, ==, answered);
}

static void destroying_nothing_is_fine(void)
{
    vgpu_device_destroy(NULL);
}

static void queue_reset_at(Stage stage)
{
    VgpuHarness harness;
    unsigned answered;
    Work work;

    vgpu_harness_init(&harness, NULL);
    work = start_work(&harness, stage);
    answered = harness.n_answers;
    vgpu_device_reset_queue(harness.device, VGPU_QUEUE_CONTROL);
    vgpu_fake_queue_clear(&harness.queues[VGPU_QUEUE_CONTROL]);
    check_work(&work, stage == DONE ? VGPU_FAKE_ANSWERED : VGPU_FAKE_DETACHED);
    vgpu_harness_settle(&harness);
    g_assert_cmpuint(harness.n_answers, ==, answered);
    g_assert_cmpuint(harness.executor.n_cancelled, ==, stage == TAKEN ? 1 : 0);
    g_assert_nonnull(harness.sink.heads[0].buffer);
    g_assert_cmphex(vgpu_guest_flush(&harness, 1, VGPU_RECT(0, 0, 8, 8)), ==, VGPU_OK);
    vgpu_harness_finish(&harness);
}

/* The queue goes while a copy asked for on it runs: later commands still wait for the copy. */
static void copy_of_a_reset_queue_keeps_its_resource_busy(VgpuHarness *harness)
{
    struct virtio_gpu_resource_unref unref = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_UNREF, .resource_id = 1,
    };
    VgpuFakeRequest *sent;

    start_work(harness, TAKEN);
    vgpu_device_reset_queue(harness->device, VGPU_QUEUE_CONTROL);
    sent = vgpu_guest_send(harness, VGPU_QUEUE_CONTROL, &unref, sizeof(unref));
    vgpu_harness_process(harness);
    g_assert_cmpint(sent->state, ==, VGPU_FAKE_TAKEN);
    vgpu_harness_settle(harness);
    g_assert_cmphex(vgpu_guest_response(sent), ==, VGPU_OK);
}

static void reset_of_the_cursor_queue_leaves_the_control_queue(VgpuHarness *harness)
{
    Work work = start_work(harness, TAKEN);

    vgpu_device_reset_queue(harness->device, VGPU_QUEUE_CURSOR);
    check_work(&work, VGPU_FAKE_TAKEN);
    vgpu_harness_settle(harness);
    check_work(&work, VGPU_FAKE_ANSWERED);
}

static const struct {
    const char *name;
    void (*happen)(Stage stage);
} happenings[] = {
    { "reset", reset_at },
    { "session-after-reset", session_after_reset_at },
    { "unplug", unplug_at },
    { "drain", drain_at },
    { "load", load_at },
    { "queue-reset", queue_reset_at },
};

typedef struct Moment {
    void (*happen)(Stage stage);
    Stage stage;
} Moment;

static void test_moment(const void *opaque)
{
    const Moment *moment = opaque;

    moment->happen(moment->stage);
}

static const VgpuHarnessTest tests[] = {
    { "reset-of-nothing-is-nothing", reset_of_nothing_is_nothing },
    { "storm-of-resets-leaves-nothing", storm_of_resets_leaves_nothing },
    { "posted-work-does-nothing-after-unplug", posted_work_does_nothing_after_unplug },
    { "posted-work-finds-an-empty-queue-after-reset",
      posted_work_finds_an_empty_queue_after_reset },
    { "copy-of-a-reset-queue-keeps-its-resource-busy",
      copy_of_a_reset_queue_keeps_its_resource_busy },
    { "reset-of-the-cursor-queue-leaves-the-control-queue",
      reset_of_the_cursor_queue_leaves_the_control_queue },
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_harness_add_tests("reset", tests, G_N_ELEMENTS(tests));
    g_test_add_func("/vgpu/reset/destroying-nothing-is-fine", destroying_nothing_is_fine);
    for (size_t i = 0; i < G_N_ELEMENTS(happenings); i++) {
        for (Stage stage = 0; stage < N_STAGES; stage++) {
            g_autofree char *path = g_strdup_printf("/vgpu/reset/%s-with-commands-%s-is-clean",
                                                    happenings[i].name, stage_names[stage]);
            Moment moment = { happenings[i].happen, stage };

            g_test_add_data_func_full(path, g_memdup2(&moment, sizeof(moment)), test_moment,
                                      g_free);
        }
    }
    return g_test_run();
}
