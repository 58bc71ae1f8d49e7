/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuResource: what the driver calls by a resource id.
 *
 * Owned by the device's table, and touched by the owner thread only. Whoever needs its pixels or
 * its pages for longer than a call holds references to its buffer or backing instead.
 */
#ifndef HW_DISPLAY_VGPU_RESOURCE_H
#define HW_DISPLAY_VGPU_RESOURCE_H

#include "framebuffer.h"
#include "hw/display/vgpu/device.h"

typedef struct VgpuMapping VgpuMapping;
typedef struct VgpuHeld VgpuHeld;

/* What makes a resource a blob: memory, shown where it lies if it is the guest's. */
typedef struct VgpuBlob {
    uint64_t size;                /* bytes */
    uint32_t mem, flags;          /* VIRTIO_GPU_BLOB_MEM_*, VIRTIO_GPU_BLOB_FLAG_* */
    VgpuMapping *mapping;         /* in the window; NULL: none */
    VgpuHeld *held;               /* memory that is or was in the window; NULL: none */
    VgpuView *view;               /* NULL: no backing, or memory of the renderer's */
    VgpuFramebuffer framebuffer;  /* that the resource's buffer shows, if it has one */
} VgpuBlob;

#define VGPU_UUID_SIZE 16

typedef struct VgpuResource {
    uint32_t id;             /* not 0 */
    uint32_t format;         /* VIRTIO_GPU_FORMAT_*; 0 for a blob, as the size */
    uint32_t width, height;  /* pixels */
    VgpuBlob *blob;          /* NULL: a 2D or 3D resource */
    bool is_3d;              /* has no pixels here */
    bool is_picture;         /* can be shown: four bytes a pixel, one layer, one sample */
    bool rendered;           /* the 3D renderer has it, and does everything that is done to it */
    bool gone;               /* out of the table, and freed when it is not busy */
    unsigned unshareable;    /* VGPU_SHARE_*: ways to displays that were found not to exist */
    DisplayBuffer *buffer;   /* what a scanout of it shows; of a blob, made when it is first shown */
    VgpuBacking *backing;    /* NULL: detached */
    uint64_t hostmem;        /* bytes it counts for against max_hostmem */
    uint64_t unseen_bytes;   /* copied from the guest since the last frame of it was shown */
    uint32_t scanouts;       /* that show it, as bits */
    uint32_t busy;           /* operations under way that use it */
} VgpuResource;

/* Whether it is a blob in memory of the renderer's. */
static inline bool vgpu_resource_is_host_blob(const VgpuResource *resource)
{
    return resource->blob && resource->blob->mem != VIRTIO_GPU_BLOB_MEM_GUEST;
}

/* NULL when there is none of that id. */
VgpuResource *vgpu_resource_find(VgpuDevice *device, uint32_t id);

/*
 * Adds a 2D resource without backing to the table and returns it in `resource`. The result is a
 * response: an error code, with nothing added, or VIRTIO_GPU_RESP_OK_NODATA.
 */
uint32_t vgpu_resource_create_2d(VgpuDevice *device,
                                 const struct virtio_gpu_resource_create_2d *request,
                                 VgpuResource **resource);

/* What can be said of a blob of the guest's pages before these are looked at. */
bool vgpu_blob_is_valid(VgpuDevice *device, const struct virtio_gpu_resource_create_blob *request);

/* Adds a valid blob resource, without backing, to the table. */
VgpuResource *vgpu_resource_add_blob(VgpuDevice *device,
                                     const struct virtio_gpu_resource_create_blob *request);

/* The buffer that shows a valid framebuffer of a blob with a backing. The resource's. */
DisplayBuffer *vgpu_resource_get_framebuffer(VgpuResource *resource,
                                             const VgpuFramebuffer *framebuffer);

/*
 * Adds a 3D resource without backing to the table, for the renderer to make. NULL when there are
 * too many.
 */
VgpuResource *vgpu_resource_create_3d(VgpuDevice *device,
                                      const struct virtio_gpu_resource_create_3d *request);

/* An operation under way uses the resource: it stays until the same is done. */
void vgpu_resource_pin(VgpuResource *resource);
void vgpu_resource_unpin(VgpuResource *resource);

/* Takes it out of the table and off every scanout. */
void vgpu_resource_destroy(VgpuDevice *device, VgpuResource *resource);
void vgpu_resource_destroy_all(VgpuDevice *device);

/*
 * Attaches mapped pages to a resource without. Takes the backing. The result is a response: an
 * error, with nothing attached, when a blob is longer than its pages or cannot be shown.
 */
uint32_t vgpu_resource_attach(VgpuDevice *device, VgpuResource *resource, VgpuBacking *backing);
/* Detaches the pages, if there are any. A blob that is shown goes off its scanouts. */
void vgpu_resource_detach(VgpuDevice *device, VgpuResource *resource);

#endif
