/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-vga: a GPU that is a VGA until the guest's driver takes over, and again after a reset.
 *
 * Head 0 has one console for both.  Its callbacks come here and go on to the VGA or to the GPU,
 * depending on who drives; the GPU invalidates the console when its driver lets go.  Big lock
 * throughout.
 */
#include "qemu/osdep.h"

#include "hw/display/vga.h"
#include "hw/pci/pci.h"
#include "migration/vmstate.h"
#include "qemu/module.h"
#include "virtio-vga.h"

#define TYPE_VIRTIO_VGA "virtio-vga"

module_obj(TYPE_VIRTIO_VGA_BASE);
module_obj(TYPE_VIRTIO_VGA);

enum {
    VGA_MEMORY_MIB = 8,
    /* the VGA's registers take the first page of the modern BAR */
    VGA_REGISTERS_SIZE = 0x1000,
    BAR_VGA_MEMORY = 0,
    BAR_MODERN = 2,
    BAR_MSIX = 4,
    BAR_MODERN_IO = 5,
    /* with host-visible memory, which takes two */
    BAR_HOSTMEM = 4,
    BAR_MSIX_BESIDE_HOSTMEM = 1,
};

static bool driver_drives(VirtIOVga *self)
{
    return VIRTIO_GPU_BASE_GET_CLASS(self->gpu)->drives_display(self->gpu);
}

static int con_get_flags(void *opaque)
{
    VirtIOGPUBase *gpu = ((VirtIOVga *)opaque)->gpu;

    return gpu->hw_ops->get_flags ? gpu->hw_ops->get_flags(&gpu->heads[0]) : GRAPHIC_FLAGS_NONE;
}

static void con_invalidate(void *opaque)
{
    VirtIOVga *self = opaque;
    VirtIOGPUBase *gpu = self->gpu;

    if (!driver_drives(self)) {
        self->vga.hw_ops->invalidate(&self->vga);
    } else if (gpu->hw_ops->invalidate) {
        gpu->hw_ops->invalidate(&gpu->heads[0]);
    }
}

static void con_gfx_update(void *opaque)
{
    VirtIOVga *self = opaque;
    VirtIOGPUBase *gpu = self->gpu;

    if (!driver_drives(self)) {
        self->vga.hw_ops->gfx_update(&self->vga);
        graphic_hw_update_done(self->vga.con);
    } else if (gpu->hw_ops->gfx_update) {
        gpu->hw_ops->gfx_update(&gpu->heads[0]);
    }
}

static void con_text_update(void *opaque, console_ch_t *text)
{
    VirtIOVga *self = opaque;
    VirtIOGPUBase *gpu = self->gpu;

    if (!driver_drives(self)) {
        self->vga.hw_ops->text_update(&self->vga, text);
    } else if (gpu->hw_ops->text_update) {
        gpu->hw_ops->text_update(&gpu->heads[0], text);
    }
}

/* A window's size concerns the driver even before it drives: it asks for it then. */
static void con_ui_info(void *opaque, uint32_t head, QemuUIInfo *info)
{
    VirtIOGPUBase *gpu = ((VirtIOVga *)opaque)->gpu;

    if (gpu->hw_ops->ui_info) {
        gpu->hw_ops->ui_info(&gpu->heads[0], head, info);
    }
}

static void con_gl_block(void *opaque, bool block)
{
    VirtIOGPUBase *gpu = ((VirtIOVga *)opaque)->gpu;

    if (gpu->hw_ops->gl_block) {
        gpu->hw_ops->gl_block(&gpu->heads[0], block);
    }
}

static const GraphicHwOps con_ops = {
    .get_flags = con_get_flags,
    .invalidate = con_invalidate,
    .gfx_update = con_gfx_update,
    .gfx_update_async = true,
    .text_update = con_text_update,
    .ui_info = con_ui_info,
    .gl_block = con_gl_block,
};

static uint32_t place_below(VirtIOPCIRegion *region, uint32_t top)
{
    region->offset = top - region->size;
    return region->offset;
}

/*
 * The guest finds the virtio regions by their capabilities, so they can move up in the modern BAR
 * to make room for the VGA's registers.  Without a page per queue there is none to spare: the two
 * smallest regions then share a page.  Addresses are part of what a migration compares.
 */
static void make_room_for_vga(VirtIOPCIProxy *proxy)
{
    uint32_t top = memory_region_size(&proxy->modern_bar);

    proxy->legacy_io_bar_idx = BAR_MODERN_IO;
    proxy->modern_io_bar_idx = BAR_MODERN_IO;
    proxy->modern_mem_bar_idx = BAR_MODERN;
    proxy->msix_bar_idx = BAR_MSIX;
    if (!(proxy->flags & VIRTIO_PCI_FLAG_PAGE_PER_VQ)) {
        proxy->isr.size /= 2;
        proxy->common.size /= 2;
    }
    top = place_below(&proxy->notify, top);
    top = place_below(&proxy->device, top);
    top = place_below(&proxy->isr, top);
    top = place_below(&proxy->common, top);
    assert(top >= VGA_REGISTERS_SIZE);
}

