/* SPDX-License-Identifier: GPL-2.0-or-later */
/* virtio-gpu-device: the engine behind QEMU's virtio core. */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/rcu.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/display/virtio-gpu-engine.h"
#include "hw/qdev-properties.h"
#include "standard-headers/linux/virtio_ids.h"
#include "sysemu/runstate.h"

#define CTRL_QUEUE_SIZE   64
#define CURSOR_QUEUE_SIZE 16

/* ---- queues --------------------------------------------------------------------------------- */

static void handle_ctrl(VirtIODevice *vdev, VirtQueue *vq)
{
    qemu_bh_schedule(VIRTIO_GPU(vdev)->queues[VGPU_QUEUE_CONTROL].bh);
}

static void handle_cursor(VirtIODevice *vdev, VirtQueue *vq)
{
    qemu_bh_schedule(VIRTIO_GPU(vdev)->queues[VGPU_QUEUE_CURSOR].bh);
}

/*
 * QEMU's ring code reads its memory maps seven times for each command, with a full barrier before and
 * after every time unless it is inside of such a read already. So here is one for the whole batch.
 */
static void process_queue(VirtIOGPU *gpu, VgpuQueueId id)
{
    RCU_READ_LOCK_GUARD();

    if (virtio_queue_ready(gpu->queues[id].vq)) {
        vgpu_device_process(gpu->device, id);
    }
}

static void process_ctrl(void *opaque)
{
    process_queue(VIRTIO_GPU(opaque), VGPU_QUEUE_CONTROL);
}

static void process_cursor(void *opaque)
{
    process_queue(VIRTIO_GPU(opaque), VGPU_QUEUE_CURSOR);
}

/*
 * Commands must be finished before memory is sent or saved for the last time, and none may be begun
 * after that: bottom halves run in a stopped machine too. A kick whose bottom half came too late,
 * here or on the source of a migration, is made up for.
 */
static void vm_state_changed(void *opaque, bool running, RunState state)
{
    VirtIOGPU *gpu = VIRTIO_GPU(opaque);

    /*
     * With 3D there is no migration, and no telling how long the guest has drawn for. A machine
     * that shuts down ends, as a rule, and that waits for nothing.
     */
    if (!running && state != RUN_STATE_SHUTDOWN && !gpu->has_3d) {
        vgpu_device_drain(gpu->device);
    }
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        gpu->queues[i].paused = !running;
        if (running) {
            qemu_bh_schedule(gpu->queues[i].bh);
        }
    }
}

/* ---- virtio --------------------------------------------------------------------------------- */

static uint64_t virtio_gpu_get_features(VirtIODevice *vdev, uint64_t features, Error **errp)
{
    VirtIOGPU *gpu = VIRTIO_GPU(vdev);

    features |= gpu->parent_obj.features;
    if (gpu->blob_alignment) {
        virtio_add_feature(&features, VIRTIO_GPU_F_BLOB_ALIGNMENT);
    }
    if (gpu->has_3d) {
        virtio_add_feature(&features, VIRTIO_GPU_F_VIRGL);
        virtio_add_feature(&features, VIRTIO_GPU_F_CONTEXT_INIT);
    }
    return features;
}

static void virtio_gpu_set_features(VirtIODevice *vdev, uint64_t features)
{
    vgpu_device_set_features(VIRTIO_GPU(vdev)->device, features);
}

/* Longer only where asked for: its length is part of what a migration compares. */
static size_t config_size(VirtIOGPU *gpu)
{
    return gpu->blob_alignment ? sizeof(struct virtio_gpu_config_blob_alignment)
                               : sizeof(struct virtio_gpu_config);
}

static void virtio_gpu_get_config(VirtIODevice *vdev, uint8_t *config)
{
    VirtIOGPU *gpu = VIRTIO_GPU(vdev);
    struct virtio_gpu_config_blob_alignment wire = { .blob_alignment = gpu->blob_alignment };

    vgpu_device_get_config(gpu->device, &wire.config);
    memcpy(config, &wire, config_size(gpu));
}

static void virtio_gpu_set_config(VirtIODevice *vdev, const uint8_t *config)
{
    struct virtio_gpu_config wire;

    memcpy(&wire, config, sizeof(wire));
    vgpu_device_clear_events(VIRTIO_GPU(vdev)->device, wire.events_clear);
}

static void virtio_gpu_reset(VirtIODevice *vdev)
{
    VirtIOGPU *gpu = VIRTIO_GPU(vdev);

    vgpu_device_reset(gpu->device);
    /* At once: a VGA that shares the console may paint before the displays are told. */
    graphic_hw_invalidate(gpu->parent_obj.consoles[0]);
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        vgpu_virtqueue_reset(&gpu->queues[i]);
    }
    vgpu_memory_reset(gpu->memory);
}

