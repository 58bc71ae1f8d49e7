/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QOM types of the virtio-gpu family: what its modules know of each other.
 */
#ifndef HW_DISPLAY_VIRTIO_GPU_QOM_H
#define HW_DISPLAY_VIRTIO_GPU_QOM_H

#include "hw/virtio/virtio.h"
#include "ui/console.h"

/* As VIRTIO_GPU_MAX_SCANOUTS of the specification's header, which not every user needs. */
#define VIRTIO_GPU_MAX_HEADS 16

/* A device with consoles and outputs, whoever executes its commands. */
#define TYPE_VIRTIO_GPU_BASE "virtio-gpu-base"
OBJECT_DECLARE_TYPE(VirtIOGPUBase, VirtIOGPUBaseClass, VIRTIO_GPU_BASE)

#define TYPE_VIRTIO_GPU "virtio-gpu-device"
#define TYPE_VIRTIO_GPU_GL "virtio-gpu-gl-device"
#define TYPE_VHOST_USER_GPU "vhost-user-gpu"

/* What the callbacks of a console get: consoles are told apart by it. */
typedef struct VirtIOGPUHead {
    VirtIOGPUBase *base;
    uint32_t index;
} VirtIOGPUHead;

struct VirtIOGPUBase {
    VirtIODevice parent_obj;

    /* Properties. */
    uint32_t max_outputs;
    uint32_t xres, yres;         /* pixels: preferred mode of output 0 until a display says more */
    uint32_t refresh_rate;       /* hertz, likewise; 0: leave it to the display */
    uint32_t features;           /* VIRTIO_GPU_F_* that are asked for, as bits */
    uint64_t hostmem;            /* bytes of the host's memory that the guest sees in a BAR */

    /* The PCI or VGA device around it, told by wrappers of this build only; NULL elsewhere. */
    Object *wrapper;
    /* That BAR, for the wrapper to register; set by the device's realize; NULL: none. */
    MemoryRegion *hostmem_bar;
    /* Console i shows scanout i; NULL before realize and after unrealize. */
    QemuConsole *consoles[VIRTIO_GPU_MAX_HEADS];
    VirtIOGPUHead heads[VIRTIO_GPU_MAX_HEADS];
    /* What a wrapper that shares console 0 (VGA) calls for its own hooks, with &heads[0]. */
    const GraphicHwOps *hw_ops;
};

/* Whether a property asks for the feature, VIRTIO_GPU_F_*. */
static inline bool virtio_gpu_offers(const VirtIOGPUBase *base, unsigned feature)
{
    return base->features & (1u << feature);
}

struct VirtIOGPUBaseClass {
    VirtioDeviceClass parent_class;

    /* Whether the guest's driver drives the display: it has set a scanout since the last reset. */
    bool (*drives_display)(VirtIOGPUBase *base);
    /* A display wants this of an output. */
    void (*ui_info)(VirtIOGPUBase *base, uint32_t head, const QemuUIInfo *info);
    /*
     * Somebody wants the surface of a console up to date. False when it will be later, which
     * graphic_hw_update_done() tells.
     */
    bool (*gfx_update)(VirtIOGPUBase *base, uint32_t head);
    /* The displays of a console started (true) or ceased (false) to need what it shows. */
    void (*gl_block)(VirtIOGPUBase *base, uint32_t head, bool block);
};

#endif
