/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resource.h"

#include "device-private.h"
#include "format.h"
#include "mapping.h"

VgpuResource *vgpu_resource_find(VgpuDevice *device, uint32_t id)
{
    return g_hash_table_lookup(device->resources, GUINT_TO_POINTER(id));
}

/* What a picture counts for; UINT64_MAX when it can not be. */
static uint64_t hostmem_of(uint32_t width, uint32_t height)
{
    uint64_t stride = (uint64_t)width * VGPU_BYTES_PER_PIXEL;
    uint64_t size;

    if (stride > INT32_MAX || __builtin_mul_overflow(stride, (uint64_t)height, &size)) {
        return UINT64_MAX;
    }
    return size;
}

static void insert_resource(VgpuDevice *device, VgpuResource *resource)
{
    device->hostmem += resource->hostmem;
    g_hash_table_insert(device->resources, GUINT_TO_POINTER(resource->id), resource);
}

uint32_t vgpu_resource_create_2d(VgpuDevice *device,
                                 const struct virtio_gpu_resource_create_2d *request,
                                 VgpuResource **resource)
{
    uint64_t hostmem = hostmem_of(request->width, request->height);
    g_autofree VgpuResource *made = NULL;
    uint32_t response;

    if (!vgpu_format_to_pixman(request->format) || !request->width || !request->height ||
        hostmem == UINT64_MAX) {
        vgpu_device_guest_error(device, "resource %u: no picture of %u x %u pixels in format %u",
                                request->resource_id, request->width, request->height,
                                request->format);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    if (hostmem >= device->config.max_hostmem - device->hostmem ||
        g_hash_table_size(device->resources) >= VGPU_MAX_RESOURCES) {
        vgpu_device_guest_error(device, "resource %u: %u x %u pixels are beyond max_hostmem",
                                request->resource_id, request->width, request->height);
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    made = g_new(VgpuResource, 1);
    *made = (VgpuResource) {
        .id = request->resource_id,
        .format = request->format,
        .width = request->width,
        .height = request->height,
        .hostmem = hostmem,
    };
    response = device->renderer->create_2d(device, made);
    if (response == VIRTIO_GPU_RESP_OK_NODATA) {
        *resource = g_steal_pointer(&made);
        insert_resource(device, *resource);
    }
    return response;
}

VgpuResource *vgpu_resource_add_blob(VgpuDevice *device,
                                     const struct virtio_gpu_resource_create_blob *request)
{
    VgpuResource *resource = g_new0(VgpuResource, 1);

    resource->id = request->resource_id;
    resource->blob = g_new0(VgpuBlob, 1);
    resource->blob->size = request->size;
    resource->blob->mem = request->blob_mem;
    resource->blob->flags = request->blob_flags;
    insert_resource(device, resource);
    return resource;
}

/* As virgl numbers texture targets. */
#define TARGET_2D 2

VgpuResource *vgpu_resource_create_3d(VgpuDevice *device,
                                      const struct virtio_gpu_resource_create_3d *request)
{
    VgpuResource *resource;

    if (g_hash_table_size(device->resources) >= VGPU_MAX_RESOURCES) {
        vgpu_device_guest_error(device, "resource %u is one too many", request->resource_id);
        return NULL;
    }
    resource = g_new0(VgpuResource, 1);
    resource->id = request->resource_id;
    resource->format = request->format;
    resource->width = request->width;
    resource->height = request->height;
    resource->is_3d = true;
    resource->is_picture = request->target == TARGET_2D && request->nr_samples <= 1 &&
                           vgpu_format_to_pixman(request->format);
    resource->rendered = true;
    insert_resource(device, resource);
    return resource;
}

DisplayBuffer *vgpu_resource_get_framebuffer(VgpuResource *resource,
                                             const VgpuFramebuffer *framebuffer)
{
    VgpuBlob *blob = resource->blob;

    if (!resource->buffer || !vgpu_framebuffer_equal(&blob->framebuffer, framebuffer)) {
        display_buffer_unref(resource->buffer);
        resource->buffer = vgpu_framebuffer_create_buffer(framebuffer, blob->view);
        blob->framebuffer = *framebuffer;
    }
    return resource->buffer;
}

/* ---- backing -------------------------------------------------------------------------------- */

/* Only a copy is memory of the host's, and counts. */
static bool account_shadow(VgpuDevice *device, VgpuResource *resource, const VgpuView *view)
{
    if (!vgpu_view_is_shadow(view)) {
        return true;
    }
    if (view->size >= device->config.max_hostmem - device->hostmem) {
        vgpu_device_guest_error(device, "resource %u: a copy of its %" G_GUINT64_FORMAT
                                " bytes is beyond max_hostmem", resource->id, view->size);
        return false;
    }
    resource->hostmem = view->size;
    device->hostmem += view->size;
    return true;
}

static uint32_t open_view(VgpuDevice *device, VgpuResource *resource, VgpuBacking *backing)
{
    g_autoptr(VgpuView) view = NULL;

    if (backing->size < resource->blob->size) {
        vgpu_device_guest_error(device, "resource %u: its pages are fewer than it is long",
                                resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    view = vgpu_view_create(backing, resource->blob->size, device->config.view_ways);
    if (!view || !account_shadow(device, resource, view)) {
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    vgpu_device_trace(device, VGPU_TRACE_VIEW, resource->id, view->size, view->way->bit,
                      backing->n_ranges);
    resource->blob->view = g_steal_pointer(&view);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t vgpu_resource_attach(VgpuDevice *device, VgpuResource *resource, VgpuBacking *backing)
{
    uint32_t response = VIRTIO_GPU_RESP_OK_NODATA;

    g_assert(!resource->backing);
    if (resource->blob && !resource->rendered) {
        response = open_view(device, resource, backing);
    }
    if (response != VIRTIO_GPU_RESP_OK_NODATA) {
        vgpu_backing_unref(backing);
        return response;
    }
    resource->backing = backing;
    device->backing_ranges += backing->n_ranges;
    return response;
}

static void disable_scanouts(VgpuDevice *device, VgpuResource *resource)
{
    for (uint32_t left = resource->scanouts; left; left &= left - 1) {
        vgpu_scanout_disable(device, __builtin_ctz(left));
    }
}

static void close_view(VgpuDevice *device, VgpuResource *resource)
{
    disable_scanouts(device, resource);
    g_clear_pointer(&resource->buffer, display_buffer_unref);
    g_clear_pointer(&resource->blob->view, vgpu_view_unref);
    device->hostmem -= resource->hostmem;
    resource->hostmem = 0;
}

void vgpu_resource_detach(VgpuDevice *device, VgpuResource *resource)
{
    if (resource->blob) {
        close_view(device, resource);
    }
    if (resource->backing) {
        device->backing_ranges -= resource->backing->n_ranges;
        g_clear_pointer(&resource->backing, vgpu_backing_unref);
    }
}

/* ---- the end -------------------------------------------------------------------------------- */

/* For one that is out of the table. */
static void bury_resource(VgpuDevice *device, VgpuResource *resource)
{
    g_hash_table_remove(device->uuids, GUINT_TO_POINTER(resource->id));
    if (resource->blob) {
        vgpu_mapping_forget(device, resource);
    }
    disable_scanouts(device, resource);
    g_assert(!resource->scanouts);
    vgpu_resource_detach(device, resource);
    g_clear_pointer(&resource->buffer, display_buffer_unref);
    device->hostmem -= resource->hostmem;
    g_clear_pointer(&resource->blob, g_free);
    resource->gone = true;
    if (!resource->busy) {
        g_free(resource);
    }
}

void vgpu_resource_pin(VgpuResource *resource)
{
    resource->busy++;
}

void vgpu_resource_unpin(VgpuResource *resource)
{
    if (!--resource->busy && resource->gone) {
        g_free(resource);
    }
}

void vgpu_resource_destroy(VgpuDevice *device, VgpuResource *resource)
{
    g_hash_table_remove(device->resources, GUINT_TO_POINTER(resource->id));
    bury_resource(device, resource);
}

void vgpu_resource_destroy_all(VgpuDevice *device)
{
    GHashTableIter iterator;
    void *resource;

    g_hash_table_iter_init(&iterator, device->resources);
    while (g_hash_table_iter_next(&iterator, NULL, &resource)) {
        g_hash_table_iter_remove(&iterator);
        bury_resource(device, resource);
    }
}

GArray *vgpu_device_list_blobs(VgpuDevice *device)
{
    GArray *blobs = g_array_new(false, false, sizeof(VgpuBlobInfo));
    GHashTableIter iterator;
    void *value;

    g_hash_table_iter_init(&iterator, device->resources);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const VgpuResource *resource = value;

        if (resource->blob) {
            VgpuBlobInfo info = {
                .id = resource->id,
                .size = resource->blob->size,
                .view = resource->rendered ? "renderer" :
                        resource->blob->view ? resource->blob->view->way->name : "none",
                .mapped = resource->blob->mapping,
            };

            g_array_append_val(blobs, info);
        }
    }
    return blobs;
}
