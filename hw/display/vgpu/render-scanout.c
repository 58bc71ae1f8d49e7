/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the 3D renderer drew, shown as pixels.
 *
 * Unless it can share what it drew with the display (render-present.c), a scanout of a 3D resource
 * has a buffer of its own: flushes read into it what changed, so drivers
 * can flip between resources while the display goes on showing one surface. The display hears of a
 * new buffer when there is something in it.
 */
#include "format.h"
#include "rect.h"
#include "render.h"

/* Rectangles that are read one by one; more are joined. */
#define MAX_READS 16

/* ---- scanouts ------------------------------------------------------------------------------- */

static bool can_keep(const VgpuScanout *scanout, const DisplayBuffer *wanted)
{
    return scanout->copied && scanout->buffer->width == wanted->width &&
           scanout->buffer->height == wanted->height && scanout->buffer->format == wanted->format;
}

static void take_resource(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];

    scanout->resource->scanouts &= ~(1u << scanout_id);
    scanout->resource = resource;
    resource->scanouts |= 1u << scanout_id;
}

static bool take_new_buffer(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                            const DisplayBuffer *wanted)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    uint64_t size = (uint64_t)wanted->width * wanted->height * VGPU_BYTES_PER_PIXEL;
    g_autoptr(DisplayBuffer) buffer = NULL;

    if (size < device->config.max_hostmem - (device->hostmem - scanout->hostmem)) {
        buffer = display_buffer_create_pixels(wanted->width, wanted->height, wanted->format);
    }
    if (!buffer) {
        return false;
    }
    vgpu_scanout_leave(device, scanout_id);
    vgpu_scanout_restore(device, scanout_id, resource, buffer);
    scanout->copied = true;
    scanout->shown = false;
    scanout->hostmem = size;
    device->hostmem += size;
    return true;
}

/* False when that takes more memory than there may be. */
static bool show_pixels(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                        const pixman_box32_t *source)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    const DisplayBuffer wanted = {
        .width = source->x2 - source->x1,
        .height = source->y2 - source->y1,
        .format = vgpu_format_to_pixman(resource->format),
    };

    if (can_keep(scanout, &wanted)) {
        scanout->stale |= scanout->resource != resource ||
                          memcmp(&scanout->source, source, sizeof(*source));
        take_resource(device, scanout_id, resource);
    } else if (take_new_buffer(device, scanout_id, resource, &wanted)) {
        scanout->stale = true;
    } else {
        vgpu_device_guest_error(device, "scanout %u: %u x %u pixels are beyond max_hostmem",
                                scanout_id, wanted.width, wanted.height);
        return false;
    }
    scanout->source = *source;
    return true;
}

