/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device-private.h"
#include "format.h"
#include "rect.h"
#include "render.h"

void vgpu_scanout_init(VgpuScanout *scanout)
{
    pixman_region32_init(&scanout->damage);
    pixman_region32_init(&scanout->unread);
}

void vgpu_scanout_finish(VgpuScanout *scanout)
{
    pixman_region32_fini(&scanout->damage);
    pixman_region32_fini(&scanout->unread);
}

/* ---- what it shows -------------------------------------------------------------------------- */

bool vgpu_scanout_source(uint32_t width, uint32_t height, const struct virtio_gpu_rect *rect,
                         pixman_box32_t *source)
{
    return vgpu_rect_to_box(rect, width, height, source) && !vgpu_box_is_empty(source) &&
           rect->width <= VGPU_MAX_SCANOUT_LENGTH && rect->height <= VGPU_MAX_SCANOUT_LENGTH &&
           (uint64_t)width * VGPU_BYTES_PER_PIXEL * rect->height <= VGPU_MAX_SCANOUT_BYTES;
}

void vgpu_scanout_leave(VgpuDevice *device, uint32_t scanout_id)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];

    if (scanout->resource) {
        scanout->resource->scanouts &= ~(1u << scanout_id);
        scanout->resource = NULL;
        g_clear_pointer(&scanout->buffer, display_buffer_unref);
        scanout->copied = scanout->shared = scanout->bottom_up = false;
        device->hostmem -= scanout->hostmem;
        scanout->hostmem = 0;
    }
    /* Whoever flushed it in this batch still waits for the commit. */
    pixman_region32_clear(&scanout->damage);
    pixman_region32_clear(&scanout->unread);
}

void vgpu_scanout_show(VgpuDevice *device, uint32_t scanout_id)
{
    const VgpuScanout *scanout = &device->scanouts[scanout_id];
    VgpuSink *sink = device->config.sink;
    VgpuFrame frame = {
        .buffer = scanout->buffer, .source = scanout->source, .bottom_up = scanout->bottom_up,
    };

    if (scanout->copied) {
        frame.source = (pixman_box32_t) { 0, 0, scanout->buffer->width, scanout->buffer->height };
    } else if (scanout->shared) {
        frame.source = scanout->part;
    }
    vgpu_device_trace(device, VGPU_TRACE_SCANOUT, scanout_id, scanout->resource->id,
                      scanout->source.x2 - scanout->source.x1,
                      scanout->source.y2 - scanout->source.y1);
    sink->ops->scanout(sink, scanout_id, &frame);
}

void vgpu_scanout_restore(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                          DisplayBuffer *buffer)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];

    scanout->resource = resource;
    scanout->buffer = display_buffer_ref(buffer);
    resource->scanouts |= 1u << scanout_id;
}

void vgpu_scanout_set(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                      DisplayBuffer *buffer, const pixman_box32_t *source)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];

    device->enabled = true;
    if (scanout->buffer == buffer && !memcmp(&scanout->source, source, sizeof(*source))) {
        return;
    }
    vgpu_scanout_leave(device, scanout_id);
    scanout->source = *source;
    vgpu_scanout_restore(device, scanout_id, resource, buffer);
    scanout->stats.bytes_copied += resource->unseen_bytes;
    resource->unseen_bytes = 0;
    vgpu_scanout_show(device, scanout_id);
}

void vgpu_scanout_disable(VgpuDevice *device, uint32_t scanout_id)
{
    VgpuSink *sink = device->config.sink;

    if (device->scanouts[scanout_id].resource) {
        vgpu_scanout_leave(device, scanout_id);
        vgpu_device_trace(device, VGPU_TRACE_SCANOUT, scanout_id, 0, 0, 0);
        sink->ops->scanout(sink, scanout_id, NULL);
        vgpu_device_frames_taken(device, 1u << scanout_id);
    }
}

/* ---- what changed --------------------------------------------------------------------------- */

void vgpu_scanout_add_damage(VgpuDevice *device, uint32_t scanout_id, const pixman_box32_t *box)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];

    scanout->stats.flushes++;
    scanout->flushed_ns = scanout->flushed_ns ? scanout->flushed_ns : vgpu_now_ns();
    pixman_region32_union_rect(&scanout->damage, &scanout->damage,
                               box->x1, box->y1, box->x2 - box->x1, box->y2 - box->y1);
    if (pixman_region32_n_rects(&scanout->damage) > VGPU_MAX_DAMAGE_RECTS) {
        pixman_box32_t extents = *pixman_region32_extents(&scanout->damage);

        pixman_region32_reset(&scanout->damage, &extents);
    }
    device->damaged |= 1u << scanout_id;
}

