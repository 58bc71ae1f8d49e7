/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VgpuMainLoop: the loop port on GLib's main context. */
#ifndef TESTS_UNIT_MAIN_LOOP_H
#define TESTS_UNIT_MAIN_LOOP_H

#include "hw/display/vgpu/ports.h"

typedef struct VgpuMainLoop {
    VgpuLoop base;
    GMainContext *context;
    GMutex lock;
    GQueue posted;
} VgpuMainLoop;

void vgpu_main_loop_init(VgpuMainLoop *loop);
/* Nothing may be waiting. */
void vgpu_main_loop_finish(VgpuMainLoop *loop);

/* Turns until `condition` holds; half a minute without it is a failure. */
void vgpu_main_loop_until(VgpuMainLoop *loop, bool (*condition)(void *opaque), void *opaque);

/* First of all: ThreadSanitizer starts a thread of its own with the first one, which must not count. */
void vgpu_start_counting_threads(void);
/* Of this process. The last thing that an executor's thread does is to post. */
unsigned vgpu_count_threads(void);

#endif
