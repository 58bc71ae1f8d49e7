/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuTimeline: fenced commands of one timeline, finished in the order they came in.
 *
 * Drivers take the answer to a fence as the news that all earlier fences of the same timeline are
 * signalled as well (clause 5.7.6.7), so an early answer would lie about an unfinished copy. What a
 * display makes a flush wait for comes after that and holds back nothing but the flush: commands
 * behind it may be answered first.
 */
#ifndef HW_DISPLAY_VGPU_TIMELINE_H
#define HW_DISPLAY_VGPU_TIMELINE_H

#include "hw/display/vgpu/command.h"

typedef struct VgpuTimeline {
    GQueue fences;   /* of VgpuCommand, by fence_link, oldest first */
} VgpuTimeline;

void vgpu_timeline_init(VgpuTimeline *timeline);
/* Puts a fenced command behind all others. */
void vgpu_timeline_join(VgpuTimeline *timeline, VgpuCommand *command);
/* The renderer has come to this serial: commands up to it wait for the renderer no longer. */
void vgpu_timeline_signal(VgpuTimeline *timeline, uint64_t serial);
/* Takes the oldest fence off if it has its response and is signalled; else NULL. */
VgpuCommand *vgpu_timeline_retire(VgpuTimeline *timeline);
/* Takes the oldest fence off, whatever it waits for; NULL when there is none. */
VgpuCommand *vgpu_timeline_abandon(VgpuTimeline *timeline);

static inline bool vgpu_timeline_is_idle(const VgpuTimeline *timeline)
{
    return !timeline->fences.length;
}

#endif
