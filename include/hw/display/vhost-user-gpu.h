/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost-user-gpu: a GPU that another process, the back end, executes.
 *
 * The back end takes the commands off the guest's queues itself and sends what it draws through a
 * socket, the channel. Everything here belongs to whoever holds the big lock, except during calls
 * that wait for the back end: then a thread of ours serves the channel, since the back end may be
 * waiting for us there, and records what it says; displays hear of it afterwards.
 */
#ifndef HW_DISPLAY_VHOST_USER_GPU_H
#define HW_DISPLAY_VHOST_USER_GPU_H

#include "hw/display/vgpu/ports.h"
#include "hw/display/virtio-gpu-qom.h"
#include "qemu/timer.h"
#include "sysemu/vhost-user-backend.h"

OBJECT_DECLARE_SIMPLE_TYPE(VhostUserGPU, VHOST_USER_GPU)

/* ---- the protocol: native byte order, no padding -------------------------------------------- */

typedef enum VhostUserGpuType {
    VHOST_USER_GPU_GET_PROTOCOL_FEATURES = 1,
    VHOST_USER_GPU_SET_PROTOCOL_FEATURES = 2,
    VHOST_USER_GPU_GET_DISPLAY_INFO = 3,
    VHOST_USER_GPU_CURSOR_POS = 4,
    VHOST_USER_GPU_CURSOR_POS_HIDE = 5,
    VHOST_USER_GPU_CURSOR_UPDATE = 6,
    VHOST_USER_GPU_SCANOUT = 7,
    VHOST_USER_GPU_UPDATE = 8,
    VHOST_USER_GPU_DMABUF_SCANOUT = 9,
    VHOST_USER_GPU_DMABUF_UPDATE = 10,
    VHOST_USER_GPU_GET_EDID = 11,
    VHOST_USER_GPU_DMABUF_SCANOUT2 = 12,
    VHOST_USER_GPU_TYPE_COUNT,
} VhostUserGpuType;

/* Bit numbers of the protocol's features. */
enum {
    VHOST_USER_GPU_F_EDID = 0,      /* GET_EDID */
    VHOST_USER_GPU_F_DMABUF2 = 1,   /* DMABUF_SCANOUT2 */
};

#define VHOST_USER_GPU_FLAG_REPLY (1u << 2)

typedef struct VhostUserGpuHeader {
    uint32_t type;
    uint32_t flags;
    uint32_t size;   /* bytes that follow */
} VhostUserGpuHeader;

typedef struct VhostUserGpuPosition {
    uint32_t scanout_id;
    uint32_t x, y;
} VhostUserGpuPosition;

typedef struct VhostUserGpuCursor {
    VhostUserGpuPosition position;
    uint32_t hot_x, hot_y;
    uint32_t pixels[VGPU_CURSOR_SIZE * VGPU_CURSOR_SIZE];   /* 0xAARRGGBB */
} VhostUserGpuCursor;

typedef struct VhostUserGpuScanout {
    uint32_t scanout_id;
    uint32_t width, height;   /* 0: disabled */
} VhostUserGpuScanout;

/* Of UPDATE, which is followed by the rectangle's pixels, 4 bytes each, and of DMABUF_UPDATE. */
typedef struct VhostUserGpuUpdate {
    uint32_t scanout_id;
    uint32_t x, y, width, height;
} VhostUserGpuUpdate;

typedef struct VhostUserGpuDmabuf {
    uint32_t scanout_id;
    uint32_t x, y, width, height;   /* the part that is shown; 0: disabled */
    uint32_t fd_width, fd_height, fd_stride;
    uint32_t fd_flags;              /* bit 0: the first row is the lowest */
    uint32_t fd_fourcc;
} VhostUserGpuDmabuf;

typedef struct VhostUserGpuDmabuf2 {
    VhostUserGpuDmabuf dmabuf;
    uint64_t modifier;              /* DRM_FORMAT_MOD_* */
} VhostUserGpuDmabuf2;

/* ---- messages (vhost-user-gpu-messages.c) --------------------------------------------------- */

/* Where the pixels go that follow a request. */
typedef struct VgpuVhostRows {
    pixman_image_t *image;     /* kept for as long as it is written to; NULL: they go nowhere */
    uint8_t *next;             /* first byte of the next row */
    size_t stride, row_size;   /* bytes */
    size_t row_done;           /* bytes of the next row that are there */
    uint32_t left;             /* rows */
} VgpuVhostRows;

typedef struct VgpuVhostRequest {
    VhostUserGpuHeader header;
    union {
        uint64_t features;
        uint32_t scanout_id;
        VhostUserGpuPosition position;
        VhostUserGpuCursor cursor;
        VhostUserGpuScanout scanout;
        VhostUserGpuUpdate update;
        VhostUserGpuDmabuf dmabuf;
        VhostUserGpuDmabuf2 dmabuf2;
    } payload;
    int fd;                    /* that came with it, -1: none; a handler may take it */
    VgpuVhostRows rows;
} VgpuVhostRequest;

