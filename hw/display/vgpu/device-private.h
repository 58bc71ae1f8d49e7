/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of VgpuDevice, for the engine's own files. */
#ifndef HW_DISPLAY_VGPU_DEVICE_PRIVATE_H
#define HW_DISPLAY_VGPU_DEVICE_PRIVATE_H

#include "hw/display/vgpu/command.h"
#include "hw/display/vgpu/device.h"
#include "renderer.h"
#include "scanout.h"
#include "signals.h"
#include "timeline.h"

/* Caps on what a driver can make the host hold beside pixels, which max_hostmem caps. */
#define VGPU_MAX_RESOURCES (1u << 18)
#define VGPU_MAX_CONTEXTS 4096u
/* Each in the window takes up to two mappings of the process, which may have about 65000. */
#define VGPU_MAX_MAPPINGS 8192u
/* Those without a file each take a region of guest memory, of which KVM and vhost have few. */
#define VGPU_MAX_HELD 4096u
#define VGPU_MAX_SUBMIT (4u << 20)            /* bytes of one SUBMIT_3D */
#define VGPU_MAX_BACKING_ENTRIES (1u << 17)   /* of one resource: 512 MiB of 4 KiB pages */
#define VGPU_MAX_BACKING_RANGES (1u << 22)    /* of all resources: about 100 MiB of host memory */
/* Wider or higher pictures break the 16-bit coordinates of display libraries. */
#define VGPU_MAX_SCANOUT_LENGTH 32767
/* Displays find a row by multiplying two ints: bytes from the first row to the end of the last. */
#define VGPU_MAX_SCANOUT_BYTES INT32_MAX
/* Damage of more rectangles than this is as good as its extents. */
#define VGPU_MAX_DAMAGE_RECTS 64
/* Commands handled before the main loop gets its turn. */
#define VGPU_MAX_BATCH 512
/* Of a blob, bytes: displays with 32-bit offsets and strides see no more. */
#define VGPU_MAX_BLOB_SIZE (1ull << 32)
/*
 * Bytes copied inline per batch; more goes to the executor. Measured: handing an operation over and
 * back costs about 60 us, in which a core copies 0.5 to 2 MiB of scattered pages, as caches will.
 */
#define VGPU_MAX_INLINE_COPY (1024 * 1024)

typedef struct VgpuHolder VgpuHolder;
typedef struct VgpuResetOperation VgpuResetOperation;

typedef struct VgpuLogLimit {
    int64_t window_ns;      /* when the current window began */
    uint32_t lines;         /* in it */
    uint32_t suppressed;    /* in it */
} VgpuLogLimit;

struct VgpuDevice {
    grefcount references;   /* one of the creator, one for each call posted to the loop */
    bool destroyed;
    VgpuConfig config;
    const VgpuRenderer *renderer;
    uint64_t features;      /* accepted, as bits */
    uint32_t events;        /* events_read of the configuration */
    bool enabled;

    GHashTable *resources;  /* id -> VgpuResource, owned */
    GHashTable *contexts;   /* id -> VgpuContext, owned */
    GHashTable *uuids;      /* id of a resource -> VGPU_UUID_SIZE bytes, where one was asked for */
    GTree *mappings;        /* offset in the window -> VgpuMapping of a resource */
    uint64_t mapping_serial; /* the last one given */
    VgpuHolder *holder;     /* of blobs' memory that can be seen */
    uint64_t hostmem;       /* bytes */
    uint64_t backing_ranges;
    VgpuOutput outputs[VGPU_MAX_SCANOUTS];
    VgpuScanout scanouts[VGPU_MAX_SCANOUTS];
    uint32_t damaged;       /* scanouts flushed since the last commit, as bits */
    uint32_t read;          /* scanouts none of whose pixels are under way since then, as bits */

    GQueue outstanding;     /* commands taken and not answered, by link */
    GQueue jobs;            /* VgpuJob on the executor, by link */
    VgpuCommand *waiting;   /* control command that waits for operations on its resource */
    VgpuTimeline timeline;  /* of fences on no ring */
    VgpuSignals *signals;   /* from the 3D renderer; NULL: there is none */
    uint64_t fence_serial;  /* the last one given */
    uint64_t signalled;     /* the last one signalled on the timeline of the device */
    GQueue presents;        /* VgpuPresent that wait for their fence, oldest first, by link */
    uint64_t context_serial; /* likewise */
    bool rendered;          /* the 3D renderer was used since it was last reset */
    bool lost;              /* and does not draw any more */
    VgpuResetOperation *pending_reset; /* of the 3D renderer, the latest that is not done */
    uint32_t batch_depth;
    uint64_t batch_copied;  /* bytes copied inline in this batch */
    uint32_t notify;        /* queues with answers to be notified of, as bits */
    VgpuLogLimit log_limit;
    VgpuDeviceStats stats;
};

