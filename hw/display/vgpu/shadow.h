/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeping the copy of a blob's pages up to date, where a copy is what displays are shown. */
#ifndef HW_DISPLAY_VGPU_SHADOW_H
#define HW_DISPLAY_VGPU_SHADOW_H

#include "copy.h"

static inline bool vgpu_resource_is_shadowed(const VgpuResource *resource)
{
    return resource->blob && resource->blob->view && vgpu_view_is_shadow(resource->blob->view);
}

/*
 * Copies `box` (pixels, not empty, inside it) of the picture that a shadowed resource shows, then
 * calls `copied`. Returns the response, or VGPU_DEFERRED.
 */
uint32_t vgpu_shadow_update(VgpuDevice *device, VgpuCommand *command, const pixman_box32_t *box,
                            VgpuCopied *copied);

/* Copies all of a shadowed resource at once. */
void vgpu_shadow_fill(VgpuResource *resource);

#endif