typedef enum VgpuVhostVerdict {
    VGPU_VHOST_DONE,
    VGPU_VHOST_PIXELS,   /* the rest goes to `rows` */
    VGPU_VHOST_WAIT,     /* nothing more is read before vgpu_vhost_channel_resume() */
    VGPU_VHOST_BAD,      /* whoever says this says anything: hang up */
} VgpuVhostVerdict;

typedef struct VgpuVhostMessage {
    const char *name;      /* NULL: no such message */
    uint32_t size;         /* bytes of the payload */
    bool has_pixels;       /* more follows */
    bool has_descriptor;   /* may come with one */
    VgpuVhostVerdict (*handle)(VhostUserGPU *gpu, VgpuVhostRequest *request);
    /* Optional: the pixels are there. */
    void (*finish)(VhostUserGPU *gpu, const VgpuVhostRequest *request);
} VgpuVhostMessage;

/* NULL for a type that the protocol does not have. */
const VgpuVhostMessage *vgpu_vhost_message(uint32_t type);

/* ---- channel (vhost-user-gpu-channel.c) ----------------------------------------------------- */

typedef enum VgpuVhostStage {
    VGPU_VHOST_HEADER,
    VGPU_VHOST_PAYLOAD,
    VGPU_VHOST_ROWS,
    VGPU_VHOST_WASTE,    /* of a message that nobody wants */
} VgpuVhostStage;

typedef struct VgpuVhostChannel {
    VhostUserGPU *gpu;
    int fd;                   /* -1: not open; never blocks */
    VgpuVhostStage stage;
    size_t filled;            /* bytes of the stage that are there */
    uint64_t left;            /* bytes of the message after those, when they are pixels or waste */
    int64_t budget;           /* bytes that may still be read before others get their turn */
    const VgpuVhostMessage *message;   /* NULL: unknown */
    VgpuVhostRequest request;
    GByteArray *reply;        /* what the back end has yet to take; nothing is read until then */
    bool waiting;             /* VGPU_VHOST_WAIT */
    bool bad;
    bool on_thread;           /* served by a thread: the main loop keeps off */
} VgpuVhostChannel;

void vgpu_vhost_channel_init(VgpuVhostChannel *channel, VhostUserGPU *gpu);
void vgpu_vhost_channel_finish(VgpuVhostChannel *channel);
/* Makes the socket; the back end's end of it, which the caller closes, or -1. */
int vgpu_vhost_channel_open(VgpuVhostChannel *channel);
void vgpu_vhost_channel_close(VgpuVhostChannel *channel);
/* Reads and handles what is there, within limits; hangs up on nonsense. */
void vgpu_vhost_channel_pump(VgpuVhostChannel *channel);
/* Counts work that a request made as if so many bytes had been read. */
void vgpu_vhost_channel_charge(VgpuVhostChannel *channel, size_t bytes);
/* Answers the request that is being handled, or the one that waits. */
void vgpu_vhost_channel_reply(VgpuVhostChannel *channel, const void *payload, size_t size);
void vgpu_vhost_channel_resume(VgpuVhostChannel *channel);
/* Whether a thread serves it, and not the main loop. With the big lock. */
void vgpu_vhost_channel_set_on_thread(VgpuVhostChannel *channel, bool on_thread);
/* What poll() is to wait for, 0 for nothing. */
short vgpu_vhost_channel_events(const VgpuVhostChannel *channel);

/* ---- pictures (vhost-user-gpu-picture.c) ---------------------------------------------------- */

/* Counted. Its image may be another picture's, too. */
typedef struct VgpuVhostPicture {
    pixman_image_t *image;      /* x8r8g8b8 */
    QemuDmaBuf dmabuf;          /* .fd -1: there is none */
    bool is_imported;           /* a display was told of the dmabuf */
    DisplayBuffer *buffer;      /* the dmabuf, where it has to be copied; else NULL */
    pixman_image_t *mapped;     /* the part of it that is shown */
} VgpuVhostPicture;

bool vgpu_vhost_size_is_sane(uint32_t width, uint32_t height);
bool vgpu_vhost_dmabuf_is_sane(const VhostUserGpuDmabuf *dmabuf, int fd);
/* Black, or with the memory of the one before if that has the size. NULL: out of memory. */
VgpuVhostPicture *vgpu_vhost_picture_create(uint32_t width, uint32_t height,
                                            const VgpuVhostPicture *before);
VgpuVhostPicture *vgpu_vhost_picture_ref(VgpuVhostPicture *picture);
/* Takes NULL. */
void vgpu_vhost_picture_unref(VgpuVhostPicture *picture);
bool vgpu_vhost_picture_has_size(const VgpuVhostPicture *picture, uint32_t width, uint32_t height);
/* Takes the descriptor. */
void vgpu_vhost_picture_set_dmabuf(VgpuVhostPicture *picture, const VhostUserGpuDmabuf2 *dmabuf,
                                   int fd);
