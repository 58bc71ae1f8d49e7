/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuMapping: where in the window the guest sees a blob (RESOURCE_MAP_BLOB, clause 5.7.6.8).
 *
 * It takes its place in the window when the driver asks for it, and shows something once the
 * renderer has said what. Owned by the device's table, which is ordered by place; owner thread.
 */
#ifndef HW_DISPLAY_VGPU_MAPPING_H
#define HW_DISPLAY_VGPU_MAPPING_H

#include "resource.h"

struct VgpuMapping {
    uint64_t serial;         /* tells it from others of the same resource */
    uint64_t offset, size;   /* bytes of the window, whole pages */
    VgpuResource *resource;
    VgpuWindowPart *part;    /* memory of the renderer's process; NULL: a file, or nothing yet */
    bool placed;             /* it shows something */
};

/* A table of no mappings, freed by g_tree_unref(). */
GTree *vgpu_mapping_create_table(void);

/*
 * Takes a place for all of a blob that has none. The result is a response: an error when the offset
 * is not a page's, the place not inside the window or not free, or the table full.
 */
uint32_t vgpu_mapping_create(VgpuDevice *device, VgpuResource *resource, uint64_t offset);
/* Shows what the renderer has; an error where the guest must or can not see that. */
uint32_t vgpu_mapping_place_file(VgpuDevice *device, VgpuMapping *mapping,
                                 const VgpuHostMemory *memory);
uint32_t vgpu_mapping_place_held(VgpuDevice *device, VgpuMapping *mapping, VgpuHeld *held);
/* Whether all of a blob, and nothing else, is in whole pages at an address. */
bool vgpu_mapping_is_whole_pages(const VgpuResource *resource, const VgpuHostMemory *memory);
/* Gives the place back. */
void vgpu_mapping_destroy(VgpuDevice *device, VgpuMapping *mapping);

/*
 * A blob goes: gives its place back, if it has one. True when its memory can still be seen, so the
 * renderer's resource is left to be destroyed later.
 */
bool vgpu_mapping_forget(VgpuDevice *device, VgpuResource *resource);
/* The same for all blobs there are. */
void vgpu_mapping_forget_all(VgpuDevice *device);

#endif
