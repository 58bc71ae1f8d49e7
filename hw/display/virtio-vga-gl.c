/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-vga-gl: a GPU with a renderer that is also a VGA.
 */
#include "qemu/osdep.h"

#include "hw/display/vga.h"
#include "qemu/module.h"
#include "virtio-vga.h"

#define TYPE_VIRTIO_VGA_GL "virtio-vga-gl"

module_obj(TYPE_VIRTIO_VGA_GL);

static void instance_init(Object *obj)
{
    VIRTIO_VGA_BASE(obj)->gpu = virtio_gpu_pci_create_gpu(obj, TYPE_VIRTIO_GPU_GL);
}

static const VirtioPCIDeviceTypeInfo info = {
    .generic_name = TYPE_VIRTIO_VGA_GL,
    .parent = TYPE_VIRTIO_VGA_BASE,
    .instance_size = sizeof(VirtIOVga),
    .instance_init = instance_init,
};

static void virtio_vga_gl_register(void)
{
    if (have_vga) {
        virtio_pci_types_register(&info);
    }
}

type_init(virtio_vga_gl_register)