/* For copies of the dmabuf; false where its pixels cannot be read as rows. */
bool vgpu_vhost_picture_map(VgpuVhostPicture *picture, bool drawn_in_rows);
void vgpu_vhost_picture_copy(VgpuVhostPicture *picture);

/* ---- heads (vhost-user-gpu-head.c) ---------------------------------------------------------- */

/*
 * One console. What is recorded is shown by a commit, on the main thread: any number of changes in
 * between are one.
 */
typedef struct VgpuVhostHead {
    VhostUserGPU *gpu;
    QemuConsole *console;
    QEMUTimer *timeout;           /* ends `busy` behind a display that never draws */

    /* Recorded. */
    VgpuVhostPicture *picture;    /* NULL: nothing is shown */
    uint32_t origin_x, origin_y;  /* of the picture in the coordinates of updates */
    pixman_region32_t damage;
    QEMUCursor *cursor;           /* a new image; NULL: as before */
    int32_t cursor_x, cursor_y;
    bool cursor_visible;
    bool cursor_moved;
    bool changed;                 /* the picture is not the one shown */
    bool owes_reply;              /* the back end waits for the damage to be shown */

    /* Main thread only. */
    VgpuVhostPicture *shown;      /* NULL: nothing of ours */
    bool busy;                    /* the display has yet to draw the last damage */
} VgpuVhostHead;

void vgpu_vhost_head_init(VgpuVhostHead *head, VhostUserGPU *gpu, QemuConsole *console);
void vgpu_vhost_head_finish(VgpuVhostHead *head);
/* Record. Sizes have to be checked by vgpu_vhost_size_is_sane(). */
void vgpu_vhost_head_set_scanout(VgpuVhostHead *head, uint32_t width, uint32_t height);
/* Takes the descriptor, which may be of anything; false where it is of no such dmabuf. */
bool vgpu_vhost_head_set_dmabuf(VgpuVhostHead *head, const VhostUserGpuDmabuf2 *dmabuf, int fd);
void vgpu_vhost_head_disable(VgpuVhostHead *head);
/* Makes the rectangle of an update one of the picture's pixels; false when it is not inside. */
bool vgpu_vhost_head_place(VgpuVhostHead *head, VhostUserGpuUpdate *update);
/* The pixels that updates write to; NULL where there are none. */
pixman_image_t *vgpu_vhost_head_get_pixels(const VgpuVhostHead *head);
void vgpu_vhost_head_damage(VgpuVhostHead *head, const VhostUserGpuUpdate *update);
void vgpu_vhost_head_damage_all(VgpuVhostHead *head);
void vgpu_vhost_head_define_cursor(VgpuVhostHead *head, const VhostUserGpuCursor *cursor);
void vgpu_vhost_head_move_cursor(VgpuVhostHead *head, const VhostUserGpuPosition *position,
                                 bool visible);
/* Shows what was recorded. Main thread. */
void vgpu_vhost_head_commit(VgpuVhostHead *head);
/* The display is done with the last damage, or will not be in time. Main thread. */
void vgpu_vhost_head_release(VgpuVhostHead *head);

/* ---- link (vhost-user-gpu-link.c) ----------------------------------------------------------- */

/* The vhost connection; calls that wait for the back end are made here and nowhere else. */
bool vgpu_vhost_link_connect(VhostUserGPU *gpu, Error **errp);
void vgpu_vhost_link_disconnect(VhostUserGPU *gpu);
void vgpu_vhost_link_start(VhostUserGPU *gpu);
void vgpu_vhost_link_stop(VhostUserGPU *gpu);
/* Ends the connection, of which the link hears like of any other loss. */
void vgpu_vhost_link_hang_up(VhostUserGPU *gpu);

/* ---- device --------------------------------------------------------------------------------- */

struct VhostUserGPU {
    VirtIOGPUBase parent_obj;

    bool hangup_on_reset;       /* property: the back end forgets nothing while it lives */

    VhostUserBackend *vhost;    /* owned */
    Error *migration_blocker;
    QEMUBH *bh;                 /* commits on the main thread */
    QEMUBH *link_bh;            /* follows the chardev's state */
    pthread_t main_thread;
    bool connected;
    bool hung_up;               /* by us, of which the chardev has yet to tell */
    bool running;               /* the back end runs the queues */
    bool was_used;              /* ran the queues since it was last told to forget */
    bool drives;                /* a scanout was set since the last reset */
    uint32_t n_capsets;         /* in the back end's configuration */
    uint32_t events;            /* VIRTIO_GPU_EVENT_* that the driver has not cleared */
    VgpuOutput outputs[VIRTIO_GPU_MAX_HEADS];
    VgpuVhostHead heads[VIRTIO_GPU_MAX_HEADS];
    VgpuVhostChannel channel;
};

/* Has everything shown that was recorded: at once on the main thread, else soon. */
void vgpu_vhost_commit(VhostUserGPU *gpu);

#endif
