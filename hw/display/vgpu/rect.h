/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rectangles of the wire, checked once and then trusted as boxes. */
#ifndef HW_DISPLAY_VGPU_RECT_H
#define HW_DISPLAY_VGPU_RECT_H

#include <pixman.h>
#include <stdbool.h>

#include "hw/display/vgpu/protocol.h"

/* False when the rectangle does not lie inside a picture of this size (pixels). May be empty. */
static inline bool vgpu_rect_to_box(const struct virtio_gpu_rect *rect, uint32_t width,
                                    uint32_t height, pixman_box32_t *box)
{
    uint64_t x2 = (uint64_t)rect->x + rect->width;
    uint64_t y2 = (uint64_t)rect->y + rect->height;

    if (x2 > width || y2 > height || x2 > INT32_MAX || y2 > INT32_MAX) {
        return false;
    }
    *box = (pixman_box32_t) { rect->x, rect->y, x2, y2 };
    return true;
}

static inline bool vgpu_box_is_empty(const pixman_box32_t *box)
{
    return box->x1 >= box->x2 || box->y1 >= box->y2;
}

#endif
