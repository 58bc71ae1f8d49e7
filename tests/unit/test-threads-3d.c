/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A device with a 3D renderer on a thread of its own, under a main loop: blobs that come and go, and
 * fences. Meant to be run under ThreadSanitizer as well (meson -Db_sanitize=thread).
 */
#include "guest-3d.h"
#include "main-loop.h"

#define CONTEXT VGPU_GUEST_CONTEXT
#define PAGE 4096ull
#define N_BLOBS 8

#define SEND(threads, request) \
    vgpu_guest_send(&(threads)->harness, VGPU_QUEUE_CONTROL, &(request), sizeof(request))

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
        .with_3d = true,
    });
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

static void threads_finish(Threads *threads)
{
    if (threads->harness.device) {
        vgpu_harness_destroy_device(&threads->harness);
    }
    threads->harness.window.hold_releases = false;
    vgpu_fake_window_release(&threads->harness.window);
    vgpu_main_loop_until(&threads->loop, is_quiet, threads);
    vgpu_harness_finish(&threads->harness);
    vgpu_main_loop_finish(&threads->loop);
}

static bool is_answered(void *request)
{
    return ((VgpuFakeRequest *)request)->state == VGPU_FAKE_ANSWERED;
}

static VgpuFakeRequest *send_context(Threads *threads)
{
    struct virtio_gpu_ctx_create request = {
        .hdr = { .type = VIRTIO_GPU_CMD_CTX_CREATE, .ctx_id = CONTEXT },
    };

    return SEND(threads, request);
}

static VgpuFakeRequest *send_blob(Threads *threads, uint32_t id)
{
    struct virtio_gpu_resource_create_blob request = {
        .hdr = { .type = VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB, .ctx_id = CONTEXT },
        .resource_id = id, .blob_mem = VIRTIO_GPU_BLOB_MEM_HOST3D,
        .blob_flags = VIRTIO_GPU_BLOB_FLAG_USE_MAPPABLE, .size = PAGE,
        .blob_id = id % 2 ? VGPU_FAKE_BLOB_MEMORY : VGPU_FAKE_BLOB_FILE,
    };

    return SEND(threads, request);
}

static VgpuFakeRequest *send_map(Threads *threads, uint32_t id, uint64_t page)
{
    struct virtio_gpu_resource_map_blob request = {
        .hdr.type = VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB, .resource_id = id, .offset = page * PAGE,
    };

    return SEND(threads, request);
}

static VgpuFakeRequest *send_simple(Threads *threads, uint32_t type, uint32_t id)
{
    struct virtio_gpu_resource_unmap_blob request = { .hdr.type = type, .resource_id = id };

    return SEND(threads, request);
}

static void turn_some(Threads *threads, int n)
{
    for (; n > 0; n--) {
        g_main_context_iteration(threads->loop.context, FALSE);
    }
}

static void send_all(Threads *threads, int round)
{
    send_context(threads);
    for (uint32_t id = 1; id <= N_BLOBS; id++) {
        send_blob(threads, id);
        send_map(threads, id, id);
        if (id % 3 == round % 3) {
            send_simple(threads, VIRTIO_GPU_CMD_RESOURCE_UNMAP_BLOB, id);
            send_map(threads, id, N_BLOBS + id);
        }
        if (id % 4 == round % 4) {
            send_simple(threads, VIRTIO_GPU_CMD_RESOURCE_UNREF, id);
            send_blob(threads, id);
            send_map(threads, id, id);
        }
    }
    vgpu_harness_process(&threads->harness);
}

static void blobs_are_mapped_when_all_is_answered(void)
{
    Threads threads;
    VgpuFakeRequest *last;

    threads_init(&threads);
    send_all(&threads, 1);
    last = send_map(&threads, 1, 100);
    vgpu_harness_process(&threads.harness);
    vgpu_main_loop_until(&threads.loop, is_answered, last);
    g_assert_cmphex(vgpu_guest_response(last), ==, VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER);
    /* In the order of the renderer's thread: what was asked for before this is done. */
    last = vgpu_guest_send_draw(&threads.harness, CONTEXT, 1);
    vgpu_main_loop_until(&threads.loop, is_answered, last);
    for (uint32_t id = 1; id <= N_BLOBS; id++) {
        uint64_t page = id % 3 == 1 && id % 4 != 1 ? N_BLOBS + id : id;

        *vgpu_fake_window_at(&threads.harness.window, page * PAGE) = id;
    }
    g_assert_cmpuint(vgpu_fake_renderer_count_maps(threads.harness.renderer), >=, N_BLOBS / 2);
    threads_finish(&threads);
}

static void resets_at_any_moment_leave_a_working_device(void)
{
    Threads threads;
    VgpuFakeRequest *last;

    threads_init(&threads);
    for (int round = 0; round < 200; round++) {
        threads.harness.window.hold_releases = round % 5 == 0;
        send_all(&threads, round);
        turn_some(&threads, round % 7);
        if (round % 4 == 0) {
            vgpu_fake_window_release(&threads.harness.window);
        }
        vgpu_harness_reset(&threads.harness);
    }
    threads.harness.window.hold_releases = false;
    vgpu_fake_window_release(&threads.harness.window);
    send_context(&threads);
    send_blob(&threads, 1);
    last = send_map(&threads, 1, 0);
    vgpu_harness_process(&threads.harness);
    vgpu_main_loop_until(&threads.loop, is_answered, last);
    g_assert_cmphex(vgpu_guest_response(last), ==, VIRTIO_GPU_RESP_OK_MAP_INFO);
    threads_finish(&threads);
}

static void devices_go_at_any_moment(void)
{
    for (int moment = 0; moment < 30; moment++) {
        Threads threads;

        threads_init(&threads);
        threads.harness.window.hold_releases = moment % 2;
        send_all(&threads, moment);
        turn_some(&threads, moment);
        threads_finish(&threads);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    vgpu_start_counting_threads();
    g_test_add_func("/vgpu/threads-3d/blobs-are-mapped-when-all-is-answered",
                    blobs_are_mapped_when_all_is_answered);
    g_test_add_func("/vgpu/threads-3d/resets-at-any-moment-leave-a-working-device",
                    resets_at_any_moment_leave_a_working_device);
    g_test_add_func("/vgpu/threads-3d/devices-go-at-any-moment", devices_go_at_any_moment);
    return g_test_run();
}
