/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuRenderer3D: executes what guests draw with (clause 5.7.6.8, commands of VIRTIO_GPU_F_VIRGL).
 *
 * The device gives it requests that are decoded and name what exists, in order, one at a time, on
 * its executor: implementations may block for as long as they like, and need no locks. They return
 * VIRTIO_GPU_RESP_OK_NODATA or the error to be answered. Pages and pixels that a call gets stay in
 * place until it returns; a backing until it is detached, its resource destroyed, or reset.
 *
 * Only the signalling of fences leaves that thread: see vgpu_signals_raise().
 */
#ifndef HW_DISPLAY_VGPU_RENDERER_3D_H
#define HW_DISPLAY_VGPU_RENDERER_3D_H

#include "hw/display/vgpu/export.h"
#include "hw/display/vgpu/ports.h"

typedef struct VgpuBacking VgpuBacking;
typedef struct VgpuRenderer3D VgpuRenderer3D;

/* A capability set (clause 5.7.6.8, GET_CAPSET_INFO). */
typedef struct VgpuCapset {
    uint32_t id;           /* VIRTIO_GPU_CAPSET_* */
    uint32_t max_version;
    uint32_t size;         /* bytes */
    const void *data;
} VgpuCapset;

/* A point on a timeline; the serials on one timeline grow. */
typedef struct VgpuFence {
    uint64_t serial;       /* of the device's own, never used twice */
    uint32_t ctx_id;
    uint8_t ring_idx;
    bool on_ring;          /* on the ring of that context; else on the timeline of the device */
} VgpuFence;

/* Bytes of guest memory to or from a box of a resource. */
typedef struct VgpuTransfer3D {
    uint32_t resource_id;
    uint32_t ctx_id;       /* 0: none in particular */
    uint32_t level;
    uint32_t stride;       /* bytes, 0: rows follow each other */
    uint32_t layer_stride; /* bytes, 0: likewise */
    uint64_t offset;       /* bytes from the start of the backing */
    struct virtio_gpu_box box;
    bool to_host;
} VgpuTransfer3D;

/* A part of a resource, and the same in this process, four bytes a pixel, rows from the top. */
typedef struct VgpuPicture {
    uint32_t resource_id;
    pixman_box32_t box;    /* pixels of the resource, rows counted from the top */
    pixman_format_code_t format;
    uint8_t *data;         /* the top left pixel */
    uint32_t stride;       /* bytes */
    /* Where in a blob of plain memory the whole picture is, bytes; stride 0: it is no blob. */
    uint32_t blob_offset, blob_stride;
} VgpuPicture;

/* Memory of a blob that the guest may see. */
typedef struct VgpuHostMemory {
    int fd;              /* a file, of the receiver's; -1: there is none */
    void *address;       /* where there is no file: of this process, until unmap_blob() */
    uint64_t size;       /* of the file, or at the address: bytes */
    uint32_t map_info;   /* VIRTIO_GPU_MAP_CACHE_* */
} VgpuHostMemory;

/* Ways of a picture to a display that need no pixels to be read, as bits. */
enum {
    VGPU_SHARE_TEXTURE = 1 << 0,   /* a texture of the group that was chosen, see choose() */
    VGPU_SHARE_DMABUF = 1 << 1,
    VGPU_SHARE_PARTS = 1 << 2,     /* with others, of a display: it shows parts of them as well */
};

/* The picture of a resource as something that displays can show. */
typedef struct VgpuSharedPicture {
    DisplayBuffer *buffer;   /* a reference; NULL: there is no way */
    bool bottom_up;          /* its first row is the bottom of the picture */
    unsigned ways;           /* VGPU_SHARE_*: what it can be shown as */
} VgpuSharedPicture;

