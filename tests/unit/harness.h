/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuHarness: a device between fake ports. What a test leaves behind is looked at in the end:
 * requests not given back, mappings, buffers and operations that outlive the device fail it.
 */
#ifndef TESTS_UNIT_HARNESS_H
#define TESTS_UNIT_HARNESS_H

#include "fake-executor.h"
#include "fake-loop.h"
#include "fake-memory.h"
#include "fake-queue.h"
#include "fake-renderer.h"
#include "fake-sink.h"
#include "fake-stream.h"
#include "fake-window.h"
#include "hw/display/vgpu/device.h"

#define VGPU_HARNESS_OUTPUTS 4
#define VGPU_HARNESS_HOSTMEM (64u << 20)
#define VGPU_HARNESS_BLOCK (4u << 20)
#define VGPU_HARNESS_WINDOW (1u << 20)

typedef struct VgpuFakeObserver {
    VgpuObserver base;
    unsigned n_errors;
    unsigned n_traces[VGPU_TRACE_RESET + 1];
    uint64_t last[VGPU_TRACE_RESET + 1][4];
    char *last_error;
} VgpuFakeObserver;

/* Zero means the values above. */
typedef struct VgpuHarnessOptions {
    uint32_t max_outputs;
    uint64_t max_hostmem;
    uint64_t block_size;       /* of guest memory, bytes */
    VgpuLoop *loop;            /* instead of the fake one */
    VgpuExecutor *executor;    /* instead of the fake one */
    bool no_observer;
    bool memory_in_files;
    uint32_t blob_alignment;
    unsigned view_ways;
    bool with_3d;              /* a fake renderer, and the features accepted that it brings */
    VgpuRenderer3D *renderer;  /* with 3D: instead of the fake one */
    bool no_window;            /* with 3D: the guest sees nothing of the renderer's memory */
} VgpuHarnessOptions;

typedef struct VgpuHarness {
    VgpuDevice *device;
    VgpuFakeMemory *memory;
    bool memory_gone;
    VgpuFakeQueue queues[VGPU_QUEUE_COUNT];
    unsigned n_answers;
    VgpuFakeSink sink;
    VgpuFakeLoop loop;
    VgpuFakeExecutor executor;
    bool own_executor;
    VgpuFakeRenderer *renderer; /* NULL: none, gone, or not a fake one */
    bool renderer_gone;
    bool with_3d;
    VgpuFakeWindow window;     /* with 3D */
    VgpuFakeObserver observer;
} VgpuHarness;

void vgpu_harness_init(VgpuHarness *harness, const VgpuHarnessOptions *options);
void vgpu_harness_finish(VgpuHarness *harness);

/* The device goes, late completions may follow. */
void vgpu_harness_destroy_device(VgpuHarness *harness);
/* Reset as a transport does it: of the device and of the queues. */
void vgpu_harness_reset(VgpuHarness *harness);
/* Runs operations, completions and posted calls until there are none. */
void vgpu_harness_settle(VgpuHarness *harness);
/* The display of a head takes what it was shown, and is not busy any more. */
void vgpu_harness_take_frame(VgpuHarness *harness, uint32_t scanout_id);
/* Takes what waits in both queues, as kicks do. */
void vgpu_harness_process(VgpuHarness *harness);

/* A test that gets a harness with default options. */
typedef struct VgpuHarnessTest {
    const char *name;
    void (*test)(VgpuHarness *harness);
} VgpuHarnessTest;

/* Adds tests as /vgpu/<noun>/<name>. */
void vgpu_harness_add_tests(const char *noun, const VgpuHarnessTest *tests, size_t n);

#endif
