/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A picture inside a blob, as SET_SCANOUT_BLOB describes it (clause 5.7.6.8). */
#ifndef HW_DISPLAY_VGPU_FRAMEBUFFER_H
#define HW_DISPLAY_VGPU_FRAMEBUFFER_H

#include "view.h"

typedef struct VgpuFramebuffer {
    uint32_t width, height;  /* pixels */
    uint32_t format;         /* VIRTIO_GPU_FORMAT_* */
    uint32_t stride;         /* bytes */
    uint32_t offset;         /* bytes */
} VgpuFramebuffer;

/* Whether there is such a picture in `size` bytes, and displays can take it. */
bool vgpu_framebuffer_is_valid(const VgpuFramebuffer *framebuffer, uint64_t size);

/*
 * A buffer that shows a valid picture of a view, and keeps the view: unlike other buffers it must
 * lose its last reference on the owner thread.
 */
DisplayBuffer *vgpu_framebuffer_create_buffer(const VgpuFramebuffer *framebuffer, VgpuView *view);

/* What such a buffer shows. */
const VgpuFramebuffer *vgpu_framebuffer_of_buffer(DisplayBuffer *buffer);

static inline bool vgpu_framebuffer_equal(const VgpuFramebuffer *a, const VgpuFramebuffer *b)
{
    return a->width == b->width && a->height == b->height && a->format == b->format &&
           a->stride == b->stride && a->offset == b->offset;
}

#endif
