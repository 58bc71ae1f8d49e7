/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuRenderer: what moves and makes pixels. Knows resources; knows nothing of scanouts or queues.
 *
 * The operations run on the owner thread. One that takes long hands itself to the executor with
 * vgpu_device_defer() and returns VGPU_DEFERRED; otherwise the result is the response.
 */
#ifndef HW_DISPLAY_VGPU_RENDERER_H
#define HW_DISPLAY_VGPU_RENDERER_H

#include "resource.h"

/* Not a response: the command's operation will have it. */
#define VGPU_DEFERRED 0

typedef struct VgpuRenderer {
    /* Makes the resource's buffer, all zero. An error leaves the resource without one. */
    uint32_t (*create_2d)(VgpuDevice *device, VgpuResource *resource);
    /* Copies `box` (pixels, inside the resource) from its backing, which starts at `offset` bytes. */
    uint32_t (*transfer_to_host_2d)(VgpuDevice *device, VgpuCommand *command,
                                    VgpuResource *resource, const pixman_box32_t *box,
                                    uint64_t offset);
} VgpuRenderer;

extern const VgpuRenderer vgpu_renderer_2d;

#endif
