/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuCommand: one request of the driver, from the moment it is popped to its answer.
 *
 * The queue port allocates it (usually inside its own queue element) and fills in the vectors; the
 * engine owns everything else and gives it back through push or detach, exactly once.
 */
#ifndef HW_DISPLAY_VGPU_COMMAND_H
#define HW_DISPLAY_VGPU_COMMAND_H

#include <sys/uio.h>

#include "hw/display/vgpu/ports.h"

/* The specification's name of a command type, for people; "unknown" where it has none. */
const char *vgpu_command_name(uint32_t type);

typedef struct VgpuCommandInfo VgpuCommandInfo;
typedef struct VgpuContext VgpuContext;
typedef struct VgpuOperation VgpuOperation;
typedef struct VgpuResource VgpuResource;
typedef struct VgpuTimeline VgpuTimeline;

/* The fixed part of a request, copied out of guest memory once. */
typedef union VgpuRequest {
    struct virtio_gpu_ctrl_hdr hdr;
    struct virtio_gpu_cmd_get_edid get_edid;
    struct virtio_gpu_resource_create_2d create_2d;
    struct virtio_gpu_resource_unref unref;
    struct virtio_gpu_resource_attach_backing attach_backing;
    struct virtio_gpu_resource_detach_backing detach_backing;
    struct virtio_gpu_transfer_to_host_2d transfer_to_host_2d;
    struct virtio_gpu_set_scanout set_scanout;
    struct virtio_gpu_resource_flush resource_flush;
    struct virtio_gpu_update_cursor cursor;
    struct virtio_gpu_resource_create_blob create_blob;
    struct virtio_gpu_set_scanout_blob set_scanout_blob;
    struct virtio_gpu_resource_assign_uuid assign_uuid;
    struct virtio_gpu_get_capset_info get_capset_info;
    struct virtio_gpu_get_capset get_capset;
    struct virtio_gpu_ctx_create ctx_create;
    struct virtio_gpu_ctx_resource ctx_resource;
    struct virtio_gpu_resource_create_3d create_3d;
    struct virtio_gpu_transfer_host_3d transfer_host_3d;
    struct virtio_gpu_cmd_submit submit_3d;
    struct virtio_gpu_resource_map_blob map_blob;
    struct virtio_gpu_resource_unmap_blob unmap_blob;
} VgpuRequest;

struct VgpuCommand {
    /* Set by the queue port. */
    const struct iovec *out;    /* what the driver wrote */
    const struct iovec *in;     /* room for the answer */
    unsigned n_out;
    unsigned n_in;

    /* Set by decoding, trusted afterwards. */
    const VgpuCommandInfo *info;   /* NULL: not a command of this queue */
    VgpuQueueId queue;
    VgpuRequest request;
    uint64_t out_size;             /* bytes, fixed part and what follows it */
    VgpuResource *resource;        /* the one it names; only good inside the handler */
    VgpuContext *context;          /* likewise */
    int64_t start_ns;

    /* The answer. */
    uint32_t response;             /* VIRTIO_GPU_RESP_*, 0 while there is none */
    void *payload;                 /* whole response structure, or NULL: a bare header */
    size_t payload_size;

    /* While the answer is outstanding. */
    VgpuOperation *operation;      /* running for it, or NULL */
    uint32_t scanouts;             /* that show its resource, as bits: for statistics */
    uint32_t asked;                /* turn of a SET_SCANOUT on its scanout: the last one counts */
    uint32_t awaits;               /* scanouts whose display has to take the frame, as bits */
    VgpuTimeline *timeline;        /* answered in the order of this one; NULL: in none */
    uint64_t fence_serial;         /* that the renderer has yet to signal; 0: none */
    bool held;                     /* among the device's outstanding commands */
    bool delivered;                /* nothing but `awaits` holds the answer back */
    GList link;                    /* in the device's outstanding commands */
    GList fence_link;              /* in its timeline */
};

#endif
