/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What QEMU's "virtio-gpu" section has no room for: blob resources, the scanouts that show them,
 * and uuids. Big-endian:
 *
 *   u32 n; n x { u32 id, u32 blob_mem, u32 blob_flags, u64 size, u32 pages, pages x { u64 address,
 *                u32 length } }
 *   for each scanout { u32 id (0: shows no blob), u32 width, height, format, stride, offset of the
 *                      picture, u32 x, y, width, height of the part of it }
 *   u32 n; n x { u32 id, 16 bytes }
 */
#include "shadow.h"
#include "snapshot.h"

static uint32_t count_blobs(VgpuDevice *device)
{
    GHashTableIter iterator;
    void *resource;
    uint32_t n = 0;

    g_hash_table_iter_init(&iterator, device->resources);
    while (g_hash_table_iter_next(&iterator, NULL, &resource)) {
        n += ((VgpuResource *)resource)->blob != NULL;
    }
    return n;
}

bool vgpu_device_has_blob_state(VgpuDevice *device)
{
    return g_hash_table_size(device->uuids) || count_blobs(device);
}

/* ---- save ----------------------------------------------------------------------------------- */

static void save_blob(VgpuStream *stream, const VgpuResource *resource)
{
    vgpu_stream_put_be32(stream, resource->id);
    vgpu_stream_put_be32(stream, resource->blob->mem);
    vgpu_stream_put_be32(stream, resource->blob->flags);
    vgpu_stream_put_be64(stream, resource->blob->size);
    vgpu_snapshot_save_backing(stream, resource->backing);
}

static void save_blobs(VgpuDevice *device, VgpuStream *stream)
{
    GHashTableIter iterator;
    void *resource;

    vgpu_stream_put_be32(stream, count_blobs(device));
    g_hash_table_iter_init(&iterator, device->resources);
    while (g_hash_table_iter_next(&iterator, NULL, &resource)) {
        if (((VgpuResource *)resource)->blob) {
            save_blob(stream, resource);
        }
    }
}

static void save_uuids(VgpuDevice *device, VgpuStream *stream)
{
    GHashTableIter iterator;
    void *id, *uuid;

    vgpu_stream_put_be32(stream, g_hash_table_size(device->uuids));
    g_hash_table_iter_init(&iterator, device->uuids);
    while (g_hash_table_iter_next(&iterator, &id, &uuid)) {
        vgpu_stream_put_be32(stream, GPOINTER_TO_UINT(id));
        stream->ops->write(stream, uuid, VGPU_UUID_SIZE);
    }
}

/* A framebuffer may have been described anew for another scanout: the buffer knows its own. */
static void save_scanout(VgpuStream *stream, const VgpuScanout *scanout)
{
    const VgpuResource *resource = scanout->resource;
    const pixman_box32_t *source = &scanout->source;
    const VgpuFramebuffer *framebuffer;

    if (!resource || !resource->blob) {
        vgpu_stream_put_be32(stream, 0);
        return;
    }
    framebuffer = vgpu_framebuffer_of_buffer(scanout->buffer);
    vgpu_stream_put_be32(stream, resource->id);
    vgpu_stream_put_be32(stream, framebuffer->width);
    vgpu_stream_put_be32(stream, framebuffer->height);
    vgpu_stream_put_be32(stream, framebuffer->format);
    vgpu_stream_put_be32(stream, framebuffer->stride);
    vgpu_stream_put_be32(stream, framebuffer->offset);
    vgpu_stream_put_be32(stream, source->x1);
    vgpu_stream_put_be32(stream, source->y1);
    vgpu_stream_put_be32(stream, source->x2 - source->x1);
    vgpu_stream_put_be32(stream, source->y2 - source->y1);
}

void vgpu_device_save_blobs(VgpuDevice *device, VgpuStream *stream)
{
    save_blobs(device, stream);
    for (uint32_t i = 0; i < device->config.max_outputs; i++) {
        save_scanout(stream, &device->scanouts[i]);
    }
    save_uuids(device, stream);
}

/* ---- load ----------------------------------------------------------------------------------- */

