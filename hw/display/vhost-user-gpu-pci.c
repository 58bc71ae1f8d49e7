/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost-user-gpu-pci: a GPU in another process as a PCI display controller without VGA.
 */
#include "qemu/osdep.h"

#include "hw/display/virtio-gpu-pci.h"
#include "qemu/module.h"

#define TYPE_VHOST_USER_GPU_PCI "vhost-user-gpu-pci"

module_obj(TYPE_VHOST_USER_GPU_PCI);

static void instance_init(Object *obj)
{
    VirtIOGPUBase *gpu = virtio_gpu_pci_create_gpu(obj, TYPE_VHOST_USER_GPU);

    object_property_add_alias(obj, "chardev", OBJECT(gpu), "chardev");
    VIRTIO_GPU_PCI_BASE(obj)->gpu = gpu;
}

static const VirtioPCIDeviceTypeInfo info = {
    .generic_name = TYPE_VHOST_USER_GPU_PCI,
    .parent = TYPE_VIRTIO_GPU_PCI_BASE,
    .instance_size = sizeof(VirtIOGPUPCIBase),
    .instance_init = instance_init,
};

static void vhost_user_gpu_pci_register(void)
{
    virtio_pci_types_register(&info);
}

type_init(vhost_user_gpu_pci_register)
