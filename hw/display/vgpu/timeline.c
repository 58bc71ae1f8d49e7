/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "timeline.h"

void vgpu_timeline_init(VgpuTimeline *timeline)
{
    g_queue_init(&timeline->fences);
}

void vgpu_timeline_join(VgpuTimeline *timeline, VgpuCommand *command)
{
    command->timeline = timeline;
    command->fence_link = (GList) { .data = command };
    g_queue_push_tail_link(&timeline->fences, &command->fence_link);
}

void vgpu_timeline_signal(VgpuTimeline *timeline, uint64_t serial)
{
    for (GList *link = timeline->fences.head; link; link = link->next) {
        VgpuCommand *command = link->data;

        if (command->fence_serial > serial) {
            break;
        }
        command->fence_serial = 0;
    }
}

VgpuCommand *vgpu_timeline_retire(VgpuTimeline *timeline)
{
    const VgpuCommand *oldest = timeline->fences.head ? timeline->fences.head->data : NULL;

    if (!oldest || !oldest->response || oldest->fence_serial) {
        return NULL;
    }
    return vgpu_timeline_abandon(timeline);
}

VgpuCommand *vgpu_timeline_abandon(VgpuTimeline *timeline)
{
    GList *oldest = g_queue_pop_head_link(&timeline->fences);
    VgpuCommand *command = oldest ? oldest->data : NULL;

    if (command) {
        command->timeline = NULL;
        command->fence_serial = 0;
    }
    return command;
}
