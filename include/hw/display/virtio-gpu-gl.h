/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-gpu-gl-device: the inside of a GPU with a 3D renderer. Big lock throughout. */
#ifndef HW_DISPLAY_VIRTIO_GPU_GL_H
#define HW_DISPLAY_VIRTIO_GPU_GL_H

#include "hw/display/vgpu/renderer-virgl.h"
#include "hw/display/virtio-gpu-engine.h"
#include "qemu/timer.h"

OBJECT_DECLARE_SIMPLE_TYPE(VirtIOGPUGL, VIRTIO_GPU_GL)

/* vgpu-gl-displays.c: which displays the renderer can share textures with. */
typedef struct VgpuGlDisplays {
    VgpuVirglDisplays base;
    VirtIOGPUGL *gl;
    void *probe;           /* a GLsync of the group that was chosen last; NULL: none was */
    uint32_t is_known;     /* heads that were compared with it, as bits */
    uint32_t shares;       /* of them, those in the same group */
    bool stays;            /* a head was found where the renderer is */
} VgpuGlDisplays;

void vgpu_gl_displays_init(VgpuGlDisplays *displays, VirtIOGPUGL *gl);
/* vgpu-hostmem.c: a BAR as VgpuWindow, owned by an object that keeps its pages until it ends. */
typedef struct VgpuHostWindow {
    VgpuWindow base;
    MemoryRegion bar;        /* what the guest sees: all below, at their offsets */
    MemoryRegion files;      /* the pages */
    uint8_t *data;           /* of them */
    void *mapped;            /* NULL: not initialised */
    uint64_t mapped_size;    /* bytes */
} VgpuHostWindow;

bool vgpu_host_window_init(VgpuHostWindow *window, Object *owner, uint64_t size, Error **errp);
/*
 * Waits for memory that devices of the past showed to be seen no more, so that their renderers can
 * go. Lets go of the big lock meanwhile.
 */
void vgpu_host_window_settle(void);
/* For the owner's end. */
void vgpu_host_window_finish(VgpuHostWindow *window);

struct VirtIOGPUGL {
    VirtIOGPU parent_obj;

    VgpuGlDisplays displays;

    /* Properties. */
    uint32_t flags;            /* VIRTIO_GPU_GL_FLAG_* */
    bool require_3d;           /* fail where there is no 3D, instead of going on without */
    bool venus;                /* Vulkan as well */
    char *render_node;         /* NULL: the first that works */

    VgpuHostWindow window;     /* with hostmem */
    Error *migration_blocker;
    QEMUTimer *stats_timer;    /* NULL: no statistics */
    VgpuDeviceStats printed;   /* statistics as they were when last printed */
};

enum {
    VIRTIO_GPU_GL_FLAG_STATS = 0,   /* bit number */
};

/*
 * vgpu-gl-renderer.c: a renderer on the thread of an executor; waits for it to be made. NULL with
 * an error where there is no 3D.
 */
VgpuRenderer3D *vgpu_gl_renderer_open(VirtIOGPUGL *gl, VgpuExecutor *executor, Error **errp);
/* Destroys one that no device took, without waiting. */
void vgpu_gl_renderer_discard(VgpuRenderer3D *renderer, VgpuExecutor *executor);

/* vgpu-gl-exit.c: a renderer was opened, and with it a driver loaded. */
void vgpu_gl_prepare_exit(void);

#endif
