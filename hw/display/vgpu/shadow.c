/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shadow.h"

#include "format.h"

/* Whether every scanout that shows the resource shows the same picture of it. */
static bool shows_one_picture(VgpuDevice *device, const VgpuResource *resource)
{
    for (uint32_t left = resource->scanouts; left; left &= left - 1) {
        if (device->scanouts[__builtin_ctz(left)].buffer != resource->buffer) {
            return false;
        }
    }
    return true;
}

static VgpuRows rows_of_picture(const VgpuResource *resource, const pixman_box32_t *box)
{
    const VgpuFramebuffer *framebuffer = &resource->blob->framebuffer;
    uint64_t offset = framebuffer->offset + (uint64_t)box->y1 * framebuffer->stride +
                      (uint64_t)box->x1 * VGPU_BYTES_PER_PIXEL;

    return (VgpuRows) {
        .offset = offset,
        .from_stride = framebuffer->stride,
        .to = resource->blob->view->data + offset,
        .to_stride = framebuffer->stride,
        .row_bytes = (uint64_t)(box->x2 - box->x1) * VGPU_BYTES_PER_PIXEL,
        .n_rows = box->y2 - box->y1,
    };
}

static VgpuRows rows_of_all(const VgpuResource *resource)
{
    return (VgpuRows) {
        .to = resource->blob->view->data,
        .row_bytes = resource->blob->size,
        .n_rows = 1,
    };
}

void vgpu_shadow_fill(VgpuResource *resource)
{
    const VgpuRows rows = rows_of_all(resource);

    vgpu_backing_read_rows(resource->backing, &rows, NULL);
}

uint32_t vgpu_shadow_update(VgpuDevice *device, VgpuCommand *command, const pixman_box32_t *box,
                            VgpuCopied *copied)
{
    const VgpuResource *resource = command->resource;
    VgpuRows rows;

    if (shows_one_picture(device, resource)) {
        rows = rows_of_picture(resource, box);
    } else {
        /* Rare, so not worth telling pictures apart. */
        rows = rows_of_all(resource);
    }
    return vgpu_copy_rows(device, command, &rows, resource->buffer, copied);
}
