/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuHeld: memory of a renderer's resource that the guest can see, or could a moment ago.
 *
 * The window lets go of memory some time after it was removed. Until then the renderer must neither
 * unmap it nor destroy the resource, whatever becomes of resource and device. Owner thread.
 */
#ifndef HW_DISPLAY_VGPU_HELD_H
#define HW_DISPLAY_VGPU_HELD_H

#include "resource.h"

/* What is held of one device, which it may outlive. */
typedef struct VgpuHolder VgpuHolder;

struct VgpuHeld {
    VgpuHolder *holder;
    VgpuResource *resource;  /* NULL: gone, so the renderer's is to be destroyed */
    uint32_t resource_id;
    VgpuHostMemory memory;   /* with an address */
    VgpuBacking *backing;    /* of a resource that is gone; or NULL */
    unsigned n_parts;        /* of the window; the last one takes this with it */
};

/* Borrows executor and renderer (NULL: none) until it is finished. */
VgpuHolder *vgpu_holder_create(VgpuDevice *device, VgpuExecutor *executor,
                               VgpuRenderer3D *renderer);
/*
 * The device goes. When nothing is held any more, the operation (or NULL) is submitted and the
 * executor released.
 */
void vgpu_holder_finish(VgpuHolder *holder, VgpuOperation *last);
/* Whether the renderer has yet to destroy the former resource of this id. */
bool vgpu_holder_is_leaving(const VgpuHolder *holder, uint32_t resource_id);
/* The ids of those: a new set. */
GHashTable *vgpu_holder_list_leaving(const VgpuHolder *holder);
/* Whether there are as many as there may be. */
bool vgpu_holder_is_full(const VgpuHolder *holder);

/* The renderer unmaps a blob that nobody can see. */
void vgpu_holder_unmap(VgpuHolder *holder, uint32_t resource_id);

/* Holds memory of a blob that holds none; gone with its first part where that is refused. */
VgpuHeld *vgpu_held_create(VgpuDevice *device, VgpuResource *resource,
                           const VgpuHostMemory *memory);
/* A part of the window that shows it; NULL where the window refuses. Remove it by the window. */
VgpuWindowPart *vgpu_held_place(VgpuHeld *held, VgpuWindow *window, uint64_t offset, uint64_t size);
/* The resource goes; its backing stays for the renderer. */
void vgpu_held_orphan(VgpuHeld *held);

#endif
