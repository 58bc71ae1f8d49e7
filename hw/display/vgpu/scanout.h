/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuScanout: one head: which part of which resource it shows, what changed there since the
 * display was last told, and its cursor.
 *
 * Changes reach the sink at the end of a batch of commands, so that many small flushes become one
 * update of a region. Owner thread.
 */
#ifndef HW_DISPLAY_VGPU_SCANOUT_H
#define HW_DISPLAY_VGPU_SCANOUT_H

#include "resource.h"

typedef struct VgpuScanoutCursor {
    uint32_t resource_id;    /* 0: hidden */
    uint32_t hot_x, hot_y;   /* pixels in the image */
    uint32_t x, y;           /* pixels in the scanout */
    bool reading;            /* its image is on its way from the 3D renderer */
    bool outdated;           /* and what comes will be too old */
} VgpuScanoutCursor;

typedef struct VgpuScanout {
    VgpuResource *resource;    /* NULL: disabled; cleared when the resource goes */
    DisplayBuffer *buffer;     /* of the resource: what is shown of it */
    pixman_box32_t source;     /* pixels of the resource that are shown, in the buffer if `!copied` */
    bool copied;               /* the buffer is the scanout's own, as large as the source */
    bool shown;                /* for a copy: the sink knows the buffer, there is something in it */
    bool stale;                /* for a copy: all of it has to be made anew */
    pixman_region32_t unread;  /* for a copy: pixels of the scanout that nobody wanted to see yet */
    uint32_t reads;            /* that are under way */
    bool shared;               /* the renderer shares what it shows: NULL until there is something */
    pixman_box32_t part;       /* for what is shared: the part of the buffer that the sink knows, pixels */
    bool bottom_up;            /* for what is shared: its first row is the bottom of the picture */
    unsigned ways;             /* for what is shared: VGPU_SHARE_*, what its display takes */
    uint64_t shared_since;     /* serial of the last fence before that */
    uint64_t hostmem;          /* bytes it counts for against max_hostmem */
    VgpuFramebuffer framebuffer; /* of a blob of the renderer's: where in it the picture is */
    pixman_region32_t damage;  /* pixels of the scanout, not yet given to the sink */
    VgpuScanoutCursor cursor;
    VgpuScanoutStats stats;
    int64_t flushed_ns;        /* first flush that no display has taken yet; 0: none */
    uint32_t asked;            /* how often the driver said what to show */
} VgpuScanout;

void vgpu_scanout_init(VgpuScanout *scanout);
void vgpu_scanout_finish(VgpuScanout *scanout);

/*
 * The part of a picture that a scanout is asked to show; false when it is empty, not inside the
 * picture (pixels), or larger than displays can take.
 */
bool vgpu_scanout_source(uint32_t width, uint32_t height, const struct virtio_gpu_rect *rect,
                         pixman_box32_t *source);

/*
 * Shows a part, from vgpu_scanout_source(), of a buffer of a resource. Showing what is already
 * shown does nothing.
 */
void vgpu_scanout_set(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                      DisplayBuffer *buffer, const pixman_box32_t *source);
/* Takes a picture up, `source` being set, without telling the sink: for the end of a load. */
void vgpu_scanout_restore(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                          DisplayBuffer *buffer);
void vgpu_scanout_disable(VgpuDevice *device, uint32_t scanout_id);
/* Lets go of the resource without telling the sink: another one follows. */
void vgpu_scanout_leave(VgpuDevice *device, uint32_t scanout_id);
/* Tells the sink what is shown. */
void vgpu_scanout_show(VgpuDevice *device, uint32_t scanout_id);

/*
 * The pictures that scanouts show of the resource changed inside `box` (pixels, not empty). Returns
 * the scanouts that show some of it, as bits.
 */
uint32_t vgpu_scanout_damage(VgpuDevice *device, VgpuResource *resource,
                             const pixman_box32_t *box);

/* What the scanout shows changed inside `box` (pixels of the scanout, not empty). */
void vgpu_scanout_add_damage(VgpuDevice *device, uint32_t scanout_id, const pixman_box32_t *box);

/* Displays have taken what these scanouts (bits) showed: for their counters. */
void vgpu_scanout_count_taken(VgpuDevice *device, uint32_t scanouts);

/* Gives the sink all damage there is. */
void vgpu_scanout_commit_all(VgpuDevice *device);

/*
 * Gives the cursor the image of a resource, or none (NULL: hidden). False, with nothing changed,
 * when the resource has no image of a cursor's size. The hot spot is in pixels of the image.
 */
bool vgpu_scanout_define_cursor(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                                uint32_t hot_x, uint32_t hot_y);
/* Gives the sink the image of the cursor, the top left of a buffer with pixels. */
void vgpu_scanout_show_cursor(VgpuDevice *device, uint32_t scanout_id, DisplayBuffer *image);
/* Moves the cursor's hot spot to a place in the scanout (pixels). */
void vgpu_scanout_move_cursor(VgpuDevice *device, uint32_t scanout_id, uint32_t x, uint32_t y);

/* Shows scanout and cursor to the sink again, content and all. */
void vgpu_scanout_present(VgpuDevice *device, uint32_t scanout_id);

#endif
