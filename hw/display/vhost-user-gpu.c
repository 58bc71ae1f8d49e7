/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost-user-gpu: the virtio device in front of a GPU in another process.
 *
 * It offers the guest what the back end can do, starts and stops it with the driver, and keeps what
 * the host knows: outputs and consoles. Big lock throughout.
 */
#include "qemu/osdep.h"

#include "hw/display/vhost-user-gpu.h"
#include "hw/qdev-properties.h"
#include "migration/blocker.h"
#include "qapi/error.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "standard-headers/linux/virtio_ids.h"

module_obj(TYPE_VHOST_USER_GPU);

#define CTRL_QUEUE_SIZE   64
#define CURSOR_QUEUE_SIZE 16

static VirtioDeviceClass *parent_class(void)
{
    return VIRTIO_DEVICE_CLASS(object_class_by_name(TYPE_VIRTIO_GPU_BASE));
}

/* ---- displays ------------------------------------------------------------------------------- */

static void commit_heads(void *opaque)
{
    VhostUserGPU *gpu = opaque;

    for (uint32_t i = 0; i < gpu->parent_obj.max_outputs; i++) {
        vgpu_vhost_head_commit(&gpu->heads[i]);
    }
}

void vgpu_vhost_commit(VhostUserGPU *gpu)
{
    if (pthread_equal(gpu->main_thread, pthread_self())) {
        commit_heads(gpu);
    } else {
        qemu_bh_schedule(gpu->bh);
    }
}

static bool drives_display(VirtIOGPUBase *base)
{
    return VHOST_USER_GPU(base)->drives;
}

static void ui_info(VirtIOGPUBase *base, uint32_t head, const QemuUIInfo *info)
{
    VhostUserGPU *gpu = VHOST_USER_GPU(base);

    gpu->outputs[head] = (VgpuOutput) {
        .enabled = info->width && info->height,
        .width = info->width,
        .height = info->height,
        .width_mm = info->width_mm,
        .height_mm = info->height_mm,
        .refresh_millihertz = base->refresh_rate * 1000 ?: info->refresh_rate,
    };
    gpu->events |= VIRTIO_GPU_EVENT_DISPLAY;
    virtio_notify_config(VIRTIO_DEVICE(gpu));
}

static void gl_block(VirtIOGPUBase *base, uint32_t head, bool block)
{
    VgpuVhostHead *self = &VHOST_USER_GPU(base)->heads[head];

    if (!block && self->busy) {
        vgpu_vhost_head_release(self);
    }
}

/* ---- virtio --------------------------------------------------------------------------------- */

/* What concerns the queues is up to who runs them; EDIDs to the user, too. */
static uint64_t get_features(VirtIODevice *vdev, uint64_t features, Error **errp)
{
    static const uint64_t of_queues = 1ull << VIRTIO_RING_F_INDIRECT_DESC |
                                      1ull << VIRTIO_RING_F_EVENT_IDX |
                                      1ull << VIRTIO_F_RING_PACKED |
                                      1ull << VIRTIO_F_RING_RESET;
    static const uint64_t of_gpus = 1ull << VIRTIO_GPU_F_VIRGL |
                                    1ull << VIRTIO_GPU_F_EDID |
                                    1ull << VIRTIO_GPU_F_RESOURCE_UUID |
                                    1ull << VIRTIO_GPU_F_RESOURCE_BLOB |
                                    1ull << VIRTIO_GPU_F_CONTEXT_INIT;
    VhostUserGPU *gpu = VHOST_USER_GPU(vdev);
    uint64_t of_back_end = gpu->vhost->dev.features;

    features &= of_back_end | ~of_queues;
    features |= of_back_end & of_gpus;
    if (!virtio_gpu_offers(&gpu->parent_obj, VIRTIO_GPU_F_EDID)) {
        virtio_clear_feature(&features, VIRTIO_GPU_F_EDID);
    }
    return features;
}

