/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost-user-vga: a GPU in another process that is also a VGA.
 */
#include "qemu/osdep.h"

#include "hw/display/vga.h"
#include "qemu/module.h"
#include "virtio-vga.h"

#define TYPE_VHOST_USER_VGA "vhost-user-vga"

module_obj(TYPE_VHOST_USER_VGA);

static void instance_init(Object *obj)
{
    VirtIOGPUBase *gpu = virtio_gpu_pci_create_gpu(obj, TYPE_VHOST_USER_GPU);

    object_property_add_alias(obj, "chardev", OBJECT(gpu), "chardev");
    VIRTIO_VGA_BASE(obj)->gpu = gpu;
}

static const VirtioPCIDeviceTypeInfo info = {
    .generic_name = TYPE_VHOST_USER_VGA,
    .parent = TYPE_VIRTIO_VGA_BASE,
    .instance_size = sizeof(VirtIOVga),
    .instance_init = instance_init,
};

static void vhost_user_vga_register(void)
{
    if (have_vga) {
        virtio_pci_types_register(&info);
    }
}

type_init(vhost_user_vga_register)
