/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuFakeWindow: a window that objects to what lies over something else, outside, or on half pages,
 * and whose parts are released when the loop turns, or when the test says so.
 */
#ifndef TESTS_UNIT_FAKE_WINDOW_H
#define TESTS_UNIT_FAKE_WINDOW_H

#include "hw/display/vgpu/ports.h"

typedef struct VgpuFakeWindow {
    VgpuWindow base;
    VgpuLoop *loop;
    uint8_t *data;         /* zeros and files */
    GList *parts;          /* of memory, in place */
    GQueue removed;        /* parts that somebody may still see */
    GTree *files;          /* offset -> size, in place */
    bool hold_releases;    /* do not release parts by the loop */
    bool refuse;           /* place nothing */
    unsigned n_placed;     /* ever */
    int depth;             /* of begin and end */
    GMutex lock;           /* for the parts: the renderer looks at them, too */
} VgpuFakeWindow;

void vgpu_fake_window_init(VgpuFakeWindow *window, VgpuLoop *loop, uint64_t size);
/* Nothing must be left in it. */
void vgpu_fake_window_finish(VgpuFakeWindow *window);

/* Releases the parts that were removed. */
void vgpu_fake_window_release(VgpuFakeWindow *window);
/* The byte that the guest sees at `offset`, to be read and written. */
uint8_t *vgpu_fake_window_at(VgpuFakeWindow *window, uint64_t offset);
/* Whether memory from `address` on can still be seen. Any thread. */
bool vgpu_fake_window_shows(VgpuFakeWindow *window, const void *address);

#endif