static void get_config(VirtIODevice *vdev, uint8_t *config)
{
    VhostUserGPU *gpu = VHOST_USER_GPU(vdev);
    struct virtio_gpu_config wire = {
        .events_read = gpu->events,
        .num_scanouts = gpu->parent_obj.max_outputs,
        .num_capsets = gpu->n_capsets,
    };

    memcpy(config, &wire, sizeof(wire));
}

static void set_config(VirtIODevice *vdev, const uint8_t *config)
{
    struct virtio_gpu_config wire;

    memcpy(&wire, config, sizeof(wire));
    VHOST_USER_GPU(vdev)->events &= ~wire.events_clear;
}

static void set_status(VirtIODevice *vdev, uint8_t status)
{
    VhostUserGPU *gpu = VHOST_USER_GPU(vdev);

    if ((status & VIRTIO_CONFIG_S_DRIVER_OK) && vdev->vm_running) {
        vgpu_vhost_link_start(gpu);
    } else {
        vgpu_vhost_link_stop(gpu);
    }
}

/* After set_status(0): the queues are stopped, and all that the back end sent is recorded. */
static void reset(VirtIODevice *vdev)
{
    VhostUserGPU *gpu = VHOST_USER_GPU(vdev);

    gpu->drives = false;
    gpu->events = 0;
    for (uint32_t i = 0; i < gpu->parent_obj.max_outputs; i++) {
        vgpu_vhost_head_disable(&gpu->heads[i]);
        gpu->heads[i].cursor_visible = false;
        gpu->heads[i].cursor_moved = true;
    }
    /* At once: a VGA that shares the console may paint before the displays are told. */
    graphic_hw_invalidate(gpu->parent_obj.consoles[0]);
    qemu_bh_schedule(gpu->bh);
    if (gpu->hangup_on_reset && gpu->was_used) {
        gpu->was_used = false;
        vgpu_vhost_link_hang_up(gpu);
    }
}

/* Of queues only, not of the configuration; and of nothing without a back end. */
static bool has_notifier(const VhostUserGPU *gpu, int n)
{
    return gpu->connected && n >= 0 && n < VGPU_QUEUE_COUNT;
}

static bool guest_notifier_pending(VirtIODevice *vdev, int n)
{
    VhostUserGPU *gpu = VHOST_USER_GPU(vdev);

    return has_notifier(gpu, n) && vhost_virtqueue_pending(&gpu->vhost->dev, n);
}

static void guest_notifier_mask(VirtIODevice *vdev, int n, bool mask)
{
    VhostUserGPU *gpu = VHOST_USER_GPU(vdev);

    if (has_notifier(gpu, n)) {
        vhost_virtqueue_mask(&gpu->vhost->dev, vdev, n, mask);
    }
}

static struct vhost_dev *get_vhost(VirtIODevice *vdev)
{
    return &VHOST_USER_GPU(vdev)->vhost->dev;
}

/* The back end takes the requests; what is kicked before it does stays on the ring. */
static void ignore_kick(VirtIODevice *vdev, VirtQueue *vq)
{
}

/* ---- life ----------------------------------------------------------------------------------- */

static bool block_migration(VhostUserGPU *gpu, Error **errp)
{
    error_setg(&gpu->migration_blocker, "%s cannot migrate: the guest's pictures are in another "
               "process", TYPE_VHOST_USER_GPU);
    if (migrate_add_blocker(gpu->migration_blocker, errp) < 0) {
        error_free(gpu->migration_blocker);
        gpu->migration_blocker = NULL;
        return false;
    }
    return true;
}

static void unblock_migration(VhostUserGPU *gpu)
{
    if (gpu->migration_blocker) {
        migrate_del_blocker(gpu->migration_blocker);
        error_free(gpu->migration_blocker);
        gpu->migration_blocker = NULL;
    }
}

static void disconnect(VhostUserGPU *gpu)
{
    vgpu_vhost_link_disconnect(gpu);
    vgpu_vhost_channel_finish(&gpu->channel);
    unblock_migration(gpu);
}