static bool make_room_for_hostmem(VirtIOPCIProxy *proxy, const VirtIOGPUBase *gpu, Error **errp)
{
    if (!virtio_gpu_pci_gpu_is_of_this_build() || !gpu->hostmem) {
        return true;
    }
    if (proxy->flags & VIRTIO_PCI_FLAG_MODERN_PIO_NOTIFY) {
        error_setg(errp, "%s has no BAR left for both hostmem and modern-pio-notify",
                   object_get_typename(OBJECT(proxy)));
        return false;
    }
    proxy->msix_bar_idx = BAR_MSIX_BESIDE_HOSTMEM;
    return true;
}

static void realize(VirtIOPCIProxy *proxy, Error **errp)
{
    VirtIOVga *self = VIRTIO_VGA_BASE(proxy);
    PCIDevice *pci = &proxy->pci_dev;
    VGACommonState *vga = &self->vga;

    vga->vram_size_mb = VGA_MEMORY_MIB;
    if (!vga_common_init(vga, OBJECT(self), errp)) {
        return;
    }
    make_room_for_vga(proxy);
    if (!make_room_for_hostmem(proxy, self->gpu, errp) ||
        !virtio_gpu_pci_realize_gpu(proxy, self->gpu, errp)) {
        return;
    }
    virtio_gpu_pci_add_hostmem(proxy, self->gpu, BAR_HOSTMEM);
    vga_init(vga, OBJECT(self), pci_address_space(pci), pci_address_space_io(pci), true);
    pci_register_bar(pci, BAR_VGA_MEMORY, PCI_BASE_ADDRESS_MEM_PREFETCH, &vga->vram);
    pci_std_vga_mmio_region_init(vga, OBJECT(self), &proxy->modern_bar, self->vga_registers,
                                 true, false);
    vga->con = self->gpu->consoles[0];
    graphic_console_set_hwops(vga->con, &con_ops, self);
}

static void reset(DeviceState *dev)
{
    VIRTIO_VGA_BASE_GET_CLASS(dev)->parent_reset(dev);
    vga_common_reset(&VIRTIO_VGA_BASE(dev)->vga);
}

static bool get_big_endian(Object *obj, Error **errp)
{
    return VIRTIO_VGA_BASE(obj)->vga.big_endian_fb;
}

static void set_big_endian(Object *obj, bool value, Error **errp)
{
    VIRTIO_VGA_BASE(obj)->vga.big_endian_fb = value;
}

static const VMStateDescription vmstate = {
    .name = "virtio-vga",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (const VMStateField[]) {
        /* the GPU's own state is in a section of the device behind this one */
        VMSTATE_STRUCT(vga, VirtIOVga, 0, vmstate_vga_common, VGACommonState),
        VMSTATE_END_OF_LIST()
    },
};

static Property properties[] = {
    VIRTIO_GPU_PCI_PROPERTIES,
    DEFINE_PROP_END_OF_LIST(),
};

static void base_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(klass);

    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);
    device_class_set_props(dc, properties);
    dc->vmsd = &vmstate;
    /* the VGA's ports and memory window are the machine's */
    dc->hotpluggable = false;
    device_class_set_parent_reset(dc, reset, &VIRTIO_VGA_BASE_CLASS(klass)->parent_reset);
    object_class_property_add_bool(klass, "big-endian-framebuffer", get_big_endian,
                                   set_big_endian);
    pc->romfile = "vgabios-virtio.bin";
    pc->class_id = PCI_CLASS_DISPLAY_VGA;
    VIRTIO_PCI_CLASS(klass)->realize = realize;
}

static const TypeInfo base_info = {
    .parent = TYPE_VIRTIO_PCI,
    .name = TYPE_VIRTIO_VGA_BASE,
    .abstract = true,
    .class_init = base_class_init,
    .class_size = sizeof(VirtIOVgaClass),
    .instance_size = sizeof(VirtIOVga),
};

static void instance_init(Object *obj)
{
    VIRTIO_VGA_BASE(obj)->gpu = virtio_gpu_pci_create_gpu(obj, TYPE_VIRTIO_GPU);
}

static const VirtioPCIDeviceTypeInfo info = {
    .generic_name = TYPE_VIRTIO_VGA,
    .parent = TYPE_VIRTIO_VGA_BASE,
    .instance_size = sizeof(VirtIOVga),
    .instance_init = instance_init,
};

static void virtio_vga_register(void)
{
    if (have_vga) {
        type_register_static(&base_info);
        virtio_pci_types_register(&info);
    }
}

type_init(virtio_vga_register)
