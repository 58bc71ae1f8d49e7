/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The 2D renderer: pictures in plain memory, filled by copying from the guest's pages. */
#include "../copy.h"
#include "../format.h"

static uint32_t create_2d(VgpuDevice *device, VgpuResource *resource)
{
    resource->buffer = display_buffer_create_pixels(resource->width, resource->height,
                                                    vgpu_format_to_pixman(resource->format));
    if (!resource->buffer) {
        vgpu_device_guest_error(device, "resource %u: the host has no memory for it", resource->id);
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static VgpuRows rows_of(const VgpuResource *resource, const pixman_box32_t *box, uint64_t offset)
{
    DisplayPixels pixels;
    VgpuRows rows;

    display_buffer_get_pixels(resource->buffer, &pixels);
    rows = (VgpuRows) {
        .offset = offset,
        .from_stride = (uint64_t)resource->width * VGPU_BYTES_PER_PIXEL,
        .to = pixels.data + (size_t)box->y1 * pixels.stride + (size_t)box->x1 * VGPU_BYTES_PER_PIXEL,
        .to_stride = pixels.stride,
        .row_bytes = (uint64_t)(box->x2 - box->x1) * VGPU_BYTES_PER_PIXEL,
        .n_rows = box->y2 - box->y1,
    };
    if (rows.row_bytes == rows.from_stride && rows.row_bytes == rows.to_stride) {
        rows.row_bytes *= rows.n_rows;
        rows.n_rows = 1;
    }
    return rows;
}

static uint32_t transfer_to_host_2d(VgpuDevice *device, VgpuCommand *command,
                                    VgpuResource *resource, const pixman_box32_t *box,
                                    uint64_t offset)
{
    VgpuRows rows = rows_of(resource, box, offset);

    if (!vgpu_backing_contains(resource->backing, &rows)) {
        vgpu_device_guest_error(device, "resource %u: transfer from beyond its backing",
                                resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    return vgpu_copy_rows(device, command, &rows, resource->buffer, NULL);
}

const VgpuRenderer vgpu_renderer_2d = {
    .create_2d = create_2d,
    .transfer_to_host_2d = transfer_to_host_2d,
};