uint32_t vgpu_render_set_scanout(VgpuDevice *device, VgpuCommand *command,
                                 const pixman_box32_t *source)
{
    uint32_t scanout_id = command->request.set_scanout.scanout_id;
    VgpuResource *resource = command->resource;

    if (!resource->is_picture) {
        vgpu_device_guest_error(device, "resource %u is not a picture to be shown", resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    if (!vgpu_present_set_scanout(device, scanout_id, resource, source) &&
        !show_pixels(device, scanout_id, resource, source)) {
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    device->enabled = true;
    return VIRTIO_GPU_RESP_OK_NODATA;
}

/* Its format and size are the framebuffer's, and another one has other pixels. */
uint32_t vgpu_render_set_scanout_blob(VgpuDevice *device, VgpuCommand *command,
                                      const VgpuFramebuffer *framebuffer,
                                      const pixman_box32_t *source)
{
    uint32_t scanout_id = command->request.set_scanout_blob.scanout_id;
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    VgpuResource *resource = command->resource;

    resource->format = framebuffer->format;
    if (!show_pixels(device, scanout_id, resource, source)) {
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    scanout->stale |= !vgpu_framebuffer_equal(&scanout->framebuffer, framebuffer);
    scanout->framebuffer = *framebuffer;
    device->enabled = true;
    return VIRTIO_GPU_RESP_OK_NODATA;
}

void vgpu_render_describe_copies(VgpuDevice *device, VgpuRenderCall *call)
{
    for (uint32_t left = call->base.resource->scanouts; left; left &= left - 1) {
        const VgpuScanout *scanout = &device->scanouts[__builtin_ctz(left)];

        for (uint32_t i = 0; i < call->n_copies; i++) {
            if (call->copies[i].buffer == scanout->buffer) {
                call->copies[i].picture.blob_offset = scanout->framebuffer.offset;
                call->copies[i].picture.blob_stride = scanout->framebuffer.stride;
            }
        }
    }
}

/* ---- flush ---------------------------------------------------------------------------------- */

static uint32_t run_read(VgpuRenderCall *call)
{
    uint32_t response = VIRTIO_GPU_RESP_OK_NODATA;

    for (uint32_t i = 0; i < call->n_copies && response == VIRTIO_GPU_RESP_OK_NODATA; i++) {
        response = call->renderer->ops->read_picture(call->renderer, &call->copies[i].picture);
    }
    return response;
}

static uint32_t run_flush(VgpuRenderCall *call)
{
    if (call->present) {
        vgpu_present_run(call);
    }
    return run_read(call);
}

/* Copies are told from pictures of the resource by their buffer, whatever is shown by now. */
static bool show_copy(VgpuDevice *device, uint32_t scanout_id, const VgpuPictureCopy *copy)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    const pixman_box32_t *box = &copy->picture.box;
    pixman_box32_t damage = {
        copy->x, copy->y, copy->x + box->x2 - box->x1, copy->y + box->y2 - box->y1,
    };

    if (!scanout->copied) {
        const pixman_box32_t *source = &scanout->source;

        damage = (pixman_box32_t) {
            MAX(box->x1, source->x1) - source->x1, MAX(box->y1, source->y1) - source->y1,
            MIN(box->x2, source->x2) - source->x1, MIN(box->y2, source->y2) - source->y1,
        };
    } else if (!scanout->shown) {
        scanout->shown = true;
        vgpu_scanout_show(device, scanout_id);
    }
    if (vgpu_box_is_empty(&damage)) {
        return false;
    }
    scanout->stats.bytes_read += (uint64_t)(damage.x2 - damage.x1) * (damage.y2 - damage.y1) *
                                 VGPU_BYTES_PER_PIXEL;
    vgpu_scanout_add_damage(device, scanout_id, &damage);
    return true;
}

/* Returns the scanouts (bits) that show something else now. */
static uint32_t show_copies(VgpuDevice *device, const VgpuRenderCall *call)
{
    uint32_t touched = 0;

    for (uint32_t i = 0; i < device->config.max_outputs; i++) {
        for (uint32_t j = 0; j < call->n_copies; j++) {
            const VgpuPictureCopy *copy = &call->copies[j];

            if (device->scanouts[i].buffer == copy->buffer && show_copy(device, i, copy)) {
                touched |= 1u << i;
            }
        }
    }
    return touched;
}

/* Its pixels are not under way any more, and those of these scanouts (bits) may be the last. */
static void end_reads(VgpuDevice *device, uint32_t scanouts)
{
    for (; scanouts; scanouts &= scanouts - 1) {
        uint32_t scanout_id = __builtin_ctz(scanouts);

        if (!--device->scanouts[scanout_id].reads) {
            device->read |= 1u << scanout_id;
        }
    }
}

static void read_instead(VgpuDevice *device, VgpuResource *resource, uint32_t scanouts);

static void finish_flush(VgpuRenderCall *call)
{
    VgpuDevice *device = call->base.device;
    VgpuCommand *command = call->base.command;
    uint32_t touched = 0;

    end_reads(device, call->reads);
    if (call->present) {
        read_instead(device, call->base.resource, vgpu_present_queue(device, call));
    }
    if (!call->lost) {
        touched = show_copies(device, call);
    }
    if (command && call->request.hdr.flags & VIRTIO_GPU_FLAG_FENCE) {
        command->awaits |= touched;
    }
}

/* Reads all that nobody wanted to see yet. */
static void add_unread(VgpuDevice *device, VgpuRenderCall *call, uint32_t scanout_id)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    int n_boxes;
    const pixman_box32_t *boxes = pixman_region32_rectangles(&scanout->unread, &n_boxes);

    if (n_boxes > MAX_READS) {
        boxes = pixman_region32_extents(&scanout->unread);
        n_boxes = 1;
    }
    for (int i = 0; i < n_boxes; i++) {
        const pixman_box32_t part = {
            boxes[i].x1 + scanout->source.x1, boxes[i].y1 + scanout->source.y1,
            boxes[i].x2 + scanout->source.x1, boxes[i].y2 + scanout->source.y1,
        };

        vgpu_render_call_add_copy(call, scanout->resource->id, &part, scanout->buffer,
                                  boxes[i].x1, boxes[i].y1);
    }
    if (n_boxes) {
        call->reads |= 1u << scanout_id;
        scanout->reads++;
    }
    pixman_region32_clear(&scanout->unread);
}

static bool wants_pixels(VgpuDevice *device, uint32_t scanout_id)
{
    VgpuSink *sink = device->config.sink;

    return !sink->ops->wants_pixels || sink->ops->wants_pixels(sink, scanout_id);
}

/* `box` is of the resource. */
static void add_scanout(VgpuDevice *device, VgpuRenderCall *call, uint32_t scanout_id,
                        const pixman_box32_t *box)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    const pixman_box32_t *source = &scanout->source;
    pixman_box32_t part = {
        MAX(box->x1, source->x1), MAX(box->y1, source->y1),
        MIN(box->x2, source->x2), MIN(box->y2, source->y2),
    };

    if (scanout->stale) {
        part = *source;
        scanout->stale = false;
    }
    if (vgpu_box_is_empty(&part)) {
        return;
    }
    pixman_region32_union_rect(&scanout->unread, &scanout->unread, part.x1 - source->x1,
                               part.y1 - source->y1, part.x2 - part.x1, part.y2 - part.y1);
    if (wants_pixels(device, scanout_id)) {
        add_unread(device, call, scanout_id);
    }
}

bool vgpu_device_read_pixels(VgpuDevice *device, uint32_t scanout_id)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];

    if (scanout->copied && pixman_region32_not_empty(&scanout->unread)) {
        VgpuRenderCall *call = vgpu_render_call_create(device, NULL, scanout->resource, run_read);

        call->finish = finish_flush;
        add_unread(device, call, scanout_id);
        vgpu_render_call_submit(device, call);
    }
    return scanout->reads;
}