typedef struct VgpuRenderer3DOps {
    /* The last call. Frees the renderer. */
    void (*destroy)(VgpuRenderer3D *renderer);
    /*
     * All contexts and resources are gone, but for the resources in `held`, a set of ids, which are
     * unmapped and destroyed later. What is lost is to be begun anew.
     */
    void (*reset)(VgpuRenderer3D *renderer, GHashTable *held);

    /* `name` is a string for people. `capset_id` 0: the renderer's usual one. */
    uint32_t (*create_context)(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t capset_id,
                               const char *name);
    void (*destroy_context)(VgpuRenderer3D *renderer, uint32_t ctx_id);
    void (*attach_resource)(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t resource_id);
    void (*detach_resource)(VgpuRenderer3D *renderer, uint32_t ctx_id, uint32_t resource_id);
    /* `size` is a multiple of 4; the stream is the renderer's to scribble on. */
    uint32_t (*submit)(VgpuRenderer3D *renderer, uint32_t ctx_id, void *stream, size_t size);

    uint32_t (*create_resource)(VgpuRenderer3D *renderer,
                                const struct virtio_gpu_resource_create_3d *request);
    /* Its backing, if there is one, is detached. */
    void (*destroy_resource)(VgpuRenderer3D *renderer, uint32_t resource_id);
    uint32_t (*attach_backing)(VgpuRenderer3D *renderer, uint32_t resource_id,
                               const VgpuBacking *backing);
    void (*detach_backing)(VgpuRenderer3D *renderer, uint32_t resource_id);
    uint32_t (*transfer)(VgpuRenderer3D *renderer, const VgpuTransfer3D *transfer);

    /* A resource of memory that is the renderer's, with or without a backing (NULL) beside it. */
    uint32_t (*create_blob)(VgpuRenderer3D *renderer,
                            const struct virtio_gpu_resource_create_blob *request,
                            const VgpuBacking *backing);
    /*
     * Each success with an address is followed by one unmap_blob(), unless the resource is destroyed
     * before; until the last of them the address stays the same.
     */
    uint32_t (*map_blob)(VgpuRenderer3D *renderer, uint32_t resource_id, VgpuHostMemory *memory);
    void (*unmap_blob)(VgpuRenderer3D *renderer, uint32_t resource_id);

    /* A whole picture into a resource; a part of one out of it, once what is being drawn is. */
    uint32_t (*write_picture)(VgpuRenderer3D *renderer, const VgpuPicture *picture);
    uint32_t (*read_picture)(VgpuRenderer3D *renderer, const VgpuPicture *picture);

    /* The fence is signalled when everything asked for before has been executed. */
    void (*create_fence)(VgpuRenderer3D *renderer, const VgpuFence *fence);

    /*
     * Optional. Asked after each of these functions: whether nothing can be drawn any more, say since
     * the GPU was reset. From then on only what lets go of something is called, and move(), until
     * the answer is another one; the device signals the fences.
     */
    bool (*is_lost)(VgpuRenderer3D *renderer);

    /*
     * Optional, the only one that the owner thread calls: before the first call since the start or
     * a reset. True when the renderer should move to where it can share textures with displays.
     */
    bool (*choose)(VgpuRenderer3D *renderer);
    /* Moves there, or stays. There are no contexts and no resources; capability sets may change. */
    void (*move)(VgpuRenderer3D *renderer);
    /*
     * Optional. The picture of a resource, by those of `ways` that are possible; as a dmabuf where
     * a texture is wanted and is not. What is drawn later is seen in it; it is there for as long as
     * it is referenced, resource or not.
     */
    void (*share_picture)(VgpuRenderer3D *renderer, uint32_t resource_id, unsigned ways,
                          VgpuSharedPicture *picture);
} VgpuRenderer3DOps;

typedef struct VgpuSignals VgpuSignals;

struct VgpuRenderer3D {
    const VgpuRenderer3DOps *ops;
    const VgpuCapset *capsets;   /* what is in them changes when the renderer moves */
    uint32_t n_capsets;
    VgpuSignals *signals;        /* the device's, set by it; there until destroy */
    bool lost;                   /* the device's, on its executor: the last answer of is_lost() */
};

/*
 * A fence, and with it every earlier one of its timeline, is signalled. Any thread; the device hears
 * of it on its own.
 */
VGPU_EXPORT void vgpu_signals_raise(VgpuSignals *signals, const VgpuFence *fence);

#endif
