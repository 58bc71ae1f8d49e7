/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resources, scanouts and cursors in a migration stream, in the layout of QEMU's "virtio-gpu"
 * section: big-endian, resources first, each with its pages and its pixels, then the scanouts.
 *
 * A stream is as little trusted as a guest: every size is checked before it is used, and whatever a
 * bad one made is destroyed again.
 */
#include "snapshot.h"

/* ---- resources ------------------------------------------------------------------------------ */

static size_t pixels_size(const VgpuResource *resource, DisplayPixels *pixels)
{
    display_buffer_get_pixels(resource->buffer, pixels);
    return (size_t)pixels->stride * resource->height;
}

static void save_resource(VgpuStream *stream, const VgpuResource *resource)
{
    DisplayPixels pixels;
    size_t size = pixels_size(resource, &pixels);

    vgpu_stream_put_be32(stream, resource->id);
    vgpu_stream_put_be32(stream, resource->width);
    vgpu_stream_put_be32(stream, resource->height);
    vgpu_stream_put_be32(stream, resource->format);
    vgpu_snapshot_save_backing(stream, resource->backing);
    stream->ops->write(stream, pixels.data, size);
}

static bool load_pixels(VgpuStream *stream, const VgpuResource *resource)
{
    DisplayPixels pixels;
    size_t size = pixels_size(resource, &pixels);

    return vgpu_stream_get(stream, pixels.data, size);
}

static bool load_resource(VgpuDevice *device, VgpuStream *stream, uint32_t id, GError **error)
{
    struct virtio_gpu_resource_create_2d request = { .resource_id = id };
    VgpuResource *resource;
    uint32_t n_entries;

    request.width = vgpu_stream_get_be32(stream);
    request.height = vgpu_stream_get_be32(stream);
    request.format = vgpu_stream_get_be32(stream);
    n_entries = vgpu_stream_get_be32(stream);
    if (stream->failed) {
        return vgpu_load_truncated(error);
    }
    if (vgpu_resource_find(device, id)) {
        return vgpu_load_error(error, "two resources with id %u", id);
    }
    if (vgpu_resource_create_2d(device, &request, &resource) != VIRTIO_GPU_RESP_OK_NODATA) {
        return vgpu_load_error(error, "resource %u of %u x %u pixels in format %u cannot be made "
                               "(max_hostmem must be at least the source's)",
                               id, request.width, request.height, request.format);
    }
    if (n_entries && !vgpu_snapshot_attach(device, stream, resource, n_entries, error)) {
        return false;
    }
    if (!load_pixels(stream, resource)) {
        return vgpu_load_truncated(error);
    }
    return true;
}

static bool load_resources(VgpuDevice *device, VgpuStream *stream, GError **error)
{
    uint32_t id;

    while ((id = vgpu_stream_get_be32(stream))) {
        if (!load_resource(device, stream, id, error)) {
            return false;
        }
    }
    return !stream->failed || vgpu_load_truncated(error);
}

/* ---- scanouts ------------------------------------------------------------------------------- */

static void save_scanout(VgpuStream *stream, const VgpuScanout *scanout)
{
    const pixman_box32_t empty = { 0 };
    bool shown = scanout->resource && !scanout->resource->blob;
    const pixman_box32_t *source = shown ? &scanout->source : &empty;

    vgpu_stream_put_be32(stream, shown ? scanout->resource->id : 0);
    vgpu_stream_put_be32(stream, source->x2 - source->x1);
    vgpu_stream_put_be32(stream, source->y2 - source->y1);
    vgpu_stream_put_be32(stream, source->x1);
    vgpu_stream_put_be32(stream, source->y1);
    vgpu_stream_put_be32(stream, scanout->cursor.resource_id);
    vgpu_stream_put_be32(stream, scanout->cursor.hot_x);
    vgpu_stream_put_be32(stream, scanout->cursor.hot_y);
    vgpu_stream_put_be32(stream, scanout->cursor.x);
    vgpu_stream_put_be32(stream, scanout->cursor.y);
}

static bool restore_scanout(VgpuDevice *device, uint32_t scanout_id, uint32_t resource_id,
                            const struct virtio_gpu_rect *rect, GError **error)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    VgpuResource *resource = vgpu_resource_find(device, resource_id);

    if (!resource) {
        return vgpu_load_error(error, "scanout %u shows resource %u, which is missing",
                               scanout_id, resource_id);
    }
    if (resource->blob ||
        !vgpu_scanout_source(resource->width, resource->height, rect, &scanout->source)) {
        return vgpu_load_error(error, "scanout %u shows what is not in resource %u",
                               scanout_id, resource_id);
    }
    vgpu_scanout_restore(device, scanout_id, resource, resource->buffer);
    return true;
}

static bool load_scanout(VgpuDevice *device, VgpuStream *stream, uint32_t scanout_id,
                         GError **error)
{
    VgpuScanoutCursor *cursor = &device->scanouts[scanout_id].cursor;
    struct virtio_gpu_rect rect;
    uint32_t resource_id;

    resource_id = vgpu_stream_get_be32(stream);
    rect.width = vgpu_stream_get_be32(stream);
    rect.height = vgpu_stream_get_be32(stream);
    rect.x = vgpu_stream_get_be32(stream);
    rect.y = vgpu_stream_get_be32(stream);
    cursor->resource_id = vgpu_stream_get_be32(stream);
    cursor->hot_x = vgpu_stream_get_be32(stream);
    cursor->hot_y = vgpu_stream_get_be32(stream);
    cursor->x = vgpu_stream_get_be32(stream);
    cursor->y = vgpu_stream_get_be32(stream);
    if (stream->failed) {
        return vgpu_load_truncated(error);
    }
    return !resource_id || restore_scanout(device, scanout_id, resource_id, &rect, error);
}

static bool load_scanouts(VgpuDevice *device, VgpuStream *stream, GError **error)
{
    uint32_t max_outputs;

    device->enabled = vgpu_stream_get_be32(stream);
    max_outputs = vgpu_stream_get_be32(stream);
    if (stream->failed) {
        return vgpu_load_truncated(error);
    }
    if (max_outputs != device->config.max_outputs) {
        return vgpu_load_error(error, "the stream has max_outputs=%u, this device has %u",
                               max_outputs, device->config.max_outputs);
    }
    for (uint32_t i = 0; i < max_outputs; i++) {
        if (!load_scanout(device, stream, i, error)) {
            return false;
        }
    }
    return true;
}

/* ---- the whole ------------------------------------------------------------------------------ */

void vgpu_device_save(VgpuDevice *device, VgpuStream *stream)
{
    GHashTableIter iterator;
    void *resource;

    g_assert(!device->outstanding.length && !device->waiting);
    g_hash_table_iter_init(&iterator, device->resources);
    while (g_hash_table_iter_next(&iterator, NULL, &resource)) {
        if (!((VgpuResource *)resource)->blob) {
            save_resource(stream, resource);
        }
    }
    vgpu_stream_put_be32(stream, 0);
    vgpu_stream_put_be32(stream, device->enabled);
    vgpu_stream_put_be32(stream, device->config.max_outputs);
    for (uint32_t i = 0; i < device->config.max_outputs; i++) {
        save_scanout(stream, &device->scanouts[i]);
    }
}

bool vgpu_device_load(VgpuDevice *device, VgpuStream *stream, GError **error)
{
    vgpu_device_reset(device);
    if (load_resources(device, stream, error) && load_scanouts(device, stream, error)) {
        return true;
    }
    vgpu_device_reset(device);
    return false;
}
