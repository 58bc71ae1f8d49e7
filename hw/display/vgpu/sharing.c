/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hw/display/vgpu/sharing.h"

#include "device-private.h"
#include "format.h"

bool vgpu_device_share_scanout(VgpuDevice *device, uint32_t scanout_id,
                               VgpuSharedScanout *shared)
{
    const VgpuScanout *scanout = &device->scanouts[scanout_id];
    const VgpuResource *resource = scanout->resource;
    DisplayPixels pixels;
    size_t start;

    /* Sharing may move the pixels, which nobody may write to meanwhile. */
    if (!resource || scanout->copied || resource->rendered || resource->busy ||
        !display_buffer_share(scanout->buffer, &shared->memory) ||
        !display_buffer_get_pixels(scanout->buffer, &pixels)) {
        return false;
    }
    start = (size_t)scanout->source.y1 * pixels.stride +
            (size_t)scanout->source.x1 * VGPU_BYTES_PER_PIXEL;
    shared->data = pixels.data + start;
    shared->memory.offset += start;
    return true;
}