/* Returns false when the scanout does not show any of it. */
static bool add_damage(VgpuDevice *device, uint32_t scanout_id, const pixman_box32_t *box)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    const pixman_box32_t *source = &scanout->source;
    int32_t x1 = MAX(box->x1, source->x1), y1 = MAX(box->y1, source->y1);
    int32_t x2 = MIN(box->x2, source->x2), y2 = MIN(box->y2, source->y2);

    if (x1 >= x2 || y1 >= y2) {
        return false;
    }
    vgpu_scanout_add_damage(device, scanout_id, &(pixman_box32_t) {
        x1 - source->x1, y1 - source->y1, x2 - source->x1, y2 - source->y1,
    });
    return true;
}

uint32_t vgpu_scanout_damage(VgpuDevice *device, VgpuResource *resource,
                             const pixman_box32_t *box)
{
    uint32_t touched = 0;

    for (uint32_t left = resource->scanouts; left; left &= left - 1) {
        uint32_t scanout_id = __builtin_ctz(left);

        if (add_damage(device, scanout_id, box)) {
            touched |= 1u << scanout_id;
            device->scanouts[scanout_id].stats.bytes_copied += resource->unseen_bytes;
        }
    }
    if (touched) {
        resource->unseen_bytes = 0;
    }
    return touched;
}

void vgpu_scanout_count_taken(VgpuDevice *device, uint32_t scanouts)
{
    for (uint32_t i = 0; i < G_N_ELEMENTS(device->scanouts); i++) {
        VgpuScanout *scanout = &device->scanouts[i];

        if (scanouts & 1u << i && scanout->flushed_ns) {
            scanout->stats.frames_taken++;
            scanout->stats.taken_ns += vgpu_now_ns() - scanout->flushed_ns;
            scanout->flushed_ns = 0;
        }
    }
}

static uint64_t region_area(pixman_region32_t *region, int n_rects)
{
    const pixman_box32_t *boxes = pixman_region32_rectangles(region, NULL);
    uint64_t area = 0;

    for (int i = 0; i < n_rects; i++) {
        area += (uint64_t)(boxes[i].x2 - boxes[i].x1) * (boxes[i].y2 - boxes[i].y1);
    }
    return area;
}

static void give_damage(VgpuDevice *device, uint32_t scanout_id)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    int n_rects = pixman_region32_n_rects(&scanout->damage);
    uint64_t area = region_area(&scanout->damage, n_rects);
    VgpuSink *sink = device->config.sink;

    scanout->stats.damaged_pixels += area;
    vgpu_device_trace(device, VGPU_TRACE_UPDATE, scanout_id, n_rects, area, 0);
    sink->ops->update(sink, scanout_id, &scanout->damage);
    pixman_region32_clear(&scanout->damage);
}

static void commit(VgpuDevice *device, uint32_t scanout_id)
{
    VgpuSink *sink = device->config.sink;

    if (pixman_region32_not_empty(&device->scanouts[scanout_id].damage)) {
        give_damage(device, scanout_id);
    }
    if (!sink->ops->is_busy || !sink->ops->is_busy(sink, scanout_id)) {
        vgpu_device_frames_taken(device, 1u << scanout_id);
    }
}

void vgpu_scanout_commit_all(VgpuDevice *device)
{
    uint32_t left = device->damaged;

    device->damaged = 0;
    for (; left; left &= left - 1) {
        commit(device, __builtin_ctz(left));
    }
}

/* ---- cursor --------------------------------------------------------------------------------- */

/*
 * Whatever the format of a cursor, there is alpha in it: Linux has one without for all of its dumb
 * buffers, and draws cursors into them as any other. A blob does not say what its pixels mean.
 */
static void read_cursor_of_blob(VgpuResource *resource, VgpuCursor *cursor)
{
    const VgpuRows rows = {
        .to = (uint8_t *)cursor->pixels,
        .row_bytes = sizeof(cursor->pixels),
        .n_rows = 1,
    };

    vgpu_backing_read_rows(resource->backing, &rows, NULL);
}

