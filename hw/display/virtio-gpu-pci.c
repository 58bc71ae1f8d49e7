/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-gpu-pci: a GPU as a PCI display controller without VGA, and the base of its kind.
 */
#include "qemu/osdep.h"

#include "hw/display/virtio-gpu-pci.h"
#include "hw/pci/pci.h"
#include "qemu/module.h"

#define TYPE_VIRTIO_GPU_PCI "virtio-gpu-pci"

module_obj(TYPE_VIRTIO_GPU_PCI_BASE);
module_obj(TYPE_VIRTIO_GPU_PCI);

static Property properties[] = {
    VIRTIO_GPU_PCI_PROPERTIES,
    DEFINE_PROP_END_OF_LIST(),
};

enum {
    /* Otherwise the registers that modern drivers may notify by have it. */
    BAR_HOSTMEM = 2,
    BAR_FREE = 0,
};

static void realize(VirtIOPCIProxy *proxy, Error **errp)
{
    VirtIOGPUBase *gpu = VIRTIO_GPU_PCI_BASE(proxy)->gpu;

    if (virtio_gpu_pci_gpu_is_of_this_build() && gpu->hostmem) {
        proxy->modern_io_bar_idx = BAR_FREE;
    }
    if (virtio_gpu_pci_realize_gpu(proxy, gpu, errp)) {
        virtio_gpu_pci_add_hostmem(proxy, gpu, BAR_HOSTMEM);
    }
}

static void base_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);
    device_class_set_props(dc, properties);
    PCI_DEVICE_CLASS(klass)->class_id = PCI_CLASS_DISPLAY_OTHER;
    VIRTIO_PCI_CLASS(klass)->realize = realize;
}

static const TypeInfo base_info = {
    .parent = TYPE_VIRTIO_PCI,
    .name = TYPE_VIRTIO_GPU_PCI_BASE,
    .abstract = true,
    .class_init = base_class_init,
    .instance_size = sizeof(VirtIOGPUPCIBase),
};

static void instance_init(Object *obj)
{
    VIRTIO_GPU_PCI_BASE(obj)->gpu = virtio_gpu_pci_create_gpu(obj, TYPE_VIRTIO_GPU);
}

static const VirtioPCIDeviceTypeInfo info = {
    .generic_name = TYPE_VIRTIO_GPU_PCI,
    .parent = TYPE_VIRTIO_GPU_PCI_BASE,
    .instance_size = sizeof(VirtIOGPUPCIBase),
    .instance_init = instance_init,
};

static void virtio_gpu_pci_register(void)
{
    type_register_static(&base_info);
    virtio_pci_types_register(&info);
}

type_init(virtio_gpu_pci_register)
