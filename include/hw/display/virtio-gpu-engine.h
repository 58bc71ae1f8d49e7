/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-gpu-device: the glue between QEMU and the engine.
 *
 * Everything here runs with the big lock held. Adapters, one for each port of the engine, are
 * embedded in the device; only the memory adapter may outlive it.
 */
#ifndef HW_DISPLAY_VIRTIO_GPU_ENGINE_H
#define HW_DISPLAY_VIRTIO_GPU_ENGINE_H

#include "hw/display/vgpu/command.h"
#include "hw/display/vgpu/device.h"
#include "hw/display/vgpu-surface.h"
#include "hw/display/virtio-gpu-qom.h"
#include "qemu/main-loop.h"

OBJECT_DECLARE_SIMPLE_TYPE(VirtIOGPU, VIRTIO_GPU)

/* vgpu-queue.c: a virtqueue as VgpuQueue. */
typedef struct VgpuVirtQueue {
    VgpuQueue base;
    VirtIODevice *vdev;
    VirtQueue *vq;
    MemReentrancyGuard *guard;   /* the transport's */
    QEMUBH *bh;             /* processes the queue on the main loop */
    unsigned int n_filled;  /* answers that the used ring does not show yet */
    bool paused;            /* the machine is stopped: nothing is taken off the ring */
} VgpuVirtQueue;

void vgpu_virtqueue_init(VgpuVirtQueue *queue, VirtIODevice *vdev, VirtQueue *vq, QEMUBHFunc *process);
void vgpu_virtqueue_finish(VgpuVirtQueue *queue);
void vgpu_virtqueue_reset(VgpuVirtQueue *queue);

/* vgpu-memory.c: guest memory as the device sees it. Counted, see vgpu_memory_unref(). */
VgpuMemory *vgpu_memory_create(VirtIODevice *vdev);
/* The device goes; mappings stay until they are let go. */
void vgpu_memory_orphan(VgpuMemory *memory);
/* Forgets what it knows of RAM, so that none is held without need. */
void vgpu_memory_reset(VgpuMemory *memory);

/* vgpu-console.c: consoles as VgpuSink. */
typedef struct VgpuConsoleSink VgpuConsoleSink;

struct VgpuConsoleSink {
    VgpuSink base;
    VirtIOGPUBase *gpu;
    pthread_t thread;         /* the main one */
    QEMUBH *bh;               /* tells the displays what other threads left behind */
    bool late;                /* something that was shown */
    uint32_t blank;           /* consoles to be blanked, as bits */
    uint32_t hide_cursor;     /* consoles whose cursor is to be hidden */
    struct VgpuConsoleHead {
        VgpuConsoleSink *sink;
        QemuConsole *console;
        VgpuSurface *surface;    /* shows pixels */
        DisplayBuffer *shared;   /* shown as a texture or dmabuf; NULL: a surface is shown */
        int surface_width;       /* of the surface that the console has beside that */
        int surface_height;
        QEMUTimer *timeout;      /* ends `busy` behind a display that never draws */
        int64_t asked_at;        /* when somebody last wanted the surface, ms; 0: never */
        int64_t read_at;         /* when its pixels were last wanted from the 3D renderer, ms */
        QEMUTimer *patience;     /* ends `awaited` when the renderer takes too long */
        bool awaited;            /* somebody waits for the surface */
        bool keeps_surface;      /* VNC clients look, and what is shown was changed */
        bool unseen;             /* what is shared changed since somebody wanted the surface */
        bool refreshed;          /* a display has refreshed the console: it has set up its GL */
        bool busy;               /* the display has yet to draw what it was last shown */
    } heads[VIRTIO_GPU_MAX_HEADS];
};

void vgpu_console_sink_init(VgpuConsoleSink *sink, VirtIOGPUBase *gpu);
void vgpu_console_sink_finish(VgpuConsoleSink *sink);
/* GraphicHwOps.gl_block of a console. */
void vgpu_console_sink_block(VgpuConsoleSink *sink, uint32_t head, bool block);
/* GraphicHwOps.gfx_update of a console. False when the surface will be up to date later. */
bool vgpu_console_sink_refresh(VgpuConsoleSink *sink, uint32_t head);

/* vgpu-dmabuf.c: whether the console's display takes dmabufs. */
VGPU_EXPORT bool vgpu_console_takes_dmabufs(QemuConsole *console);
/* Whether the displays with GL have no windows, but an EGL that is there from the start. */
VGPU_EXPORT bool vgpu_console_is_windowless(void);
/* Whether a buffer is a dmabuf that it takes. */
bool vgpu_console_takes_dmabuf(QemuConsole *console, DisplayBuffer *buffer);
/* Shows a frame of such a buffer as a dmabuf. */
void vgpu_console_show_dmabuf(QemuConsole *console, const VgpuFrame *frame);

/* vgpu-loop.c: the main loop as VgpuLoop. */
extern VGPU_EXPORT VgpuLoop vgpu_main_loop;

/* vgpu-trace.c: trace events and the guest error log as VgpuObserver. */
extern VgpuObserver vgpu_observer;

/* vgpu-migration.c: the "virtio-gpu" section. */
extern const VMStateDescription vgpu_vmstate;

/* vgpu-properties.c: run-time properties: statistics, blobs, and what each output offers. */
void vgpu_properties_class_init(ObjectClass *klass);
void vgpu_properties_realize(VirtIOGPU *gpu);

struct VirtIOGPU {
    VirtIOGPUBase parent_obj;

    /* Properties. */
    uint64_t max_hostmem;       /* bytes */
    uint32_t ctrl_queue_size;   /* entries */
    uint32_t blob_alignment;    /* bytes, 0: not offered */
    uint32_t blob_views;        /* VGPU_VIEW_* allowed, for tests; 0: all */

    /* Set before realize by a type that has 3D, and taken by the device. */
    VgpuExecutor *executor;     /* NULL: the device makes one */
    VgpuRenderer3D *renderer_3d;
    VgpuWindow *window;         /* of a type that has 3D, borrowed */
    /* How displays take what the renderer shares, VGPU_SHARE_*; NULL: not at all. */
    unsigned (*shared_ways)(VirtIOGPU *gpu, uint32_t head);
    bool has_3d;                /* the device got a renderer */

    VgpuDevice *device;         /* NULL while not realized */
    VgpuVirtQueue queues[VGPU_QUEUE_COUNT];
    VgpuMemory *memory;
    VgpuConsoleSink sink;
    VMChangeStateEntry *vm_change;
};

#endif
