/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuRenderCall: one call of the 3D renderer, on its way through the executor.
 *
 * Made and finished by the owner thread; `run` is the executor's, and sees nothing but the call.
 * What it holds references to stays until it has run, whatever the driver destroys meanwhile.
 */
#ifndef HW_DISPLAY_VGPU_RENDER_H
#define HW_DISPLAY_VGPU_RENDER_H

#include "device-private.h"

typedef struct VgpuRenderCall VgpuRenderCall;

/* A part of a picture on its way between a resource and a buffer. */
typedef struct VgpuPictureCopy {
    DisplayBuffer *buffer;       /* with a reference */
    int32_t x, y;                /* pixels in the buffer */
    VgpuPicture picture;         /* its pixels are the buffer's */
} VgpuPictureCopy;

/* What the renderer shares with displays, on its way to them: from flush to the end of its fence. */
typedef struct VgpuPresent {
    uint64_t serial;             /* of a fence on the timeline of the device */
    uint32_t resource_id;
    uint32_t scanouts;           /* that are to show it, as bits */
    unsigned ways;               /* VGPU_SHARE_*: the best that their displays take */
    pixman_box32_t sources[VGPU_MAX_SCANOUTS]; /* which part each of them shows, pixels of the picture */
    pixman_box32_t box;          /* what changed, pixels of the picture */
    VgpuSharedPicture picture;
    VgpuCommand *command;        /* NULL before it has run, and when nobody wants to know */
    GList link;
} VgpuPresent;

struct VgpuRenderCall {
    VgpuJob base;
    VgpuRenderer3D *renderer;
    uint32_t (*run)(VgpuRenderCall *call);     /* returns the response */
    void (*finish)(VgpuRenderCall *call);      /* optional; it has run, with the device there */
    VgpuRequest request;         /* of the command, where there is one */
    VgpuContext *context;        /* out of the table, to be freed with the call */
    VgpuBacking *backing;        /* with a reference */
    void *stream;                /* see vgpu_render_call_take_stream() */
    uint32_t capset_id;
    uint64_t context_serial;
    VgpuHostMemory memory;       /* of a blob; the call closes its file */
    uint64_t mapping_serial;
    VgpuPictureCopy *copies;
    uint32_t n_copies;
    uint32_t reads;              /* scanouts whose pixels it reads, as bits */
    VgpuPresent *present;        /* NULL: only pixels are shown */
    uint32_t row_bytes;          /* of the whole resource */
    uint32_t scanout_id;         /* whose cursor it is for */
    VgpuFence fence;             /* to be created after it has run; serial 0: none */
    gint taken;                  /* atomic; by whoever comes first, to run it or to give it up */
    bool always;                 /* see vgpu_render_call_create_always() */
    bool lost;                   /* it has run, or has not, and the renderer is lost */
};

/* A call for a command (or NULL) that uses a resource (or NULL). */
VgpuRenderCall *vgpu_render_call_create(VgpuDevice *device, VgpuCommand *command,
                                        VgpuResource *resource,
                                        uint32_t (*run)(VgpuRenderCall *call));
/* One that lets go of something, and runs even if the renderer is lost; others fail then. */
VgpuRenderCall *vgpu_render_call_create_always(VgpuDevice *device, VgpuCommand *command,
                                               VgpuResource *resource,
                                               uint32_t (*run)(VgpuRenderCall *call));
/* Hands it to the executor; returns VGPU_DEFERRED. Takes the call. */
uint32_t vgpu_render_call_submit(VgpuDevice *device, VgpuRenderCall *call);
/* The same, and if the command is fenced, it is not done before the renderer has drawn. */
uint32_t vgpu_render_call_submit_drawing(VgpuDevice *device, VgpuRenderCall *call);

/*
 * Whoever comes first takes the stream: the executor to run it, or the owner thread to free it when
 * nobody wants it. NULL for the other.
 */
void *vgpu_render_call_take_stream(VgpuRenderCall *call);