static void read_cursor(DisplayBuffer *image, VgpuCursor *cursor)
{
    pixman_format_code_t with_alpha =
        PIXMAN_FORMAT(32, PIXMAN_FORMAT_TYPE(image->format), 8, 8, 8, 8);
    pixman_image_t *from, *to;
    DisplayPixels pixels;

    if (!display_buffer_get_pixels(image, &pixels)) {
        return;
    }
    from = pixman_image_create_bits_no_clear(with_alpha, VGPU_CURSOR_SIZE, VGPU_CURSOR_SIZE,
                                             (uint32_t *)pixels.data, pixels.stride);
    to = pixman_image_create_bits_no_clear(PIXMAN_a8r8g8b8, VGPU_CURSOR_SIZE, VGPU_CURSOR_SIZE,
                                           cursor->pixels,
                                           VGPU_CURSOR_SIZE * VGPU_BYTES_PER_PIXEL);
    pixman_image_composite32(PIXMAN_OP_SRC, from, NULL, to, 0, 0, 0, 0, 0, 0,
                             VGPU_CURSOR_SIZE, VGPU_CURSOR_SIZE);
    pixman_image_unref(to);
    pixman_image_unref(from);
}

static bool has_cursor_image(const VgpuResource *resource)
{
    if (resource->blob) {
        return resource->backing && !resource->rendered &&
               resource->blob->size >= sizeof(((VgpuCursor *)NULL)->pixels);
    }
    return resource->width == VGPU_CURSOR_SIZE && resource->height == VGPU_CURSOR_SIZE &&
           (resource->is_picture || !resource->is_3d);
}

void vgpu_scanout_show_cursor(VgpuDevice *device, uint32_t scanout_id, DisplayBuffer *image)
{
    const VgpuScanoutCursor *state = &device->scanouts[scanout_id].cursor;
    VgpuCursor cursor = { .hot_x = state->hot_x, .hot_y = state->hot_y };
    VgpuSink *sink = device->config.sink;

    read_cursor(image, &cursor);
    sink->ops->define_cursor(sink, scanout_id, &cursor);
}

static void show_cursor(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource)
{
    const VgpuScanout *scanout = &device->scanouts[scanout_id];
    VgpuSink *sink = device->config.sink;
    VgpuCursor cursor = { .hot_x = scanout->cursor.hot_x, .hot_y = scanout->cursor.hot_y };

    if (resource->rendered) {
        vgpu_render_cursor(device, scanout_id, resource);
        return;
    }
    if (!resource->blob) {
        vgpu_scanout_show_cursor(device, scanout_id, resource->buffer);
        return;
    }
    read_cursor_of_blob(resource, &cursor);
    sink->ops->define_cursor(sink, scanout_id, &cursor);
}

bool vgpu_scanout_define_cursor(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                                uint32_t hot_x, uint32_t hot_y)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];

    if (resource && !has_cursor_image(resource)) {
        return false;
    }
    scanout->cursor.resource_id = resource ? resource->id : 0;
    scanout->cursor.hot_x = hot_x;
    scanout->cursor.hot_y = hot_y;
    if (resource) {
        show_cursor(device, scanout_id, resource);
    }
    return true;
}

static void place_cursor(VgpuDevice *device, uint32_t scanout_id)
{
    const VgpuScanoutCursor *cursor = &device->scanouts[scanout_id].cursor;
    VgpuSink *sink = device->config.sink;

    sink->ops->move_cursor(sink, scanout_id, cursor->x, cursor->y, cursor->resource_id);
}

void vgpu_scanout_move_cursor(VgpuDevice *device, uint32_t scanout_id, uint32_t x, uint32_t y)
{
    VgpuScanoutCursor *cursor = &device->scanouts[scanout_id].cursor;

    cursor->x = x;
    cursor->y = y;
    place_cursor(device, scanout_id);
}

/* ---- once more ------------------------------------------------------------------------------ */

static void add_all_damage(VgpuDevice *device, uint32_t scanout_id)
{
    const VgpuScanout *scanout = &device->scanouts[scanout_id];
    /* Of what is shared the driver may have asked to show another part. */
    const pixman_box32_t *source = scanout->shared ? &scanout->part : &scanout->source;
    pixman_box32_t all = { 0, 0, source->x2 - source->x1, source->y2 - source->y1 };

    vgpu_scanout_add_damage(device, scanout_id, &all);
}

void vgpu_scanout_present(VgpuDevice *device, uint32_t scanout_id)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    VgpuResource *image = vgpu_resource_find(device, scanout->cursor.resource_id);

    if (scanout->buffer && (scanout->shown || !scanout->copied)) {
        vgpu_scanout_show(device, scanout_id);
        add_all_damage(device, scanout_id);
    }
    if (image && has_cursor_image(image)) {
        show_cursor(device, scanout_id, image);
        place_cursor(device, scanout_id);
    }
}

void vgpu_device_present_all(VgpuDevice *device)
{
    vgpu_device_begin_batch(device);
    for (uint32_t i = 0; i < device->config.max_outputs; i++) {
        vgpu_scanout_present(device, i);
    }
    vgpu_device_end_batch(device);
}
