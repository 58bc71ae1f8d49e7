/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness.h"

static void fake_trace(VgpuObserver *observer, VgpuTraceEvent event, const uint64_t values[4])
{
    VgpuFakeObserver *self = (VgpuFakeObserver *)observer;

    g_assert_cmpint(event, <=, VGPU_TRACE_RESET);
    self->n_traces[event]++;
    for (int i = 0; i < 4; i++) {
        self->last[event][i] = values[i];
    }
}

static void fake_guest_error(VgpuObserver *observer, const char *message)
{
    VgpuFakeObserver *self = (VgpuFakeObserver *)observer;

    g_assert_null(strchr(message, '\n'));
    self->n_errors++;
    g_free(self->last_error);
    self->last_error = g_strdup(message);
}

static const VgpuObserverOps fake_observer_ops = {
    .trace = fake_trace,
    .guest_error = fake_guest_error,
};

static void init_memory(VgpuHarness *harness, const VgpuHarnessOptions *options)
{
    uint64_t block_size = options->block_size ? options->block_size : VGPU_HARNESS_BLOCK;

    harness->memory = options->memory_in_files
        ? vgpu_fake_memory_create_in_files(block_size, &harness->memory_gone)
        : vgpu_fake_memory_create(block_size, &harness->memory_gone);
}

static void init_ports(VgpuHarness *harness, uint32_t max_outputs)
{
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        vgpu_fake_queue_init(&harness->queues[i], &harness->n_answers);
    }
    vgpu_fake_sink_init(&harness->sink, max_outputs);
    vgpu_fake_loop_init(&harness->loop);
    vgpu_fake_executor_init(&harness->executor);
    harness->observer.base.ops = &fake_observer_ops;
}

#define FEATURES (1u << VIRTIO_GPU_F_EDID)
#define FEATURES_3D (FEATURES | 1u << VIRTIO_GPU_F_VIRGL | 1u << VIRTIO_GPU_F_CONTEXT_INIT | \
                     1u << VIRTIO_GPU_F_RESOURCE_BLOB)

static void init_3d(VgpuHarness *harness, const VgpuHarnessOptions *options)
{
    harness->with_3d = true;
    if (!options->renderer) {
        harness->renderer = vgpu_fake_renderer_create(&harness->renderer_gone);
        harness->renderer->window = &harness->window;
    }
    vgpu_fake_window_init(&harness->window, options->loop ? options->loop : &harness->loop.base,
                          VGPU_HARNESS_WINDOW);
}

void vgpu_harness_init(VgpuHarness *harness, const VgpuHarnessOptions *options)
{
    static const VgpuHarnessOptions defaults;
    uint32_t max_outputs;

    options = options ? options : &defaults;
    max_outputs = options->max_outputs ? options->max_outputs : VGPU_HARNESS_OUTPUTS;
    *harness = (VgpuHarness) { .own_executor = !options->executor };
    init_memory(harness, options);
    init_ports(harness, max_outputs);
    if (options->with_3d) {
        init_3d(harness, options);
    }
    harness->device = vgpu_device_create(&(VgpuConfig) {
        .max_outputs = max_outputs,
        .max_hostmem = options->max_hostmem ? options->max_hostmem : VGPU_HARNESS_HOSTMEM,
        .queues = {
            [VGPU_QUEUE_CONTROL] = &harness->queues[VGPU_QUEUE_CONTROL].base,
            [VGPU_QUEUE_CURSOR] = &harness->queues[VGPU_QUEUE_CURSOR].base,
        },
        .memory = &harness->memory->base,
        .sink = &harness->sink.base,
        .window = options->with_3d && !options->no_window ? &harness->window.base : NULL,
        .loop = options->loop ? options->loop : &harness->loop.base,
        .executor = options->executor ? options->executor : &harness->executor.base,
        .blob_alignment = options->blob_alignment,
        .view_ways = options->view_ways,
        .renderer_3d = harness->renderer ? &harness->renderer->base : options->renderer,
        .observer = options->no_observer ? NULL : &harness->observer.base,
    });
    vgpu_device_set_features(harness->device, options->with_3d ? FEATURES_3D : FEATURES);
}

void vgpu_harness_destroy_device(VgpuHarness *harness)
{
    vgpu_device_destroy(g_steal_pointer(&harness->device));
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        g_assert_cmpuint(g_hash_table_size(harness->queues[i].taken), ==, 0);
    }
    for (int i = 0; i < VGPU_MAX_SCANOUTS; i++) {
        g_assert_null(harness->sink.heads[i].buffer);
    }
}

static void finish_executor(VgpuHarness *harness)
{
    if (harness->with_3d) {
        harness->window.hold_releases = false;
        vgpu_fake_window_release(&harness->window);
    }
    if (harness->own_executor) {
        vgpu_harness_settle(harness);
        vgpu_fake_executor_finish(&harness->executor);
    }
}

void vgpu_harness_finish(VgpuHarness *harness)
{
    if (harness->device) {
        vgpu_harness_destroy_device(harness);
    }
    finish_executor(harness);
    g_assert_true(!harness->renderer || harness->renderer_gone);
    if (harness->with_3d) {
        vgpu_fake_window_finish(&harness->window);
    }
    g_assert_cmpuint(harness->memory->n_live, ==, 0);
    vgpu_memory_unref(&harness->memory->base);
    g_assert_true(harness->memory_gone);
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        vgpu_fake_queue_finish(&harness->queues[i]);
    }
    vgpu_fake_loop_finish(&harness->loop);
    vgpu_fake_sink_finish(&harness->sink);
    g_free(harness->observer.last_error);
}

void vgpu_harness_reset(VgpuHarness *harness)
{
    vgpu_device_reset(harness->device);
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        vgpu_fake_queue_clear(&harness->queues[i]);
        g_assert_cmpuint(g_hash_table_size(harness->queues[i].taken), ==, 0);
    }
    g_assert_false(vgpu_device_is_enabled(harness->device));
}

void vgpu_harness_settle(VgpuHarness *harness)
{
    bool more;

    do {
        more = vgpu_fake_executor_run(&harness->executor);
        more |= vgpu_fake_executor_done(&harness->executor);
        more |= vgpu_fake_loop_turn(&harness->loop) > 0;
    } while (more);
}

void vgpu_harness_take_frame(VgpuHarness *harness, uint32_t scanout_id)
{
    harness->sink.busy &= ~(1u << scanout_id);
    vgpu_device_frame_taken(harness->device, scanout_id);
}

void vgpu_harness_process(VgpuHarness *harness)
{
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        vgpu_device_process(harness->device, i);
    }
}

static void run_test(const void *opaque)
{
    const VgpuHarnessTest *test = opaque;
    VgpuHarness harness;

    vgpu_harness_init(&harness, NULL);
    test->test(&harness);
    vgpu_harness_finish(&harness);
}

void vgpu_harness_add_tests(const char *noun, const VgpuHarnessTest *tests, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("/vgpu/%s/%s", noun, tests[i].name);

        g_test_add_data_func(path, &tests[i], run_test);
    }
}