static void virtio_gpu_queue_reset(VirtIODevice *vdev, uint32_t index)
{
    VirtIOGPU *gpu = VIRTIO_GPU(vdev);

    /* The transport passes on whatever index the driver has selected. */
    if (index >= VGPU_QUEUE_COUNT) {
        return;
    }
    vgpu_device_reset_queue(gpu->device, index);
    vgpu_virtqueue_reset(&gpu->queues[index]);
}

/* ---- base ----------------------------------------------------------------------------------- */

static bool virtio_gpu_drives_display(VirtIOGPUBase *base)
{
    VirtIOGPU *gpu = VIRTIO_GPU(base);

    return gpu->device && vgpu_device_is_enabled(gpu->device);
}

static void virtio_gpu_ui_info(VirtIOGPUBase *base, uint32_t head, const QemuUIInfo *info)
{
    VgpuOutput output = {
        .enabled = info->width && info->height,
        .width = info->width,
        .height = info->height,
        .width_mm = info->width_mm,
        .height_mm = info->height_mm,
        .refresh_millihertz = base->refresh_rate * 1000 ?: info->refresh_rate,
    };

    vgpu_device_set_output(VIRTIO_GPU(base)->device, head, &output);
}

static void virtio_gpu_gl_block(VirtIOGPUBase *base, uint32_t head, bool block)
{
    vgpu_console_sink_block(&VIRTIO_GPU(base)->sink, head, block);
}

static bool virtio_gpu_gfx_update(VirtIOGPUBase *base, uint32_t head)
{
    return vgpu_console_sink_refresh(&VIRTIO_GPU(base)->sink, head);
}

/* ---- life ----------------------------------------------------------------------------------- */

static void add_queue(VirtIOGPU *gpu, VgpuQueueId id, int size, VirtIOHandleOutput kick,
                      QEMUBHFunc *process)
{
    VirtIODevice *vdev = VIRTIO_DEVICE(gpu);

    vgpu_virtqueue_init(&gpu->queues[id], vdev, virtio_add_queue(vdev, size, kick), process);
}

static void create_engine(VirtIOGPU *gpu)
{
    VirtIOGPUBase *base = VIRTIO_GPU_BASE(gpu);
    VgpuConfig config = {
        .max_outputs = base->max_outputs,
        .max_hostmem = gpu->max_hostmem,
        .queues = { &gpu->queues[0].base, &gpu->queues[1].base },
        .memory = gpu->memory,
        .sink = &gpu->sink.base,
        .window = gpu->window,
        .loop = &vgpu_main_loop,
        .blob_alignment = gpu->blob_alignment,
        .view_ways = gpu->blob_views,
        .executor = gpu->executor ? g_steal_pointer(&gpu->executor)
                                  : vgpu_executor_create_thread(&vgpu_main_loop),
        .renderer_3d = g_steal_pointer(&gpu->renderer_3d),
        .observer = &vgpu_observer,
    };
    VgpuOutput first = {
        .enabled = true,
        .width = base->xres,
        .height = base->yres,
        .refresh_millihertz = base->refresh_rate * 1000,
    };

    gpu->has_3d = config.renderer_3d;
    gpu->device = vgpu_device_create(&config);
    vgpu_device_set_output(gpu->device, 0, &first);
    vgpu_device_clear_events(gpu->device, VIRTIO_GPU_EVENT_DISPLAY);
}

static bool check_properties(VirtIOGPU *gpu, Error **errp)
{
    uint32_t size = gpu->ctrl_queue_size;

    if (size < CTRL_QUEUE_SIZE || size > VIRTQUEUE_MAX_SIZE || (size & (size - 1))) {
        error_setg(errp, "ctrl_queue_size must be a power of 2 from %d to %d, not %u",
                   CTRL_QUEUE_SIZE, VIRTQUEUE_MAX_SIZE, size);
        return false;
    }
    if (gpu->blob_alignment & (gpu->blob_alignment - 1)) {
        error_setg(errp, "blob_alignment must be 0 or a power of 2, not %u", gpu->blob_alignment);
        return false;
    }
    if (gpu->blob_alignment && !virtio_gpu_offers(&gpu->parent_obj, VIRTIO_GPU_F_RESOURCE_BLOB)) {
        error_setg(errp, "blob_alignment needs blob=on");
        return false;
    }
    return true;
}

