/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuContext: what the driver calls by a context id, and the timelines of its rings.
 *
 * Owned by the device's table, owner thread only. What is drawn in it is the renderer's.
 */
#ifndef HW_DISPLAY_VGPU_CONTEXT_H
#define HW_DISPLAY_VGPU_CONTEXT_H

#include "hw/display/vgpu/device.h"
#include "timeline.h"

typedef struct VgpuContext {
    uint32_t id;         /* not 0 */
    uint64_t serial;     /* tells it from others of the same id */
    GHashTable *rings;   /* index of a ring that ever had a fence -> VgpuTimeline, owned */
} VgpuContext;

/* NULL when there is none of that id. */
VgpuContext *vgpu_context_find(VgpuDevice *device, uint32_t id);

/* Adds a context to the table. */
VgpuContext *vgpu_context_create(VgpuDevice *device, uint32_t id);
/* Takes a context out of the table; it stays until it is freed. */
void vgpu_context_remove(VgpuDevice *device, VgpuContext *context);
/*
 * Frees a context that is out of the table. All its fences count as signalled; without a device
 * (NULL) there must be none.
 */
void vgpu_context_free(VgpuDevice *device, VgpuContext *context);
/* Frees all in the table, none of them with commands on its timelines. */
void vgpu_context_free_all(VgpuDevice *device);

/* The context on whose ring a fence of this header is (clause 5.7.6.7); NULL: on no ring. */
VgpuContext *vgpu_context_of_fence(VgpuDevice *device, const struct virtio_gpu_ctrl_hdr *hdr);
/* The timeline that it is on. */
VgpuTimeline *vgpu_timeline_of_fence(VgpuDevice *device, const struct virtio_gpu_ctrl_hdr *hdr);

/* All fences so far count as signalled: there is no renderer any more that would. In a batch. */
void vgpu_context_signal_all(VgpuDevice *device);

/* Fences were signalled by the renderer: answers whoever waited for nothing else. */
void vgpu_device_deliver_fences(VgpuDevice *device, const VgpuFence *fences, size_t n_fences);

#endif
