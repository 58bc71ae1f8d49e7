/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-gpu-gl-pci: a GPU with a renderer as a PCI display controller without VGA.
 */
#include "qemu/osdep.h"

#include "hw/display/virtio-gpu-pci.h"
#include "qemu/module.h"

#define TYPE_VIRTIO_GPU_GL_PCI "virtio-gpu-gl-pci"

module_obj(TYPE_VIRTIO_GPU_GL_PCI);

static void instance_init(Object *obj)
{
    VIRTIO_GPU_PCI_BASE(obj)->gpu = virtio_gpu_pci_create_gpu(obj, TYPE_VIRTIO_GPU_GL);
}

static const VirtioPCIDeviceTypeInfo info = {
    .generic_name = TYPE_VIRTIO_GPU_GL_PCI,
    .parent = TYPE_VIRTIO_GPU_PCI_BASE,
    .instance_size = sizeof(VirtIOGPUPCIBase),
    .instance_init = instance_init,
};

static void virtio_gpu_gl_pci_register(void)
{
    virtio_pci_types_register(&info);
}

type_init(virtio_gpu_gl_pci_register)