/* Work in a batch: the sink and the driver hear of it when the outermost batch ends. */
void vgpu_device_begin_batch(VgpuDevice *device);
void vgpu_device_end_batch(VgpuDevice *device);

/*
 * An operation that runs on the executor on behalf of a command. Embedded by what needs it; `done`
 * of the base is the device's, `finish` and `free` are the embedder's.
 */
typedef struct VgpuJob {
    VgpuOperation base;
    VgpuDevice *device;       /* NULL: reset or gone, nobody wants the result */
    VgpuCommand *command;     /* NULL: nobody wants the answer */
    VgpuResource *resource;   /* pinned; NULL: it uses none */
    uint32_t response;        /* of the command; 0: VIRTIO_GPU_RESP_OK_NODATA */
    GList link;               /* in the device's jobs */
    /* It has run, the device is there, and `response` can still be changed. */
    void (*finish)(struct VgpuJob *job);
    void (*free)(struct VgpuJob *job);
    /*
     * Optional. Nobody wants the answer: lets go of what the job can do without, so that a driver
     * that asks and resets again and again does not pile up work. May be called twice.
     */
    void (*abandon)(struct VgpuJob *job);
} VgpuJob;

/*
 * Hands a job to the executor, pinning its resource. Takes the job. Its command, if there is one, is
 * answered when it has run; returns VGPU_DEFERRED for that.
 */
uint32_t vgpu_device_defer(VgpuDevice *device, VgpuCommand *command, VgpuJob *job);
/* Operations run on, or not at all, and nobody hears of them. */
void vgpu_device_orphan_jobs(VgpuDevice *device);

/* A command has its response: answers it, and whoever waited on the timeline for it. */
void vgpu_device_command_done(VgpuDevice *device, VgpuCommand *command);
/* Answers the oldest fences of a timeline that are done. */
void vgpu_device_retire(VgpuDevice *device, VgpuTimeline *timeline);
/* Nothing of the device's holds the answer back any more; a display may. */
void vgpu_device_deliver(VgpuDevice *device, VgpuCommand *command);
/* Operations were done: goes on with the command that waited, and those behind it. In a batch. */
void vgpu_device_resume(VgpuDevice *device);
/* The same, from anywhere. */
void vgpu_device_resume_later(VgpuDevice *device);


/* In `awaits` of a command: its frame is not shown yet. */
#define VGPU_AWAITS_PRESENT (1u << 31)
/* A command's frame is shown, if it still is to be, and by these scanouts (bits). In a batch. */
void vgpu_device_frame_presented(VgpuDevice *device, VgpuCommand *command, uint32_t scanouts);
/* The displays have taken what these scanouts (bits) were shown: answer whoever waited for that. */
void vgpu_device_frames_taken(VgpuDevice *device, uint32_t scanouts);

/* Copies out of guest memory and checks everything a command's row in the table asks for. */
void vgpu_command_decode(VgpuDevice *device, VgpuQueueId queue, VgpuCommand *command);
/*
 * Runs the handler of a decoded command. Returns false, with nothing done, when it has to wait for
 * operations on its resource.
 */
bool vgpu_command_dispatch(VgpuDevice *device, VgpuCommand *command);
/* A zeroed response structure for the handler to fill; it is freed with the answer. */
void *vgpu_command_payload(VgpuCommand *command, size_t size);
/* Writes the answer and gives the request back. */
void vgpu_command_answer(VgpuDevice *device, VgpuCommand *command);
/* Gives the request back without an answer. */
void vgpu_command_drop(VgpuDevice *device, VgpuCommand *command);

/* A mistake of the guest: one line of log, within limits. */
void vgpu_device_guest_error(VgpuDevice *device, const char *format, ...) G_GNUC_PRINTF(2, 3);
void vgpu_device_emit_trace(VgpuDevice *device, VgpuTraceEvent event, const uint64_t values[4]);

/* The observer may be missing, or not care: then this costs next to nothing. */
static inline void vgpu_device_trace(VgpuDevice *device, VgpuTraceEvent event,
                                     uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    const VgpuObserver *observer = device->config.observer;

    if (observer && (!observer->tracing || *observer->tracing)) {
        vgpu_device_emit_trace(device, event, (const uint64_t[]) { a, b, c, d });
    }
}

int64_t vgpu_now_ns(void);

#endif