static bool load_blob(VgpuDevice *device, VgpuStream *stream, GError **error)
{
    struct virtio_gpu_resource_create_blob request = {
        .resource_id = vgpu_stream_get_be32(stream),
    };
    VgpuResource *resource;

    request.blob_mem = vgpu_stream_get_be32(stream);
    request.blob_flags = vgpu_stream_get_be32(stream);
    request.size = vgpu_stream_get_be64(stream);
    request.nr_entries = vgpu_stream_get_be32(stream);
    if (stream->failed) {
        return vgpu_load_truncated(error);
    }
    if (!request.resource_id || vgpu_resource_find(device, request.resource_id) ||
        g_hash_table_size(device->resources) >= VGPU_MAX_RESOURCES ||
        !vgpu_blob_is_valid(device, &request)) {
        return vgpu_load_error(error, "blob %u of %" G_GUINT64_FORMAT " bytes in memory %u is not "
                               "one that this device can have", request.resource_id,
                               (guint64)request.size, request.blob_mem);
    }
    resource = vgpu_resource_add_blob(device, &request);
    return !request.nr_entries ||
           vgpu_snapshot_attach(device, stream, resource, request.nr_entries, error);
}

static bool restore_scanout(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                            const VgpuFramebuffer *framebuffer, const struct virtio_gpu_rect *rect)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];

    if (!resource || !resource->blob || !resource->backing || scanout->resource ||
        !vgpu_framebuffer_is_valid(framebuffer, resource->blob->size) ||
        !vgpu_scanout_source(framebuffer->width, framebuffer->height, rect, &scanout->source)) {
        return false;
    }
    vgpu_scanout_restore(device, scanout_id, resource,
                         vgpu_resource_get_framebuffer(resource, framebuffer));
    if (vgpu_resource_is_shadowed(resource)) {
        vgpu_shadow_fill(resource);
    }
    return true;
}

static bool load_scanout(VgpuDevice *device, VgpuStream *stream, uint32_t scanout_id,
                         GError **error)
{
    uint32_t id = vgpu_stream_get_be32(stream);
    VgpuFramebuffer framebuffer;
    struct virtio_gpu_rect rect;

    if (!id) {
        return !stream->failed || vgpu_load_truncated(error);
    }
    framebuffer.width = vgpu_stream_get_be32(stream);
    framebuffer.height = vgpu_stream_get_be32(stream);
    framebuffer.format = vgpu_stream_get_be32(stream);
    framebuffer.stride = vgpu_stream_get_be32(stream);
    framebuffer.offset = vgpu_stream_get_be32(stream);
    rect.x = vgpu_stream_get_be32(stream);
    rect.y = vgpu_stream_get_be32(stream);
    rect.width = vgpu_stream_get_be32(stream);
    rect.height = vgpu_stream_get_be32(stream);
    if (stream->failed) {
        return vgpu_load_truncated(error);
    }
    return restore_scanout(device, scanout_id, vgpu_resource_find(device, id), &framebuffer,
                           &rect) ||
           vgpu_load_error(error, "scanout %u shows what is not in blob %u", scanout_id, id);
}

static bool load_uuid(VgpuDevice *device, VgpuStream *stream, GError **error)
{
    uint32_t id = vgpu_stream_get_be32(stream);
    uint8_t uuid[VGPU_UUID_SIZE];

    if (!vgpu_stream_get(stream, uuid, sizeof(uuid))) {
        return vgpu_load_truncated(error);
    }
    if (!vgpu_resource_find(device, id) || g_hash_table_contains(device->uuids, GUINT_TO_POINTER(id))) {
        return vgpu_load_error(error, "a uuid belongs to no resource");
    }
    g_hash_table_insert(device->uuids, GUINT_TO_POINTER(id), g_memdup2(uuid, sizeof(uuid)));
    return true;
}

static bool load_all(VgpuDevice *device, VgpuStream *stream, GError **error,
                     bool (*load)(VgpuDevice *device, VgpuStream *stream, GError **error))
{
    uint32_t n = vgpu_stream_get_be32(stream);

    for (uint32_t i = 0; i < n; i++) {
        if (!load(device, stream, error)) {
            return false;
        }
    }
    return !stream->failed || vgpu_load_truncated(error);
}

static bool load_scanouts(VgpuDevice *device, VgpuStream *stream, GError **error)
{
    for (uint32_t i = 0; i < device->config.max_outputs; i++) {
        if (!load_scanout(device, stream, i, error)) {
            return false;
        }
    }
    return true;
}

bool vgpu_device_load_blobs(VgpuDevice *device, VgpuStream *stream, GError **error)
{
    if (load_all(device, stream, error, load_blob) && load_scanouts(device, stream, error) &&
        load_all(device, stream, error, load_uuid)) {
        return true;
    }
    vgpu_device_reset(device);
    return false;
}
