/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The executor with its thread, and the device with it under a main loop. Meant to be run under
 * ThreadSanitizer as well (meson -Db_sanitize=thread).
 */
#include "guest.h"
#include "main-loop.h"

#define RAM VGPU_FAKE_RAM_START
#define LENGTH VGPU_GUEST_LONG

typedef struct Threads {
    VgpuMainLoop loop;
    VgpuHarness harness;
    unsigned n_threads;   /* of the process, before */
} Threads;

static void threads_init(Threads *threads)
{
    threads->n_threads = vgpu_count_threads();
    vgpu_main_loop_init(&threads->loop);
    vgpu_harness_init(&threads->harness, &(VgpuHarnessOptions) {
        .loop = &threads->loop.base,
        .executor = vgpu_executor_create_thread(&threads->loop.base),
    });
    vgpu_fake_memory_fill(threads->harness.memory, 21);
}

static bool is_quiet(void *opaque)
{
    Threads *threads = opaque;
    bool quiet;

    /* In this order: the last thing a thread does is to post. */
    if (vgpu_count_threads() != threads->n_threads) {
        return false;
    }
    g_mutex_lock(&threads->loop.lock);
    quiet = g_queue_is_empty(&threads->loop.posted);
    g_mutex_unlock(&threads->loop.lock);
    return quiet;
}

/* The thread ends by itself, and its last news frees the executor. */
static void threads_finish(Threads *threads)
{
    if (threads->harness.device) {
        vgpu_harness_destroy_device(&threads->harness);
    }
    vgpu_main_loop_until(&threads->loop, is_quiet, threads);
    vgpu_harness_finish(&threads->harness);
    vgpu_main_loop_finish(&threads->loop);
}

static bool is_answered(void *request)
{
    return ((VgpuFakeRequest *)request)->state == VGPU_FAKE_ANSWERED;
}

static VgpuFakeRequest *send_transfer(Threads *threads, uint32_t id)
{
    struct virtio_gpu_transfer_to_host_2d transfer =
        vgpu_wire_transfer(id, VGPU_RECT(0, 0, LENGTH, LENGTH), 0);
    VgpuFakeRequest *request;

    transfer.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
    request = vgpu_guest_send(&threads->harness, VGPU_QUEUE_CONTROL, &transfer, sizeof(transfer));
    vgpu_harness_process(&threads->harness);
    return request;
}

static VgpuFakeRequest *send_flush(Threads *threads, uint32_t id)
{
    struct virtio_gpu_resource_flush flush =
        vgpu_wire_flush(id, VGPU_RECT(0, 0, LENGTH, LENGTH));
    VgpuFakeRequest *request;

    flush.hdr.flags = VIRTIO_GPU_FLAG_FENCE;
    request = vgpu_guest_send(&threads->harness, VGPU_QUEUE_CONTROL, &flush, sizeof(flush));
    vgpu_harness_process(&threads->harness);
    return request;
}

static void make_shown(Threads *threads)
{
    for (uint32_t id = 1; id <= 3; id++) {
        vgpu_guest_make(&threads->harness, id, LENGTH, LENGTH, RAM + id * 4096);
        g_assert_cmphex(vgpu_guest_set_scanout(&threads->harness, id, id,
                                               VGPU_RECT(0, 0, LENGTH, LENGTH)), ==, VGPU_OK);
    }
}

static void check_shown(Threads *threads, uint32_t id)
{
    VgpuHarness *harness = &threads->harness;
    DisplayPixels pixels;

    g_assert_true(display_buffer_get_pixels(harness->sink.heads[id].buffer, &pixels));
    g_assert_cmpmem(pixels.data, LENGTH * LENGTH * 4,
                    vgpu_fake_memory_at(harness->memory, RAM + id * 4096), LENGTH * LENGTH * 4);
}

static void long_copy_arrives(void)
{
    Threads threads;
    VgpuFakeRequest *transfer, *flush;

    threads_init(&threads);
    make_shown(&threads);
    transfer = send_transfer(&threads, 1);
    flush = send_flush(&threads, 1);
    vgpu_main_loop_until(&threads.loop, is_answered, flush);
    g_assert_cmphex(vgpu_guest_response(transfer), ==, VGPU_OK);
    g_assert_cmpuint(transfer->order, <, flush->order);
    check_shown(&threads, 1);
    threads_finish(&threads);
}

static void many_copies_are_answered_in_order(void)
{
    VgpuFakeRequest *requests[200];
    Threads threads;

    threads_init(&threads);
    make_shown(&threads);
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        requests[i] = i % 5 == 4 ? send_flush(&threads, 1 + i % 3)
            : send_transfer(&threads, 1 + i % 3);
        if (i % 16 == 0) {
            g_main_context_iteration(threads.loop.context, FALSE);
        }
    }
    vgpu_main_loop_until(&threads.loop, is_answered, requests[G_N_ELEMENTS(requests) - 1]);
    for (size_t i = 1; i < G_N_ELEMENTS(requests); i++) {
        g_assert_cmpuint(requests[i - 1]->order, <, requests[i]->order);
    }
    for (uint32_t id = 1; id <= 3; id++) {
        check_shown(&threads, id);
    }
    threads_finish(&threads);
}

static void drain_waits_for_running_copies(void)
{
    VgpuFakeRequest *requests[20];
    Threads threads;

    threads_init(&threads);
    make_shown(&threads);
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        requests[i] = send_transfer(&threads, 1 + i % 3);
    }
    vgpu_device_drain(threads.harness.device);
    for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
        g_assert_cmphex(vgpu_guest_response(requests[i]), ==, VGPU_OK);
    }
    check_shown(&threads, 2);
    threads_finish(&threads);
}

