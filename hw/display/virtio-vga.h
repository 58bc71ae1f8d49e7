/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The abstract base of the virtio-gpu devices that are also a VGA.
 */
#ifndef HW_DISPLAY_VIRTIO_VGA_H
#define HW_DISPLAY_VIRTIO_VGA_H

#include "hw/display/virtio-gpu-pci.h"
#include "vga_int.h"

#define TYPE_VIRTIO_VGA_BASE "virtio-vga-base"
OBJECT_DECLARE_TYPE(VirtIOVga, VirtIOVgaClass, VIRTIO_VGA_BASE)

struct VirtIOVga {
    VirtIOPCIProxy parent_obj;

    VirtIOGPUBase *gpu;  /* child, created with the wrapper */
    VGACommonState vga;
    MemoryRegion vga_registers[3];
};

struct VirtIOVgaClass {
    VirtioPCIClass parent_class;

    DeviceReset parent_reset;
};

#endif
