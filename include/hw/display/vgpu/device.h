/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuDevice: a virtio-gpu device (virtio 1.2, clause 5.7) without a machine around it.
 *
 * All functions are called on one thread at a time, the owner: in QEMU whoever holds the big lock.
 * Nothing here blocks, except vgpu_device_drain().
 */
#ifndef HW_DISPLAY_VGPU_DEVICE_H
#define HW_DISPLAY_VGPU_DEVICE_H

#include "hw/display/vgpu/executor.h"
#include "hw/display/vgpu/ports.h"
#include "hw/display/vgpu/renderer-3d.h"
#include "hw/display/vgpu/stream.h"

typedef struct VgpuDevice VgpuDevice;

/* All ports are required except observer and window; all but those that are taken are borrowed. */
typedef struct VgpuConfig {
    uint32_t max_outputs;    /* 1 .. VGPU_MAX_SCANOUTS */
    uint64_t max_hostmem;    /* bytes: resources together stay below this */
    VgpuQueue *queues[VGPU_QUEUE_COUNT];
    VgpuMemory *memory;
    VgpuSink *sink;
    VgpuWindow *window;      /* NULL: the guest sees no memory of the host's */
    VgpuLoop *loop;
    uint32_t blob_alignment; /* bytes, a power of two; 0: the driver is not told of any */
    unsigned view_ways;      /* VGPU_VIEW_*: how blobs may be shown; VGPU_VIEW_ANY by default */
    VgpuExecutor *executor;  /* taken */
    VgpuRenderer3D *renderer_3d; /* taken; NULL: a device without 3D */
    VgpuObserver *observer;
} VgpuConfig;

/*
 * Ways to see scattered guest pages as one picture, best first: a udmabuf, the pages as they lie
 * when they are not scattered, their file mapped piece by piece, or a copy, which is always possible.
 */
enum {
    VGPU_VIEW_UDMABUF = 1 << 0,
    VGPU_VIEW_HOST = 1 << 1,
    VGPU_VIEW_FILE = 1 << 2,
    VGPU_VIEW_SHADOW = 1 << 3,
    VGPU_VIEW_ANY = 0,
};

/* What there is to know of a blob resource, for people. */
typedef struct VgpuBlobInfo {
    uint32_t id;
    uint64_t size;       /* bytes */
    const char *view;    /* name of the way it is seen; "none" without a backing */
    bool mapped;         /* in the window */
} VgpuBlobInfo;

/* Counters of one scanout since it was created. */
typedef struct VgpuScanoutStats {
    uint64_t flushes;             /* RESOURCE_FLUSH commands that touched it */
    uint64_t damaged_pixels;      /* pixels handed to the display as changed */
    uint64_t bytes_copied;        /* bytes copied from the guest for what it was given to show */
    uint64_t bytes_read;          /* bytes of pixels read from the 3D renderer */
    uint64_t frames_shared;       /* frames that the 3D renderer shared with the display */
    uint64_t longest_command_ns;  /* longest time from pop to answer of a command on its resource */
    uint64_t frames_taken;        /* what displays took: one or more flushes each */
    uint64_t taken_ns;            /* sum over them: from the first flush until it was taken */
} VgpuScanoutStats;

/* Counters of a device since it was created. */
typedef struct VgpuDeviceStats {
    uint64_t commands;        /* answered, of both queues */
    uint64_t fences;          /* of them with a fence */
    uint64_t render_calls;    /* of the 3D renderer */
    uint64_t stream_bytes;    /* of SUBMIT_3D */
    uint32_t outstanding;     /* commands taken and not answered now */
} VgpuDeviceStats;

VgpuDevice *vgpu_device_create(const VgpuConfig *config);
/* Takes NULL. Outstanding requests are detached, not answered. */
void vgpu_device_destroy(VgpuDevice *device);

/* The features that the driver accepted (clause 5.7.3), as bits. */
void vgpu_device_set_features(VgpuDevice *device, uint64_t features);

/*
 * Handles requests waiting in a queue. Takes a bounded number of them and posts itself to the loop
 * for the rest.
 */
void vgpu_device_process(VgpuDevice *device, VgpuQueueId queue);

/* Device reset: everything the driver made is gone, and what it asked for is never answered. */
void vgpu_device_reset(VgpuDevice *device);

/* Reset of one queue: what was asked for on it is never answered, but may still take effect. */
void vgpu_device_reset_queue(VgpuDevice *device, VgpuQueueId queue);

/* The display of a scanout has no more use for what it was shown. */
void vgpu_device_frame_taken(VgpuDevice *device, uint32_t scanout_id);

/*
 * Somebody wants to see all that has been drawn on a scanout. False when its pixels are up to date;
 * else they are under way, and the sink's pixels_read() follows.
 */
bool vgpu_device_read_pixels(VgpuDevice *device, uint32_t scanout_id);

/* All blob resources, in no order: an array of VgpuBlobInfo. */
GArray *vgpu_device_list_blobs(VgpuDevice *device);

/*
 * Finishes and answers every command taken so far; with 3D, all but what waits for fences of the
 * renderer. The one call that waits.
 */
void vgpu_device_drain(VgpuDevice *device);

/* Whether the driver has taken the display over: it has set a scanout since the last reset. */
bool vgpu_device_is_enabled(VgpuDevice *device);

/* Clause 5.7.4. */
void vgpu_device_get_config(VgpuDevice *device, struct virtio_gpu_config *config);
void vgpu_device_clear_events(VgpuDevice *device, uint32_t events);

/* Changes what an output offers and raises the DISPLAY event if that is a change. */
void vgpu_device_set_output(VgpuDevice *device, uint32_t scanout_id, const VgpuOutput *output);
const VgpuOutput *vgpu_device_get_output(VgpuDevice *device, uint32_t scanout_id);

const VgpuScanoutStats *vgpu_device_get_stats(VgpuDevice *device, uint32_t scanout_id);

VGPU_EXPORT VgpuDeviceStats vgpu_device_get_device_stats(VgpuDevice *device);

/* Shows every scanout and cursor again, as after a display took the place of another. */
void vgpu_device_present_all(VgpuDevice *device);

/*
 * Migration: resources, scanouts and cursors in the layout of QEMU's "virtio-gpu" section.
 * Saving needs a drained device. Loading replaces everything; on failure the device is as after a
 * reset and `error` says why.
 */
void vgpu_device_save(VgpuDevice *device, VgpuStream *stream);
bool vgpu_device_load(VgpuDevice *device, VgpuStream *stream, GError **error);
/*
 * What QEMU's section has no room for: blob resources, the scanouts that show them, and uuids. To
 * be saved after the section if there is any, and loaded after it.
 */
bool vgpu_device_has_blob_state(VgpuDevice *device);
void vgpu_device_save_blobs(VgpuDevice *device, VgpuStream *stream);
bool vgpu_device_load_blobs(VgpuDevice *device, VgpuStream *stream, GError **error);

#endif
