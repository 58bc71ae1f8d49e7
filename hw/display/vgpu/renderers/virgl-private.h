/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of the renderer that is virglrenderer. */
#ifndef HW_DISPLAY_VGPU_RENDERERS_VIRGL_PRIVATE_H
#define HW_DISPLAY_VGPU_RENDERERS_VIRGL_PRIVATE_H

/* Fences of rings, 64-bit fence ids and a display of ours: all in the one version built for. */
#define VIRGL_RENDERER_UNSTABLE_APIS
#include <epoxy/gl.h>
#include <errno.h>
#include <virglrenderer.h>

#include "../backing.h"
#include "hw/display/vgpu/renderer-virgl.h"
#include "ui/egl/device.h"
#include "ui/egl/readback.h"

#define VGPU_VIRGL_MAX_CAPSETS 3

typedef struct VgpuVirgl {
    VgpuRenderer3D base;
    DisplayEgl *egl;
    EGLContext context;           /* ours, for reading; root of the share group */
    GThread *thread;              /* the executor's */
    bool has_library;             /* it is open */
    int makes_version;            /* of GL, the newest the library has got since it was opened; 0: none */
    GLenum (*get_reset_status)(void); /* of the context that is current; NULL: nobody knows */
    const char *lost;             /* atomic: why nothing can be drawn any more; NULL: it can */
    bool has_told;                /* of that, or of what it comes from */
    gint stays_home;              /* atomic: in an EGL of its own, whatever displays there are */
    gint with_displays;           /* atomic; it is in the share group of displays */
    bool venus;                   /* Vulkan as well */
    char *render_node;            /* for an EGL of its own; NULL: the first that works */
    VgpuVirglDisplays *displays;  /* owner thread only */
    DisplayReadback *readback;
    VgpuCapset capsets[VGPU_VIRGL_MAX_CAPSETS];
    GHashTable *contexts;         /* id -> id of the capability set, 0: the usual one */
    GHashTable *resources;        /* ids */
    GHashTable *mapped;           /* id of a blob that the library has mapped -> where */
    GHashTable *shared;           /* id of a resource -> what displays get of it, referenced */
    GAsyncQueue *garbage;         /* names of textures that no display shows any more */

    GMutex lock;                  /* for all below: other threads look at it, the library's among them */
    DisplayEgl *next_egl;         /* where to move; NULL: nowhere */
    EGLContext next_context;
    GCond retired_more;
    uint64_t newest;              /* serial of the fence made last, on whatever timeline */
    uint64_t retired;             /* the highest one that was signalled */
    uint64_t signalled;           /* last serial on the timeline of the device */
    GHashTable *others;           /* serials of fences that other threads of the library wait for */
    GQueue stand_ins;             /* VgpuFence of rings, waited for on that timeline */
} VgpuVirgl;

extern const VgpuRenderer3DOps vgpu_virgl_ops;

static inline bool is_resource(VgpuRenderer3D *renderer, uint32_t resource_id)
{
    return g_hash_table_contains(((VgpuVirgl *)renderer)->resources, GUINT_TO_POINTER(resource_id));
}

/* Of a call that a guest's mistake makes fail. */
static inline uint32_t response_of(int error)
{
    switch (error) {
    case 0:
        return VIRTIO_GPU_RESP_OK_NODATA;
    case ENOMEM:
    case -ENOMEM:
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    default:
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
}

/* virgl.c: the pages of a backing, for the library; freed by g_free(). */
struct iovec *vgpu_virgl_list_pages(const VgpuBacking *backing);

/* virgl.c: what a reset leaves of it. */
void vgpu_virgl_empty(VgpuVirgl *self, GHashTable *held);

/* virgl-blob.c. */
uint32_t vgpu_virgl_create_blob(VgpuRenderer3D *renderer,
                                const struct virtio_gpu_resource_create_blob *request,
                                const VgpuBacking *backing);
uint32_t vgpu_virgl_map_blob(VgpuRenderer3D *renderer, uint32_t resource_id,
                             VgpuHostMemory *memory);
void vgpu_virgl_unmap_blob(VgpuRenderer3D *renderer, uint32_t resource_id);
/* Frees what VgpuVirgl.mapped has of a blob that goes. */
void vgpu_virgl_free_mapped(void *mapped);
/* The memory of a blob at an address, for the renderer itself; false where it has none. */
bool vgpu_virgl_find_pixels(VgpuVirgl *self, uint32_t resource_id, VgpuHostMemory *memory);
/* Copies a picture out of it, once what is being drawn is. */
uint32_t vgpu_virgl_read_pixels(const VgpuHostMemory *memory, const VgpuPicture *picture);

/* virgl-life.c. */
void vgpu_virgl_destroy(VgpuRenderer3D *renderer);
/* Frees what is left when EGL and the library are closed. */
void vgpu_virgl_free(VgpuVirgl *self);

/* virgl-lost.c. */
/* Nothing can be drawn any more, for a reason in static words. Any thread. */
void vgpu_virgl_lose(VgpuVirgl *self, const char *why);
/* Tells people, once until it has been begun anew. */
void vgpu_virgl_tell(VgpuVirgl *self, const char *why);
/* Looks whether that is so, in the context that is current, and tells people. */
bool vgpu_virgl_is_lost(VgpuRenderer3D *renderer);
/* How resets of the GPU are learnt of where EGL was opened. Needs its context. */
void vgpu_virgl_find_reset_status(VgpuVirgl *self);

/* virgl-move.c. */
bool vgpu_virgl_choose(VgpuRenderer3D *renderer);
void vgpu_virgl_move(VgpuRenderer3D *renderer);
/* Forgets where to move. */
void vgpu_virgl_stay(VgpuVirgl *self);

/* virgl-share.c. */
void vgpu_virgl_share_picture(VgpuRenderer3D *renderer, uint32_t resource_id, unsigned ways,
                              VgpuSharedPicture *picture);
/* Deletes textures that no display shows any more. Needs the renderer's context. */
void vgpu_virgl_collect(VgpuVirgl *self);
/* Forgets all that is shared. With a context of the group that it was shared in, if there is one. */
void vgpu_virgl_share_anew(VgpuVirgl *self);

/* Closes what is open and opens an EGL of its own; where that fails the renderer is lost. */
void vgpu_virgl_move_home(VgpuVirgl *self);

/* virgl-life.c, for a move: the parts of opening and closing. */
bool vgpu_virgl_enter_egl(VgpuVirgl *self, GError **error);
bool vgpu_virgl_open_egl(VgpuVirgl *self, GError **error);
bool vgpu_virgl_open_library(VgpuVirgl *self, GError **error);
/* EGL and library, in whatever state they are. */
void vgpu_virgl_close(VgpuVirgl *self);
void vgpu_virgl_refill_capsets(VgpuVirgl *self);

/* vulkan.c. */
bool vgpu_virgl_has_vulkan(void);

/* virgl-fence.c. */
void vgpu_virgl_create_fence(VgpuRenderer3D *renderer, const VgpuFence *fence);
/*
 * Waits for all fences of OpenGL there are. The library's thread may still look at the context of one that is
 * pending, and drops whichever it waits for when any context goes: none may be pending then.
 */
void vgpu_virgl_settle(VgpuVirgl *self);
/* The library's callbacks; its thread. */
void vgpu_virgl_write_fence(void *cookie, uint32_t fence);
void vgpu_virgl_write_context_fence(void *cookie, uint32_t ctx_id, uint32_t ring_idx,
                                    uint64_t fence_id);

#endif