static uint32_t submit_reads(VgpuDevice *device, VgpuRenderCall *call)
{
    if (call->n_copies || call->present) {
        return vgpu_render_call_submit(device, call);
    }
    call->base.free(&call->base);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

/* These scanouts (bits) cannot share the resource after all. */
static void read_instead(VgpuDevice *device, VgpuResource *resource, uint32_t scanouts)
{
    VgpuRenderCall *call = vgpu_render_call_create(device, NULL, resource, run_read);

    call->finish = finish_flush;
    for (; scanouts; scanouts &= scanouts - 1) {
        uint32_t scanout_id = __builtin_ctz(scanouts);
        VgpuScanout *scanout = &device->scanouts[scanout_id];
        const pixman_box32_t source = scanout->source;

        if (scanout->shared && scanout->resource == resource &&
            show_pixels(device, scanout_id, resource, &source)) {
            add_scanout(device, call, scanout_id, &source);
        }
    }
    submit_reads(device, call);
}

uint32_t vgpu_render_flush(VgpuDevice *device, VgpuCommand *command, const pixman_box32_t *box)
{
    VgpuResource *resource = command->resource;
    VgpuRenderCall *call = vgpu_render_call_create(device, command, resource, run_flush);
    uint32_t shared = 0;

    call->finish = finish_flush;
    if (resource->buffer) {
        vgpu_render_call_add_copy(call, resource->id, box, resource->buffer, box->x1, box->y1);
        return vgpu_render_call_submit(device, call);
    }
    for (uint32_t left = resource->scanouts; left; left &= left - 1) {
        VgpuScanout *scanout = &device->scanouts[__builtin_ctz(left)];

        if (scanout->shared) {
            shared |= left & -left;
        } else {
            add_scanout(device, call, __builtin_ctz(left), box);
        }
    }
    if (shared) {
        vgpu_present_add(device, call, shared, box);
    }
    return submit_reads(device, call);
}

/* ---- cursors -------------------------------------------------------------------------------- */

static void finish_cursor(VgpuRenderCall *call)
{
    VgpuDevice *device = call->base.device;
    VgpuScanoutCursor *cursor = &device->scanouts[call->scanout_id].cursor;
    VgpuResource *resource = vgpu_resource_find(device, cursor->resource_id);
    bool outdated = cursor->outdated;

    cursor->reading = cursor->outdated = false;
    if (!resource || !resource->rendered) {
        return;
    }
    if (outdated) {
        vgpu_scanout_define_cursor(device, call->scanout_id, resource, cursor->hot_x,
                                   cursor->hot_y);
    } else if (call->base.response == VIRTIO_GPU_RESP_OK_NODATA) {
        vgpu_scanout_show_cursor(device, call->scanout_id, call->copies[0].buffer);
    }
}

void vgpu_render_cursor(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource)
{
    const pixman_box32_t all = { 0, 0, VGPU_CURSOR_SIZE, VGPU_CURSOR_SIZE };
    VgpuScanoutCursor *cursor = &device->scanouts[scanout_id].cursor;
    g_autoptr(DisplayBuffer) image = NULL;
    VgpuRenderCall *call;

    if (cursor->reading) {
        cursor->outdated = true;
        return;
    }
    cursor->reading = true;
    image = display_buffer_create_pixels(VGPU_CURSOR_SIZE, VGPU_CURSOR_SIZE,
                                         vgpu_format_to_pixman(resource->format));
    call = vgpu_render_call_create(device, NULL, resource, run_read);
    call->scanout_id = scanout_id;
    call->finish = finish_cursor;
    vgpu_render_call_add_copy(call, resource->id, &all, image, 0, 0);
    vgpu_render_call_submit(device, call);
}
