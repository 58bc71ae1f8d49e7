/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot.h"

void vgpu_stream_put_be32(VgpuStream *stream, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    stream->ops->write(stream, &value, sizeof(value));
}

void vgpu_stream_put_be64(VgpuStream *stream, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    stream->ops->write(stream, &value, sizeof(value));
}

bool vgpu_stream_get(VgpuStream *stream, void *data, size_t size)
{
    if (!stream->failed && !stream->ops->read(stream, data, size)) {
        stream->failed = true;
    }
    return !stream->failed;
}

uint32_t vgpu_stream_get_be32(VgpuStream *stream)
{
    uint32_t value = 0;

    return vgpu_stream_get(stream, &value, sizeof(value)) ? GUINT32_FROM_BE(value) : 0;
}

uint64_t vgpu_stream_get_be64(VgpuStream *stream)
{
    uint64_t value = 0;

    return vgpu_stream_get(stream, &value, sizeof(value)) ? GUINT64_FROM_BE(value) : 0;
}

bool vgpu_load_error(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (error) {
        *error = g_error_new_valist(g_quark_from_static_string("vgpu-snapshot"), 0,
                                    format, arguments);
    }
    va_end(arguments);
    return false;
}

bool vgpu_load_truncated(GError **error)
{
    return vgpu_load_error(error, "the stream ends inside the state of the device");
}

void vgpu_snapshot_save_backing(VgpuStream *stream, const VgpuBacking *backing)
{
    vgpu_stream_put_be32(stream, backing ? backing->n_ranges : 0);
    for (uint32_t i = 0; backing && i < backing->n_ranges; i++) {
        vgpu_stream_put_be64(stream, backing->ranges[i].address);
        vgpu_stream_put_be32(stream, vgpu_backing_range_size(backing, i));
    }
}

/* Takes entries one by one, so that a lying count costs no more memory than the stream is long. */
static GArray *load_entries(VgpuStream *stream, uint32_t n_entries)
{
    GArray *entries = g_array_new(false, false, sizeof(struct virtio_gpu_mem_entry));

    for (uint32_t i = 0; i < n_entries && !stream->failed; i++) {
        struct virtio_gpu_mem_entry entry = { .addr = vgpu_stream_get_be64(stream) };

        entry.length = vgpu_stream_get_be32(stream);
        g_array_append_val(entries, entry);
    }
    return entries;
}

bool vgpu_snapshot_attach(VgpuDevice *device, VgpuStream *stream, VgpuResource *resource,
                          uint32_t n_entries, GError **error)
{
    g_autoptr(GArray) entries = NULL;
    VgpuBacking *backing;

    if (n_entries > VGPU_MAX_BACKING_ENTRIES ||
        n_entries + device->backing_ranges > VGPU_MAX_BACKING_RANGES) {
        return vgpu_load_error(error, "resource %u has %u backing entries, too many",
                               resource->id, n_entries);
    }
    entries = load_entries(stream, n_entries);
    if (stream->failed) {
        return vgpu_load_truncated(error);
    }
    backing = vgpu_backing_create(device->config.memory,
                                  (const struct virtio_gpu_mem_entry *)entries->data, n_entries);
    if (!backing) {
        return vgpu_load_error(error, "the backing of resource %u is not all RAM", resource->id);
    }
    return vgpu_resource_attach(device, resource, backing) == VIRTIO_GPU_RESP_OK_NODATA ||
           vgpu_load_error(error, "the backing of blob %u is too short, or there is no memory to "
                           "show it", resource->id);
}
