/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of what is shown, for displays whose clients map it instead of being sent pixels.
 */
#ifndef HW_DISPLAY_VGPU_SHARING_H
#define HW_DISPLAY_VGPU_SHARING_H

#include "hw/display/vgpu/device.h"

/* The part of a buffer that a scanout shows, and the memory in which others see it. */
typedef struct VgpuSharedScanout {
    const uint8_t *data;    /* the same in this process: tells whether it is what somebody means */
    DisplayMemory memory;   /* belongs to the buffer */
} VgpuSharedScanout;

/*
 * Never memory of the guest's but that of a blob. False when there is none to share: nothing is
 * shown, a picture that is small, copied from the 3D renderer, or in pages that no dmabuf joins;
 * and while a copy to it is under way.
 */
bool vgpu_device_share_scanout(VgpuDevice *device, uint32_t scanout_id,
                               VgpuSharedScanout *shared);

#endif
