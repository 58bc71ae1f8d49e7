/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the PCI and VGA wrappers of the virtio-gpu family share.
 *
 * The wrappers are modules of their own, which can call neither each other nor the GPU's module:
 * what is shared is inline, and what they need of a GPU goes through its class and fields.
 */
#ifndef HW_DISPLAY_VIRTIO_GPU_PCI_H
#define HW_DISPLAY_VIRTIO_GPU_PCI_H

#include "hw/display/virtio-gpu-qom.h"
#include "hw/qdev-properties.h"
#include "hw/virtio/virtio-pci.h"
#include "qapi/error.h"
#include "standard-headers/linux/virtio_gpu.h"
#include "standard-headers/linux/virtio_pci.h"

#define TYPE_VIRTIO_GPU_PCI_BASE "virtio-gpu-pci-base"
OBJECT_DECLARE_SIMPLE_TYPE(VirtIOGPUPCIBase, VIRTIO_GPU_PCI_BASE)

struct VirtIOGPUPCIBase {
    VirtIOPCIProxy parent_obj;

    VirtIOGPUBase *gpu;  /* child, created with the wrapper */
};

/* Without ioeventfd a kick runs the queue handler at once, in the vCPU's thread. */
#define VIRTIO_GPU_PCI_PROPERTIES                                      \
    DEFINE_PROP_BIT("ioeventfd", VirtIOPCIProxy, flags,                \
                    VIRTIO_PCI_FLAG_USE_IOEVENTFD_BIT, false),         \
    DEFINE_PROP_UINT32("vectors", VirtIOPCIProxy, nvectors, 3)

/* Not when a stock module serves the GPU's type: its fields are elsewhere. */
static inline bool virtio_gpu_pci_gpu_is_of_this_build(void)
{
    return object_type_get_instance_size(TYPE_VIRTIO_GPU_BASE) == sizeof(VirtIOGPUBase);
}

/* For instance_init of a wrapper: its GPU, as a child that shows its properties on the wrapper. */
static inline VirtIOGPUBase *virtio_gpu_pci_create_gpu(Object *wrapper, const char *type)
{
    DeviceState *gpu = qdev_new(type);  /* loads the type's module */

    object_property_add_child(wrapper, "virtio-backend", OBJECT(gpu));
    object_unref(gpu);
    qdev_alias_all_properties(gpu, wrapper);
    if (virtio_gpu_pci_gpu_is_of_this_build()) {
        VIRTIO_GPU_BASE(gpu)->wrapper = wrapper;
    }
    return VIRTIO_GPU_BASE(gpu);
}

/*
 * For realize of a wrapper, when its GPU is realized: shows the GPU's host-visible memory, if it has
 * any, as this BAR and the next, and tells the driver by a capability (clause 4.1.4.7).
 */
static inline void virtio_gpu_pci_add_hostmem(VirtIOPCIProxy *proxy, VirtIOGPUBase *gpu, int bar)
{
    const struct virtio_pci_cap64 cap = {
        .cap = {
            .cap_len = sizeof(cap),
            .cfg_type = VIRTIO_PCI_CAP_SHARED_MEMORY_CFG,
            .bar = bar,
            .id = VIRTIO_GPU_SHM_ID_HOST_VISIBLE,
            .length = gpu->hostmem,
        },
        .length_hi = gpu->hostmem >> 32,
    };
    PCIDevice *pci = &proxy->pci_dev;
    int offset;

    if (!gpu->hostmem_bar) {
        return;
    }
    offset = pci_add_capability(pci, PCI_CAP_ID_VNDR, 0, sizeof(cap), &error_abort);
    /* What comes before is the list's. */
    memcpy(pci->config + offset + offsetof(struct virtio_pci_cap, cap_len), &cap.cap.cap_len,
           sizeof(cap) - offsetof(struct virtio_pci_cap, cap_len));
    pci_register_bar(pci, bar, PCI_BASE_ADDRESS_SPACE_MEMORY | PCI_BASE_ADDRESS_MEM_PREFETCH |
                     PCI_BASE_ADDRESS_MEM_TYPE_64, gpu->hostmem_bar);
}

/* For realize of a wrapper: realizes its GPU and becomes the device that the consoles belong to. */
static inline bool virtio_gpu_pci_realize_gpu(VirtIOPCIProxy *proxy, VirtIOGPUBase *gpu,
                                              Error **errp)
{
    uint32_t head;

    if (!virtio_gpu_pci_gpu_is_of_this_build()) {
        error_setg(errp, "%s and %s come from different builds: install all modules of one",
                   object_get_typename(OBJECT(proxy)), object_get_typename(OBJECT(gpu)));
        return false;
    }
    virtio_pci_force_virtio_1(proxy);
    if (!qdev_realize(DEVICE(gpu), BUS(&proxy->bus), errp)) {
        return false;
    }
    for (head = 0; head < gpu->max_outputs; head++) {
        object_property_set_link(OBJECT(gpu->consoles[head]), "device", OBJECT(proxy),
                                 &error_abort);
    }
    return true;
}

#endif
