/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's ports: what the device needs from whoever hosts it.
 *
 * A port is a structure with a table of operations that the host embeds in a structure of its own.
 * The host keeps ports alive for as long as the device lives (VgpuMemory, which is counted, longer).
 * Unless a comment says otherwise the engine calls ports on its owner thread, the one that calls
 * the functions of device.h, and a port must not call back into the device.
 */
#ifndef HW_DISPLAY_VGPU_PORTS_H
#define HW_DISPLAY_VGPU_PORTS_H

#include <glib.h>
#include <pixman.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/display/vgpu/protocol.h"
#include "ui/display/buffer.h"

typedef struct VgpuCommand VgpuCommand;

/* ---- queue: one virtqueue ------------------------------------------------------------------- */

typedef struct VgpuQueue VgpuQueue;

/* Clause 5.7.2. */
typedef enum VgpuQueueId {
    VGPU_QUEUE_CONTROL,
    VGPU_QUEUE_CURSOR,
    VGPU_QUEUE_COUNT,
} VgpuQueueId;

typedef struct VgpuQueueOps {
    /*
     * Takes the next request off the queue. The port allocates the command, zeroed, and fills in
     * out/in and their counts; the vectors stay valid until push or detach. NULL: queue empty.
     */
    VgpuCommand *(*pop)(VgpuQueue *queue);
    /* Gives a request back with `written` bytes of its `in` vector filled, and frees it. */
    void (*push)(VgpuQueue *queue, VgpuCommand *command, size_t written);
    /* Forgets a request without an answer (device reset), and frees it. */
    void (*detach)(VgpuQueue *queue, VgpuCommand *command);
    /* Tells the guest of all requests pushed since the last call. */
    void (*notify)(VgpuQueue *queue);
} VgpuQueueOps;

struct VgpuQueue {
    const VgpuQueueOps *ops;
};

/* ---- memory: guest memory ------------------------------------------------------------------- */

typedef struct VgpuMemory VgpuMemory;

/* Where in a file guest memory lies. The descriptor is the memory's, for as long as it is mapped. */
typedef struct VgpuFileRange {
    int fd;
    uint64_t offset;   /* bytes */
} VgpuFileRange;

typedef struct VgpuMemoryOps {
    /*
     * Maps guest memory for reading and writing. `length` is wanted bytes on entry and mapped bytes
     * on return, possibly fewer. NULL when the address is not RAM.
     */
    void *(*map)(VgpuMemory *memory, uint64_t address, uint64_t *length);
    void (*unmap)(VgpuMemory *memory, void *host, uint64_t length);
    /* Optional. The file that mapped memory is a shared view of; false where there is none. */
    bool (*get_file)(VgpuMemory *memory, void *host, VgpuFileRange *range);
    /*
     * Optional. From the first `true` to its `false`, counted, the pages of all RAM stay the ones
     * that they are: none is discarded. False when that cannot be promised.
     */
    bool (*pin)(VgpuMemory *memory, bool pin);
    void (*destroy)(VgpuMemory *memory);
} VgpuMemoryOps;

/* Counted, since mappings outlive the device while a copy from them is under way. */
struct VgpuMemory {
    const VgpuMemoryOps *ops;
    grefcount references;
};

static inline void vgpu_memory_init(VgpuMemory *memory, const VgpuMemoryOps *ops)
{
    memory->ops = ops;
    g_ref_count_init(&memory->references);
}

static inline VgpuMemory *vgpu_memory_ref(VgpuMemory *memory)
{
    g_ref_count_inc(&memory->references);
    return memory;
}

static inline void vgpu_memory_unref(VgpuMemory *memory)
{
    if (memory && g_ref_count_dec(&memory->references)) {
        memory->ops->destroy(memory);
    }
}

/* ---- window: memory of the host's that the guest sees ---------------------------------------- */

typedef struct VgpuWindow VgpuWindow;
typedef struct VgpuWindowPart VgpuWindowPart;

/*
 * The shared memory region of id VIRTIO_GPU_SHM_ID_HOST_VISIBLE (clauses 2.10 and 5.7.6.8). Offsets
 * and sizes are bytes, whole pages, inside the window, and no two things lie over each other; where
 * nothing lies the guest reads zeros and writes to pages that nobody else sees.
 */
typedef struct VgpuWindowOps {
    /* Shows a file from its start on; it is at least `size` long. Borrows the descriptor. */
    bool (*place_file)(VgpuWindow *window, uint64_t offset, uint64_t size, int fd);
    void (*remove_file)(VgpuWindow *window, uint64_t offset, uint64_t size);
    /*
     * Shows memory of this process; NULL where that is impossible. Some time after the part is
     * removed, when nobody can see the memory any more, `released` is called: once, by an owner,
     * from none of these functions, maybe in the middle of a batch or after the device is gone.
     */
    VgpuWindowPart *(*place_memory)(VgpuWindow *window, uint64_t offset, uint64_t size, void *address,
                                    void (*released)(void *opaque), void *opaque);
    void (*remove_memory)(VgpuWindow *window, VgpuWindowPart *part);
    /* Everything was removed: what the guest wrote where nothing is, is gone as well. */
    void (*clear)(VgpuWindow *window);
    /* Much follows at once; nested in pairs. */
    void (*begin)(VgpuWindow *window);
    void (*end)(VgpuWindow *window);
} VgpuWindowOps;

struct VgpuWindow {
    const VgpuWindowOps *ops;
    uint64_t size;      /* bytes */
};

/* ---- sink: where pictures go ---------------------------------------------------------------- */

typedef struct VgpuSink VgpuSink;

