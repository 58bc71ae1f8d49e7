/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtqueue as the engine's queue.
 *
 * A kick may arrive on a vCPU's thread, inside the dispatch of its register write; the work is
 * done on the main loop, where displays may be called.
 */
#include "qemu/osdep.h"
#include "hw/display/virtio-gpu-engine.h"

/* What virtqueue_pop() allocates: its element first. */
typedef struct VgpuElement {
    VirtQueueElement element;
    VgpuCommand command;
} VgpuElement;

static VgpuVirtQueue *virtqueue_of(VgpuQueue *queue)
{
    return container_of(queue, VgpuVirtQueue, base);
}

static VgpuElement *element_of(VgpuCommand *command)
{
    return container_of(command, VgpuElement, command);
}

/*
 * Rings and buffers can be placed by the guest on the device's own registers. While the engine is
 * at work a write there must not come back to it, so the transport's guard is up for every access,
 * as it is in the bottom half that a kick schedules.
 */
static bool enter_guest_memory(VgpuVirtQueue *queue)
{
    bool before = queue->guard->engaged_in_io;

    queue->guard->engaged_in_io = true;
    return before;
}

static void leave_guest_memory(VgpuVirtQueue *queue, bool before)
{
    queue->guard->engaged_in_io = before;
}

static VgpuCommand *virtqueue_pop_command(VgpuQueue *base)
{
    VgpuVirtQueue *queue = virtqueue_of(base);
    VgpuElement *element;
    bool before;

    if (queue->paused) {
        return NULL;
    }
    before = enter_guest_memory(queue);
    element = virtqueue_pop(queue->vq, sizeof(*element));
    leave_guest_memory(queue, before);
    if (!element) {
        return NULL;
    }
    element->command = (VgpuCommand) {
        .out = element->element.out_sg,
        .n_out = element->element.out_num,
        .in = element->element.in_sg,
        .n_in = element->element.in_num,
    };
    return &element->command;
}

static void virtqueue_push_command(VgpuQueue *base, VgpuCommand *command, size_t written)
{
    VgpuVirtQueue *queue = virtqueue_of(base);
    VgpuElement *element = element_of(command);
    bool before = enter_guest_memory(queue);

    virtqueue_fill(queue->vq, &element->element, written, queue->n_filled++);
    leave_guest_memory(queue, before);
    g_free(element);
}

static void virtqueue_detach_command(VgpuQueue *base, VgpuCommand *command)
{
    VgpuVirtQueue *queue = virtqueue_of(base);
    VgpuElement *element = element_of(command);

    virtqueue_detach_element(queue->vq, &element->element, 0);
    g_free(element);
}

static void virtqueue_notify_driver(VgpuQueue *base)
{
    VgpuVirtQueue *queue = virtqueue_of(base);
    bool before = enter_guest_memory(queue);

    virtqueue_flush(queue->vq, queue->n_filled);
    queue->n_filled = 0;
    virtio_notify(queue->vdev, queue->vq);
    leave_guest_memory(queue, before);
}

static const VgpuQueueOps virtqueue_ops = {
    .pop = virtqueue_pop_command,
    .push = virtqueue_push_command,
    .detach = virtqueue_detach_command,
    .notify = virtqueue_notify_driver,
};

void vgpu_virtqueue_init(VgpuVirtQueue *queue, VirtIODevice *vdev, VirtQueue *vq, QEMUBHFunc *process)
{
    queue->base.ops = &virtqueue_ops;
    queue->vdev = vdev;
    queue->vq = vq;
    queue->guard = &qdev_get_parent_bus(DEVICE(vdev))->parent->mem_reentrancy_guard;
    queue->bh = virtio_bh_new_guarded(DEVICE(vdev), process, vdev);
}

void vgpu_virtqueue_finish(VgpuVirtQueue *queue)
{
    g_clear_pointer(&queue->bh, qemu_bh_delete);
}

void vgpu_virtqueue_reset(VgpuVirtQueue *queue)
{
    qemu_bh_cancel(queue->bh);
    queue->n_filled = 0;
}