/*
 * For a call that makes a resource: where it failed there is none. Whatever the driver did with the
 * id meanwhile has failed as well.
 */
void vgpu_render_finish_create(VgpuRenderCall *call);

/* Makes a blob in the renderer's memory, with the entries that follow the command. */
uint32_t vgpu_render_create_blob(VgpuDevice *device, VgpuCommand *command);

/* Makes a 2D resource known to the renderer, picture, backing and all. */
void vgpu_render_adopt(VgpuDevice *device, VgpuResource *resource);

/* For resources that the renderer has. */
uint32_t vgpu_render_attach_backing(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_render_detach_backing(VgpuDevice *device, VgpuCommand *command);
uint32_t vgpu_render_unref(VgpuDevice *device, VgpuCommand *command);
/* Of a 2D resource, inside it. */
uint32_t vgpu_render_transfer_2d(VgpuDevice *device, VgpuCommand *command);

/* Adds a copy between `box` of a resource and what is at `x`, `y` of a buffer with pixels. */
void vgpu_render_call_add_copy(VgpuRenderCall *call, uint32_t resource_id,
                               const pixman_box32_t *box, DisplayBuffer *buffer,
                               int32_t x, int32_t y);

/* What is shared with displays: render-present.c. */

/*
 * The scanout shows this part (pixels) of the resource from the next flush on, by sharing it. False,
 * with nothing changed, when it is not to be shared.
 */
bool vgpu_present_set_scanout(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                              const pixman_box32_t *source);
/* Adds the scanouts (bits, not 0) that share the resource to its flush. */
void vgpu_present_add(VgpuDevice *device, VgpuRenderCall *call, uint32_t scanouts,
                      const pixman_box32_t *box);
/* On the executor: has the renderer share. */
void vgpu_present_run(VgpuRenderCall *call);
/* It has run: what is shared is shown when its fence is signalled. Returns who cannot show it. */
uint32_t vgpu_present_queue(VgpuDevice *device, VgpuRenderCall *call);
/* The timeline of the device has come this far. */
void vgpu_present_signalled(VgpuDevice *device, uint64_t serial);
/* A command goes: nobody tells it when its frame is shown. */
void vgpu_present_forget_command(VgpuDevice *device, const VgpuCommand *command);
void vgpu_present_free_all(VgpuDevice *device);
/* Takes NULL. */
void vgpu_present_free(VgpuPresent *present);

/* Pictures of resources that the renderer has: render-scanout.c. */
uint32_t vgpu_render_set_scanout(VgpuDevice *device, VgpuCommand *command,
                                 const pixman_box32_t *source);
/* The same of a valid picture in a blob of the renderer's. */
uint32_t vgpu_render_set_scanout_blob(VgpuDevice *device, VgpuCommand *command,
                                      const VgpuFramebuffer *framebuffer,
                                      const pixman_box32_t *source);
/* For copies from a blob that scanouts show: says where in it their pictures are. */
void vgpu_render_describe_copies(VgpuDevice *device, VgpuRenderCall *call);
/* The command is done when the pixels in `box` (not empty) have been read and shown. */
uint32_t vgpu_render_flush(VgpuDevice *device, VgpuCommand *command, const pixman_box32_t *box);
/* Reads the image of a cursor and defines it, if it is still the scanout's by then. */
void vgpu_render_cursor(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource);

/* On the executor, after the renderer has done something: asks whether it is lost. */
void vgpu_render_look(VgpuRenderer3D *renderer);
/* It is: no fence is waited for any more, and what can be 2D is. */
void vgpu_render_lose(VgpuDevice *device);

/* Everything that the driver made is gone; pages stay until the renderer knows. */
void vgpu_render_reset(VgpuDevice *device);
/* The device goes, after a reset. Returns what has to run last on the executor; NULL: nothing. */
VgpuOperation *vgpu_render_finish(VgpuDevice *device);

#endif