/* What a scanout shows: a part of a buffer. */
typedef struct VgpuFrame {
    DisplayBuffer *buffer;   /* borrowed for the call; whoever keeps it takes a reference */
    pixman_box32_t source;   /* pixels of the buffer's picture from its top left, inside it, not empty */
    bool bottom_up;          /* the first row of the buffer is the bottom of the picture */
} VgpuFrame;

typedef struct VgpuCursor {
    uint32_t hot_x, hot_y;   /* pixels from the top left corner of the image */
    uint32_t pixels[VGPU_CURSOR_SIZE * VGPU_CURSOR_SIZE];   /* 0xAARRGGBB, rows from the top */
} VgpuCursor;

/* What the host offers the guest on one scanout. */
typedef struct VgpuOutput {
    bool enabled;
    uint32_t width, height;          /* preferred mode, pixels */
    uint32_t width_mm, height_mm;    /* 0: unknown */
    uint32_t refresh_millihertz;     /* 0: unknown */
} VgpuOutput;

typedef struct VgpuSinkOps {
    /* Shows `frame` on a scanout from now on, or nothing (NULL). Says nothing about its content. */
    void (*scanout)(VgpuSink *sink, uint32_t scanout_id, const VgpuFrame *frame);
    /* The content changed inside `damage` (pixels relative to the frame's source; never empty). */
    void (*update)(VgpuSink *sink, uint32_t scanout_id, const pixman_region32_t *damage);
    /*
     * Optional. Whether the display still has use for what the last update showed. The host says
     * when that ends by vgpu_device_frame_taken(); until then fenced flushes are not answered.
     */
    bool (*is_busy)(VgpuSink *sink, uint32_t scanout_id);
    /*
     * Optional. VGPU_SHARE_*: the ways by which the display of a scanout takes pictures from the 3D
     * renderer, other than as pixels, and whether it takes parts of them.
     */
    unsigned (*shared_ways)(VgpuSink *sink, uint32_t scanout_id);
    /*
     * Optional. Whether somebody looks at a scanout whose pixels have to be read from the 3D
     * renderer. If not they are read when vgpu_device_read_pixels() asks for them.
     */
    bool (*wants_pixels)(VgpuSink *sink, uint32_t scanout_id);
    /* With it: no pixels of the scanout are under way any more, and what came has been shown. */
    void (*pixels_read)(VgpuSink *sink, uint32_t scanout_id);
    /* Defines the image of the cursor, or takes it away (NULL). */
    void (*define_cursor)(VgpuSink *sink, uint32_t scanout_id, const VgpuCursor *cursor);
    /* Moves the cursor: pixels in the scanout, of its hot spot. */
    void (*move_cursor)(VgpuSink *sink, uint32_t scanout_id, int32_t x, int32_t y, bool visible);
    /* The device configuration changed (clause 5.7.4, events_read): interrupt the driver. */
    void (*config_changed)(VgpuSink *sink);
    /* Writes an EDID of at most `size` bytes for an output; returns its length. */
    size_t (*get_edid)(VgpuSink *sink, const VgpuOutput *output, uint8_t *edid, size_t size);
} VgpuSinkOps;

struct VgpuSink {
    const VgpuSinkOps *ops;
};

/* ---- loop: the owner thread's main loop ----------------------------------------------------- */

typedef struct VgpuLoop VgpuLoop;

typedef struct VgpuLoopOps {
    /* Runs `callback` once on the owner thread, soon, never from inside this call. Any thread. */
    void (*post)(VgpuLoop *loop, void (*callback)(void *opaque), void *opaque);
} VgpuLoopOps;

/* Must outlive every executor made for it: in practice static. */
struct VgpuLoop {
    const VgpuLoopOps *ops;
};

/* ---- observer: traces and logs -------------------------------------------------------------- */

typedef struct VgpuObserver VgpuObserver;

typedef enum VgpuTraceEvent {
    VGPU_TRACE_KICK,            /* queue */
    VGPU_TRACE_COMMAND,         /* type, resource id or 0, fence id, flags */
    VGPU_TRACE_ANSWER,          /* type, response, fence id, nanoseconds since it was popped */
    VGPU_TRACE_DEFER,           /* type, resource id: an operation was handed to the executor */
    VGPU_TRACE_WAIT,            /* type, resource id: waits for operations on its resource */
    VGPU_TRACE_SCANOUT,         /* scanout, resource id, width, height */
    VGPU_TRACE_FLUSH,           /* resource id, scanouts it is shown on (bits), width, height */
    VGPU_TRACE_UPDATE,          /* scanout, damage rectangles, damaged pixels */
    VGPU_TRACE_FENCE,           /* fence id, response */
    VGPU_TRACE_VIEW,            /* resource id, bytes, VGPU_VIEW_* chosen, ranges */
    VGPU_TRACE_MAP,             /* resource id, offset, bytes, 1: a file, 2: memory of the process */
    VGPU_TRACE_UNMAP,           /* resource id, offset, bytes */
    VGPU_TRACE_RESET,           /* commands dropped */
} VgpuTraceEvent;

typedef struct VgpuObserverOps {
    /* Optional. The event's values in the order named above, unused ones 0. */
    void (*trace)(VgpuObserver *observer, VgpuTraceEvent event, const uint64_t values[4]);
    /* Optional. A guest's mistake, one line without newline; already rate-limited. */
    void (*guest_error)(VgpuObserver *observer, const char *message);
} VgpuObserverOps;

struct VgpuObserver {
    const VgpuObserverOps *ops;
    const int *tracing;   /* traces are dropped while it is 0; NULL: never */
};

#endif
