/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trace events and the guest error log as the engine's observer. */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "hw/display/virtio-gpu-engine.h"
#include "trace.h"
#include "trace/control.h"

static void observer_trace(VgpuObserver *observer, VgpuTraceEvent event, const uint64_t v[4])
{
    switch (event) {
    case VGPU_TRACE_KICK:
        trace_vgpu_kick(v[0] == VGPU_QUEUE_CURSOR ? "cursor" : "control");
        break;
    case VGPU_TRACE_COMMAND:
        trace_vgpu_command(vgpu_command_name(v[0]), v[0], v[1], v[2], v[3]);
        break;
    case VGPU_TRACE_ANSWER:
        trace_vgpu_answer(vgpu_command_name(v[0]), v[0], v[1], v[2], v[3]);
        break;
    case VGPU_TRACE_DEFER:
        trace_vgpu_defer(vgpu_command_name(v[0]), v[1]);
        break;
    case VGPU_TRACE_WAIT:
        trace_vgpu_wait(vgpu_command_name(v[0]), v[1]);
        break;
    case VGPU_TRACE_SCANOUT:
        trace_vgpu_scanout(v[0], v[1], v[2], v[3]);
        break;
    case VGPU_TRACE_FLUSH:
        trace_vgpu_flush(v[0], v[1], v[2], v[3]);
        break;
    case VGPU_TRACE_UPDATE:
        trace_vgpu_update(v[0], v[1], v[2]);
        break;
    case VGPU_TRACE_FENCE:
        trace_vgpu_fence(v[0], v[1]);
        break;
    case VGPU_TRACE_VIEW:
        trace_vgpu_view(v[0], v[1], v[2], v[3]);
        break;
    case VGPU_TRACE_MAP:
        trace_vgpu_map(v[0], v[1], v[2], v[3] == 1 ? "a file" : "the renderer's");
        break;
    case VGPU_TRACE_UNMAP:
        trace_vgpu_unmap(v[0], v[1], v[2]);
        break;
    case VGPU_TRACE_RESET:
        trace_vgpu_reset(v[0]);
        break;
    }
}

static void observer_guest_error(VgpuObserver *observer, const char *message)
{
    qemu_log_mask(LOG_GUEST_ERROR, "virtio-gpu: %s\n", message);
}

static const VgpuObserverOps observer_ops = {
    .trace = observer_trace,
    .guest_error = observer_guest_error,
};

VgpuObserver vgpu_observer = { &observer_ops, &trace_events_enabled_count };
