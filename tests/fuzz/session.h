/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session under way, and the requests that its steps send. */
#ifndef TESTS_FUZZ_SESSION_H
#define TESTS_FUZZ_SESSION_H

#include "guest.h"
#include "step.h"

typedef struct VgpuFuzzSession {
    VgpuHarness harness;
    bool memory_changed;   /* what was mapped may not map again */
    bool draws;            /* by a renderer that is no fake: fences are signalled when they are */
    VgpuScanoutStats stats[VGPU_MAX_SCANOUTS];
} VgpuFuzzSession;

/* Put the request of a step into its queue, and kick unless the step says not to. */
void vgpu_fuzz_send_command(VgpuFuzzSession *session, const VgpuFuzzStep *step);
void vgpu_fuzz_send_stream(VgpuFuzzSession *session, const VgpuFuzzStep *step);
void vgpu_fuzz_send_attach(VgpuFuzzSession *session, const VgpuFuzzStep *step);
void vgpu_fuzz_send_create_blob(VgpuFuzzSession *session, const VgpuFuzzStep *step);
void vgpu_fuzz_send_set_scanout_blob(VgpuFuzzSession *session, const VgpuFuzzStep *step);

/* streams.c: what virgl draws by. Returns how many words there are, the numbers of a step among them. */
#define VGPU_FUZZ_STREAM_WORDS 192
size_t vgpu_fuzz_write_stream(const VgpuFuzzStep *step, uint32_t *words);

/* Of the target: a renderer for one device; NULL: a fake one where the session has 3D. */
VgpuRenderer3D *vgpu_fuzz_take_renderer(void);
/* What a driver may ask for of such a renderer, lest one that draws is asked for too much memory. */
void vgpu_fuzz_tame(VgpuFuzzStep *step);

#endif
