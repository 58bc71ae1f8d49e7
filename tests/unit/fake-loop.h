/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuFakeLoop: a main loop that turns when the test says so. Posting works from any thread, the
 * rest is the owner thread's.
 */
#ifndef TESTS_UNIT_FAKE_LOOP_H
#define TESTS_UNIT_FAKE_LOOP_H

#include "hw/display/vgpu/ports.h"

typedef struct VgpuFakeLoop {
    VgpuLoop base;
    GMutex lock;
    GQueue posted;
    bool running;
} VgpuFakeLoop;

void vgpu_fake_loop_init(VgpuFakeLoop *loop);
/* Nothing may be waiting. */
void vgpu_fake_loop_finish(VgpuFakeLoop *loop);
/* Runs what was posted so far, not what that posts; returns how many calls that were. */
unsigned vgpu_fake_loop_turn(VgpuFakeLoop *loop);

#endif
