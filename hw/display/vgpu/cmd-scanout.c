/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands on scanouts (clause 5.7.6.8) and cursors (clause 5.7.6.10). */
#include "commands.h"
#include "rect.h"
#include "render.h"
#include "shadow.h"

uint32_t vgpu_cmd_set_scanout(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_set_scanout *request = &command->request.set_scanout;
    VgpuResource *resource = command->resource;
    pixman_box32_t source;

    if (!resource) {
        device->scanouts[request->scanout_id].asked++;
        vgpu_scanout_disable(device, request->scanout_id);
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    if (!vgpu_scanout_source(resource->width, resource->height, &request->r, &source)) {
        vgpu_device_guest_error(device, "scanout %u: %u x %u pixels at %u, %u are not to be shown",
                                request->scanout_id, request->r.width, request->r.height,
                                request->r.x, request->r.y);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    device->scanouts[request->scanout_id].asked++;
    command->scanouts |= 1u << request->scanout_id;
    if (resource->is_3d) {
        return vgpu_render_set_scanout(device, command, &source);
    }
    vgpu_scanout_set(device, request->scanout_id, resource, resource->buffer, &source);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

/* Of a blob whose pixels are copied the buffer is as large as what is shown. */
static bool rect_in_scanout(const VgpuScanout *scanout, const struct virtio_gpu_rect *rect,
                            pixman_box32_t *box)
{
    const DisplayBuffer *buffer = scanout->buffer;
    const VgpuFramebuffer *framebuffer = &scanout->framebuffer;

    return vgpu_resource_is_host_blob(scanout->resource)
           ? vgpu_rect_to_box(rect, framebuffer->width, framebuffer->height, box)
           : vgpu_rect_to_box(rect, buffer->width, buffer->height, box);
}

/* Of a blob only the pictures have a size that scanouts show of it. */
static bool flush_to_box(VgpuDevice *device, const VgpuResource *resource,
                         const VgpuCommand *command, pixman_box32_t *box)
{
    const struct virtio_gpu_rect *rect = &command->request.resource_flush.r;
    bool inside = true;

    if (!resource->blob) {
        return vgpu_rect_to_box(rect, resource->width, resource->height, box);
    }
    *box = (pixman_box32_t) { 0 };
    for (uint32_t left = resource->scanouts; inside && left; left &= left - 1) {
        inside = rect_in_scanout(&device->scanouts[__builtin_ctz(left)], rect, box);
    }
    return inside;
}

/* The pixels to be seen are in place. */
static void flush_pixels(VgpuDevice *device, VgpuResource *resource, VgpuCommand *command)
{
    pixman_box32_t box;
    uint32_t touched;

    if (!flush_to_box(device, resource, command, &box) || vgpu_box_is_empty(&box)) {
        return;
    }
    touched = vgpu_scanout_damage(device, resource, &box);
    if (command->request.hdr.flags & VIRTIO_GPU_FLAG_FENCE) {
        command->awaits = touched;
    }
}

uint32_t vgpu_cmd_resource_flush(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_resource_flush *request = &command->request.resource_flush;
    VgpuResource *resource = command->resource;
    pixman_box32_t box;

    if (!flush_to_box(device, resource, command, &box)) {
        vgpu_device_guest_error(device, "resource %u: flush outside of it", resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    vgpu_device_trace(device, VGPU_TRACE_FLUSH, resource->id, resource->scanouts,
                      request->r.width, request->r.height);
    if (resource->scanouts && vgpu_resource_is_shadowed(resource) && !vgpu_box_is_empty(&box)) {
        return vgpu_shadow_update(device, command, &box, flush_pixels);
    }
    if (resource->scanouts && resource->rendered && !vgpu_box_is_empty(&box)) {
        return vgpu_render_flush(device, command, &box);
    }
    flush_pixels(device, resource, command);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t vgpu_cmd_update_cursor(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_update_cursor *request = &command->request.cursor;
    uint32_t scanout_id = request->pos.scanout_id;

    if (!vgpu_scanout_define_cursor(device, scanout_id, command->resource,
                                    request->hot_x, request->hot_y)) {
        vgpu_device_guest_error(device, "resource %u has no image of a cursor's size",
                                command->resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    vgpu_scanout_move_cursor(device, scanout_id, request->pos.x, request->pos.y);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t vgpu_cmd_move_cursor(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_cursor_pos *position = &command->request.cursor.pos;

    vgpu_scanout_move_cursor(device, position->scanout_id, position->x, position->y);
    return VIRTIO_GPU_RESP_OK_NODATA;
}
