/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mapping.h"

#include <unistd.h>

#include "device-private.h"
#include "held.h"

static uint64_t page_mask(void)
{
    return sysconf(_SC_PAGESIZE) - 1;
}

static int compare_offsets(const void *a, const void *b, void *opaque)
{
    const uint64_t *left = a, *right = b;

    return *left < *right ? -1 : *left > *right;
}

GTree *vgpu_mapping_create_table(void)
{
    /* The keys are in the values. */
    return g_tree_new_full(compare_offsets, NULL, NULL, g_free);
}

/* ---- places --------------------------------------------------------------------------------- */

/* The last mapping that starts before `end`; NULL: none. */
static const VgpuMapping *find_before(VgpuDevice *device, uint64_t end)
{
    const uint64_t last = end - 1;
    GTreeNode *behind = g_tree_upper_bound(device->mappings, &last);
    GTreeNode *node = behind ? g_tree_node_previous(behind) : g_tree_node_last(device->mappings);

    return node ? g_tree_node_value(node) : NULL;
}

static bool is_free(VgpuDevice *device, uint64_t offset, uint64_t size)
{
    const VgpuMapping *before = find_before(device, offset + size);

    return !before || before->offset + before->size <= offset;
}

static bool is_inside(const VgpuWindow *window, uint64_t offset, uint64_t size)
{
    return !(offset & page_mask()) && size <= window->size && offset <= window->size - size;
}

uint32_t vgpu_mapping_create(VgpuDevice *device, VgpuResource *resource, uint64_t offset)
{
    uint64_t size = (resource->blob->size + page_mask()) & ~page_mask();
    VgpuMapping *mapping;

    if (!is_inside(device->config.window, offset, size) || !is_free(device, offset, size)) {
        vgpu_device_guest_error(device, "resource %u: no room for %" G_GUINT64_FORMAT " bytes at 0x%"
                                G_GINT64_MODIFIER "x of the window", resource->id, size, offset);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    if (g_tree_nnodes(device->mappings) >= VGPU_MAX_MAPPINGS) {
        vgpu_device_guest_error(device, "resource %u is mapped as one too many", resource->id);
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    mapping = g_new0(VgpuMapping, 1);
    mapping->serial = ++device->mapping_serial;
    mapping->offset = offset;
    mapping->size = size;
    mapping->resource = resource;
    resource->blob->mapping = mapping;
    g_tree_insert(device->mappings, &mapping->offset, mapping);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

static void remove_from_window(VgpuDevice *device, VgpuMapping *mapping)
{
    VgpuWindow *window = device->config.window;

    if (mapping->part) {
        window->ops->remove_memory(window, mapping->part);
    } else if (mapping->placed) {
        window->ops->remove_file(window, mapping->offset, mapping->size);
    }
}

void vgpu_mapping_destroy(VgpuDevice *device, VgpuMapping *mapping)
{
    vgpu_device_trace(device, VGPU_TRACE_UNMAP, mapping->resource->id, mapping->offset,
                      mapping->size, 0);
    remove_from_window(device, mapping);
    mapping->resource->blob->mapping = NULL;
    g_tree_remove(device->mappings, &mapping->offset);
}

/* ---- what they show ------------------------------------------------------------------------- */

static void note_placed(VgpuDevice *device, VgpuMapping *mapping)
{
    mapping->placed = true;
    vgpu_device_trace(device, VGPU_TRACE_MAP, mapping->resource->id, mapping->offset, mapping->size,
                      mapping->part ? 2 : 1);
}

/* A page that the file does not reach would be no zeros but the end of this process. */
uint32_t vgpu_mapping_place_file(VgpuDevice *device, VgpuMapping *mapping,
                                 const VgpuHostMemory *memory)
{
    VgpuWindow *window = device->config.window;

    if (memory->size < mapping->resource->blob->size) {
        vgpu_device_guest_error(device, "resource %u: its file is shorter than it is said to be",
                                mapping->resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    if (!window->ops->place_file(window, mapping->offset, mapping->size, memory->fd)) {
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    note_placed(device, mapping);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

/* On a page that is its own in part only, the rest is the process's, and none of the guest's. */
bool vgpu_mapping_is_whole_pages(const VgpuResource *resource, const VgpuHostMemory *memory)
{
    return !(((uintptr_t)memory->address | memory->size | resource->blob->size) & page_mask()) &&
           memory->size >= resource->blob->size;
}

uint32_t vgpu_mapping_place_held(VgpuDevice *device, VgpuMapping *mapping, VgpuHeld *held)
{
    mapping->part = vgpu_held_place(held, device->config.window, mapping->offset, mapping->size);
    if (!mapping->part) {
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    note_placed(device, mapping);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

/* ---- the end -------------------------------------------------------------------------------- */

bool vgpu_mapping_forget(VgpuDevice *device, VgpuResource *resource)
{
    VgpuBlob *blob = resource->blob;

    if (blob->mapping) {
        vgpu_mapping_destroy(device, blob->mapping);
    }
    if (!blob->held) {
        return false;
    }
    vgpu_held_orphan(blob->held);
    return true;
}

void vgpu_mapping_forget_all(VgpuDevice *device)
{
    VgpuWindow *window = device->config.window;
    GHashTableIter iterator;
    void *resource;

    if (!window) {
        return;
    }
    window->ops->begin(window);
    g_hash_table_iter_init(&iterator, device->resources);
    while (g_hash_table_iter_next(&iterator, NULL, &resource)) {
        if (((VgpuResource *)resource)->blob) {
            vgpu_mapping_forget(device, resource);
        }
    }
    window->ops->clear(window);
    window->ops->end(window);
}
