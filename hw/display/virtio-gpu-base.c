/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtio-gpu-base: consoles, and what every virtio-gpu tells the guest of itself.
 *
 * Abstract: a subclass executes the commands and overrides what it knows better.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qapi/error.h"
#include "hw/display/vgpu/protocol.h"
#include "hw/display/virtio-gpu-qom.h"
#include "hw/qdev-properties.h"

QEMU_BUILD_BUG_ON(VIRTIO_GPU_MAX_HEADS != 16);

static void base_gfx_update(void *opaque)
{
    VirtIOGPUHead *head = opaque;
    VirtIOGPUBaseClass *klass = VIRTIO_GPU_BASE_GET_CLASS(head->base);

    if (!klass->gfx_update || klass->gfx_update(head->base, head->index)) {
        graphic_hw_update_done(head->base->consoles[head->index]);
    }
}

static void base_invalidate(void *opaque)
{
}

static void base_text_update(void *opaque, console_ch_t *text)
{
}

static void base_ui_info(void *opaque, uint32_t head, QemuUIInfo *info)
{
    VirtIOGPUBase *base = ((VirtIOGPUHead *)opaque)->base;
    VirtIOGPUBaseClass *klass = VIRTIO_GPU_BASE_GET_CLASS(base);

    if (head < base->max_outputs && klass->ui_info) {
        klass->ui_info(base, head, info);
    }
}

static void base_gl_block(void *opaque, bool block)
{
    VirtIOGPUHead *head = opaque;
    VirtIOGPUBaseClass *klass = VIRTIO_GPU_BASE_GET_CLASS(head->base);

    if (klass->gl_block) {
        klass->gl_block(head->base, head->index, block);
    }
}

/*
 * No GL flag: a display that is bound to a console and lacks what a flag names would end QEMU,
 * while a picture can always be shown as a surface.
 */
static int base_get_flags(void *opaque)
{
    return GRAPHIC_FLAGS_NONE;
}

static const GraphicHwOps base_hw_ops = {
    .get_flags = base_get_flags,
    .invalidate = base_invalidate,
    .gfx_update = base_gfx_update,
    .gfx_update_async = true,
    .text_update = base_text_update,
    .ui_info = base_ui_info,
    .gl_block = base_gl_block,
};

/* A stock wrapper would look for its own fields in this device. */
static bool wrapper_is_of_this_build(VirtIOGPUBase *base, Error **errp)
{
    DeviceState *proxy = qdev_get_parent_bus(DEVICE(base))->parent;

    if (base->wrapper || !object_dynamic_cast(OBJECT(proxy), "virtio-pci")) {
        return true;
    }
    error_setg(errp, "%s and %s come from different builds: install all modules of one",
               object_get_typename(OBJECT(proxy)), object_get_typename(OBJECT(base)));
    return false;
}

static void virtio_gpu_base_realize(DeviceState *dev, Error **errp)
{
    VirtIOGPUBase *base = VIRTIO_GPU_BASE(dev);

    if (!wrapper_is_of_this_build(base, errp)) {
        return;
    }

    if (base->max_outputs < 1 || base->max_outputs > VIRTIO_GPU_MAX_HEADS) {
        error_setg(errp, "max_outputs must be from 1 to %d, not %u", VIRTIO_GPU_MAX_HEADS,
                   base->max_outputs);
        return;
    }
    base->hw_ops = &base_hw_ops;
    for (uint32_t i = 0; i < base->max_outputs; i++) {
        base->heads[i] = (VirtIOGPUHead) { .base = base, .index = i };
        base->consoles[i] = graphic_console_init(dev, i, &base_hw_ops, &base->heads[i]);
    }
}

static void virtio_gpu_base_unrealize(DeviceState *dev)
{
    VirtIOGPUBase *base = VIRTIO_GPU_BASE(dev);

    for (uint32_t i = 0; i < VIRTIO_GPU_MAX_HEADS; i++) {
        if (base->consoles[i]) {
            graphic_console_close(base->consoles[i]);
            base->consoles[i] = NULL;
        }
    }
}

static Property virtio_gpu_base_properties[] = {
    DEFINE_PROP_UINT32("max_outputs", VirtIOGPUBase, max_outputs, 1),
    DEFINE_PROP_BIT("edid", VirtIOGPUBase, features, VIRTIO_GPU_F_EDID, true),
    DEFINE_PROP_UINT32("xres", VirtIOGPUBase, xres, 1280),
    DEFINE_PROP_UINT32("yres", VirtIOGPUBase, yres, 800),
    DEFINE_PROP_UINT32("refresh_rate", VirtIOGPUBase, refresh_rate, 0),
    DEFINE_PROP_END_OF_LIST(),
};

static void virtio_gpu_base_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    VirtioDeviceClass *vdc = VIRTIO_DEVICE_CLASS(klass);

    set_bit(DEVICE_CATEGORY_DISPLAY, dc->categories);
    device_class_set_props(dc, virtio_gpu_base_properties);
    vdc->realize = virtio_gpu_base_realize;
    vdc->unrealize = virtio_gpu_base_unrealize;
}

static const TypeInfo virtio_gpu_base_info = {
    .parent = TYPE_VIRTIO_DEVICE,
    .name = TYPE_VIRTIO_GPU_BASE,
    .abstract = true,
    .class_init = virtio_gpu_base_class_init,
    .class_size = sizeof(VirtIOGPUBaseClass),
    .instance_size = sizeof(VirtIOGPUBase),
};

static void virtio_gpu_base_register_types(void)
{
    type_register_static(&virtio_gpu_base_info);
}

type_init(virtio_gpu_base_register_types)