static void virtio_gpu_realize(DeviceState *dev, Error **errp)
{
    VirtIODevice *vdev = VIRTIO_DEVICE(dev);
    VirtIOGPU *gpu = VIRTIO_GPU(dev);
    VirtioDeviceClass *parent = VIRTIO_DEVICE_CLASS(object_class_by_name(TYPE_VIRTIO_GPU_BASE));
    ERRP_GUARD();

    if (!check_properties(gpu, errp)) {
        return;
    }
    parent->realize(dev, errp);
    if (*errp) {
        return;
    }
    virtio_init(vdev, VIRTIO_ID_GPU, config_size(gpu));
    add_queue(gpu, VGPU_QUEUE_CONTROL, gpu->ctrl_queue_size, handle_ctrl, process_ctrl);
    add_queue(gpu, VGPU_QUEUE_CURSOR, CURSOR_QUEUE_SIZE, handle_cursor, process_cursor);
    gpu->memory = vgpu_memory_create(vdev);
    vgpu_console_sink_init(&gpu->sink, VIRTIO_GPU_BASE(gpu));
    create_engine(gpu);
    gpu->vm_change = qdev_add_vm_change_state_handler(dev, vm_state_changed, gpu);
    vgpu_properties_realize(gpu);
}

static void virtio_gpu_unrealize(DeviceState *dev)
{
    VirtIODevice *vdev = VIRTIO_DEVICE(dev);
    VirtIOGPU *gpu = VIRTIO_GPU(dev);
    VirtioDeviceClass *parent = VIRTIO_DEVICE_CLASS(object_class_by_name(TYPE_VIRTIO_GPU_BASE));

    qemu_del_vm_change_state_handler(gpu->vm_change);
    g_clear_pointer(&gpu->device, vgpu_device_destroy);
    parent->unrealize(dev);
    vgpu_console_sink_finish(&gpu->sink);
    vgpu_memory_orphan(gpu->memory);
    g_clear_pointer(&gpu->memory, vgpu_memory_unref);
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        vgpu_virtqueue_finish(&gpu->queues[i]);
        virtio_del_queue(vdev, i);
    }
    virtio_cleanup(vdev);
}

static Property virtio_gpu_properties[] = {
    DEFINE_PROP_SIZE("max_hostmem", VirtIOGPU, max_hostmem, 256 * MiB),
    DEFINE_PROP_BIT("blob", VirtIOGPU, parent_obj.features, VIRTIO_GPU_F_RESOURCE_BLOB, false),
    DEFINE_PROP_UINT32("blob_alignment", VirtIOGPU, blob_alignment, 0),
    DEFINE_PROP_UINT32("x-blob-views", VirtIOGPU, blob_views, VGPU_VIEW_ANY),
    DEFINE_PROP_BIT("resource_uuid", VirtIOGPU, parent_obj.features, VIRTIO_GPU_F_RESOURCE_UUID,
                    false),
    DEFINE_PROP_UINT32("ctrl_queue_size", VirtIOGPU, ctrl_queue_size, CTRL_QUEUE_SIZE),
    DEFINE_PROP_END_OF_LIST(),
};

static void virtio_gpu_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    VirtioDeviceClass *vdc = VIRTIO_DEVICE_CLASS(klass);
    VirtIOGPUBaseClass *base = VIRTIO_GPU_BASE_CLASS(klass);

    device_class_set_props(dc, virtio_gpu_properties);
    vgpu_properties_class_init(klass);
    dc->vmsd = &vgpu_vmstate;
    vdc->realize = virtio_gpu_realize;
    vdc->unrealize = virtio_gpu_unrealize;
    vdc->get_features = virtio_gpu_get_features;
    vdc->set_features = virtio_gpu_set_features;
    vdc->get_config = virtio_gpu_get_config;
    vdc->set_config = virtio_gpu_set_config;
    vdc->reset = virtio_gpu_reset;
    vdc->queue_reset = virtio_gpu_queue_reset;
    base->drives_display = virtio_gpu_drives_display;
    base->ui_info = virtio_gpu_ui_info;
    base->gl_block = virtio_gpu_gl_block;
    base->gfx_update = virtio_gpu_gfx_update;
}

static const TypeInfo virtio_gpu_info = {
    .name = TYPE_VIRTIO_GPU,
    .parent = TYPE_VIRTIO_GPU_BASE,
    .instance_size = sizeof(VirtIOGPU),
    .class_init = virtio_gpu_class_init,
};

static void virtio_gpu_register_types(void)
{
    type_register_static(&virtio_gpu_info);
}

type_init(virtio_gpu_register_types)