static void init_heads(VhostUserGPU *gpu)
{
    VirtIOGPUBase *base = &gpu->parent_obj;

    for (uint32_t i = 0; i < base->max_outputs; i++) {
        vgpu_vhost_head_init(&gpu->heads[i], gpu, base->consoles[i]);
    }
    gpu->outputs[0] = (VgpuOutput) {
        .enabled = true,
        .width = base->xres,
        .height = base->yres,
        .refresh_millihertz = base->refresh_rate * 1000,
    };
    gpu->bh = qemu_bh_new(commit_heads, gpu);
}

static void realize(DeviceState *dev, Error **errp)
{
    VirtIODevice *vdev = VIRTIO_DEVICE(dev);
    VhostUserGPU *gpu = VHOST_USER_GPU(dev);
    ERRP_GUARD();

    if (!block_migration(gpu, errp)) {
        return;
    }
    gpu->main_thread = pthread_self();
    vgpu_vhost_channel_init(&gpu->channel, gpu);
    if (vgpu_vhost_link_connect(gpu, errp)) {
        parent_class()->realize(dev, errp);
    }
    if (*errp) {
        disconnect(gpu);
        return;
    }
    virtio_init(vdev, VIRTIO_ID_GPU, sizeof(struct virtio_gpu_config));
    virtio_add_queue(vdev, CTRL_QUEUE_SIZE, ignore_kick);
    virtio_add_queue(vdev, CURSOR_QUEUE_SIZE, ignore_kick);
    init_heads(gpu);
}

static void unrealize(DeviceState *dev)
{
    VirtIODevice *vdev = VIRTIO_DEVICE(dev);
    VhostUserGPU *gpu = VHOST_USER_GPU(dev);

    disconnect(gpu);
    g_clear_pointer(&gpu->bh, qemu_bh_delete);
    for (uint32_t i = 0; i < gpu->parent_obj.max_outputs; i++) {
        vgpu_vhost_head_finish(&gpu->heads[i]);
    }
    parent_class()->unrealize(dev);
    for (int i = 0; i < VGPU_QUEUE_COUNT; i++) {
        virtio_del_queue(vdev, i);
    }
    virtio_cleanup(vdev);
}

static void instance_init(Object *obj)
{
    VhostUserGPU *gpu = VHOST_USER_GPU(obj);

    gpu->vhost = VHOST_USER_BACKEND(object_new(TYPE_VHOST_USER_BACKEND));
    object_property_add_alias(obj, "chardev", OBJECT(gpu->vhost), "chardev");
}

static void instance_finalize(Object *obj)
{
    object_unref(VHOST_USER_GPU(obj)->vhost);
}

static Property properties[] = {
    DEFINE_PROP_BOOL("hangup_on_reset", VhostUserGPU, hangup_on_reset, false),
    DEFINE_PROP_END_OF_LIST(),
};

static void class_init(ObjectClass *klass, void *data)
{
    VirtioDeviceClass *vdc = VIRTIO_DEVICE_CLASS(klass);
    VirtIOGPUBaseClass *base = VIRTIO_GPU_BASE_CLASS(klass);

    device_class_set_props(DEVICE_CLASS(klass), properties);
    vdc->realize = realize;
    vdc->unrealize = unrealize;
    vdc->get_features = get_features;
    vdc->get_config = get_config;
    vdc->set_config = set_config;
    vdc->set_status = set_status;
    vdc->reset = reset;
    vdc->guest_notifier_pending = guest_notifier_pending;
    vdc->guest_notifier_mask = guest_notifier_mask;
    vdc->get_vhost = get_vhost;
    base->drives_display = drives_display;
    base->ui_info = ui_info;
    base->gl_block = gl_block;
}

static const TypeInfo info = {
    .name = TYPE_VHOST_USER_GPU,
    .parent = TYPE_VIRTIO_GPU_BASE,
    .instance_size = sizeof(VhostUserGPU),
    .instance_init = instance_init,
    .instance_finalize = instance_finalize,
    .class_init = class_init,
};

static void vhost_user_gpu_register(void)
{
    type_register_static(&info);
}

type_init(vhost_user_gpu_register)