static void resets_do_not_wait_for_running_copies(void)
{
    Threads threads;

    threads_init(&threads);
    for (int i = 0; i < 100; i++) {
        make_shown(&threads);
        for (uint32_t id = 1; id <= 3; id++) {
            send_transfer(&threads, id);
            send_flush(&threads, id);
        }
        if (i % 3 == 0) {
            g_main_context_iteration(threads.loop.context, FALSE);
        }
        vgpu_harness_reset(&threads.harness);
    }
    make_shown(&threads);
    vgpu_main_loop_until(&threads.loop, is_answered, send_transfer(&threads, 3));
    check_shown(&threads, 3);
    threads_finish(&threads);
}

static void unplug_does_not_wait_for_running_copies(void)
{
    for (int i = 0; i < 20; i++) {
        Threads threads;

        threads_init(&threads);
        make_shown(&threads);
        for (uint32_t id = 1; id <= 3; id++) {
            send_transfer(&threads, id);
        }
        if (i % 2) {
            g_usleep(i * 20);
        }
        threads_finish(&threads);
    }
}

static void unplug_without_any_copy_starts_no_thread(void)
{
    Threads threads;

    threads_init(&threads);
    vgpu_guest_make(&threads.harness, 1, 64, 64, RAM);
    g_assert_cmpuint(vgpu_count_threads(), ==, threads.n_threads);
    threads_finish(&threads);
}

/* ---- the executor alone --------------------------------------------------------------------- */

#define N_COUNTED 1000

typedef struct Counted {
    VgpuOperation base;
    GThread *owner;
    unsigned index;
    unsigned *n_run, *n_done;   /* of the thread, of the owner */
} Counted;

static void counted_run(VgpuOperation *operation)
{
    Counted *counted = (Counted *)operation;

    g_assert_true(g_thread_self() != counted->owner);
    g_assert_cmpuint((*counted->n_run)++, ==, counted->index);
}

static void counted_done(VgpuOperation *operation)
{
    Counted *counted = (Counted *)operation;

    g_assert_true(g_thread_self() == counted->owner);
    g_assert_cmpuint((*counted->n_done)++, ==, counted->index);
    g_free(counted);
}

static void submit_counted(VgpuExecutor *executor, unsigned *n_run, unsigned *n_done)
{
    for (unsigned i = 0; i < N_COUNTED; i++) {
        Counted *counted = g_new(Counted, 1);

        *counted = (Counted) {
            .base = { .run = counted_run, .done = counted_done },
            .owner = g_thread_self(), .index = i, .n_run = n_run, .n_done = n_done,
        };
        executor->ops->submit(executor, &counted->base);
    }
}

static bool all_done(void *n_done)
{
    return *(unsigned *)n_done == N_COUNTED;
}

/* How the submitted operations are seen to their end. */
typedef enum Ending {
    BY_LOOP,
    BY_WAIT,
    BY_RELEASE,
} Ending;

static void executor_does_all_once_and_in_order(const void *opaque)
{
    Ending ending = GPOINTER_TO_INT(opaque);
    Threads threads = { .n_threads = vgpu_count_threads() };
    unsigned n_run = 0, n_done = 0;
    VgpuExecutor *executor;

    vgpu_main_loop_init(&threads.loop);
    executor = vgpu_executor_create_thread(&threads.loop.base);
    submit_counted(executor, &n_run, &n_done);
    if (ending == BY_WAIT) {
        executor->ops->wait(executor);
        g_assert_cmpuint(n_done, ==, N_COUNTED);
    } else if (ending == BY_LOOP) {
        vgpu_main_loop_until(&threads.loop, all_done, &n_done);
    }
    executor->ops->release(executor);
    vgpu_main_loop_until(&threads.loop, all_done, &n_done);
    vgpu_main_loop_until(&threads.loop, is_quiet, &threads);
    g_assert_cmpuint(n_run, ==, N_COUNTED);
    vgpu_main_loop_finish(&threads.loop);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_start_counting_threads();
    g_test_add_func("/vgpu/threads/long-copy-arrives", long_copy_arrives);
    g_test_add_func("/vgpu/threads/many-copies-are-answered-in-order",
                    many_copies_are_answered_in_order);
    g_test_add_func("/vgpu/threads/drain-waits-for-running-copies",
                    drain_waits_for_running_copies);
    g_test_add_func("/vgpu/threads/resets-do-not-wait-for-running-copies",
                    resets_do_not_wait_for_running_copies);
    g_test_add_func("/vgpu/threads/unplug-does-not-wait-for-running-copies",
                    unplug_does_not_wait_for_running_copies);
    g_test_add_func("/vgpu/threads/unplug-without-any-copy-starts-no-thread",
                    unplug_without_any_copy_starts_no_thread);
    g_test_add_data_func("/vgpu/threads/executor-does-all-once-and-in-order-by-loop",
                         GINT_TO_POINTER(BY_LOOP), executor_does_all_once_and_in_order);
    g_test_add_data_func("/vgpu/threads/executor-does-all-once-and-in-order-by-wait",
                         GINT_TO_POINTER(BY_WAIT), executor_does_all_once_and_in_order);
    g_test_add_data_func("/vgpu/threads/executor-does-all-once-and-in-order-after-release",
                         GINT_TO_POINTER(BY_RELEASE), executor_does_all_once_and_in_order);
    return g_test_run();
}
