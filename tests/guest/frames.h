/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuFrames: a row of frames, shown at a pace, until there are enough or a signal comes.
 *
 * It says on standard output what it does, in lines that a test can read:
 *
 *   NAME: frames 120 fps 24.8
 *   NAME: hold frame 120
 *   NAME: done frames 120 seconds 4.8 fps 25.0
 *
 * Owned by the program, which has one of them and one thread.
 */
#ifndef TESTS_GUEST_FRAMES_H
#define TESTS_GUEST_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct VgpuFrames VgpuFrames;

typedef struct VgpuFramesOps {
    const char *name;                                   /* of the program */
    /* Each returns false when it cannot go on. */
    bool (*start)(VgpuFrames *frames);                  /* shows the first */
    bool (*show)(VgpuFrames *frames, uint32_t number);
    bool (*outputs_changed)(VgpuFrames *frames);
    /* Before the last one is kept; may be NULL. */
    void (*held)(VgpuFrames *frames);
} VgpuFramesOps;

struct VgpuFrames {
    const VgpuFramesOps *ops;
    uint32_t first;             /* number of the one that is on the screen at the start */
    unsigned long count;        /* stop after this many, 0: never */
    int per_second;             /* at most, 0: as fast as it goes */
    bool hold;                  /* keep the last one until a signal comes */

    uint32_t now;               /* the one on the screen */
    uint64_t started_ns;
    uint64_t reported_ns;
    uint32_t reported;
};

uint64_t vgpu_now_ns(void);

/* Shows them all; false when the program could not. */
bool vgpu_frames_run(VgpuFrames *frames);

#endif
