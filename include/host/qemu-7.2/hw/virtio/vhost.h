/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtio device whose queues are run outside the host.
 */
#ifndef HOST_QEMU_HW_VIRTIO_VHOST_H
#define HOST_QEMU_HW_VIRTIO_VHOST_H

#include "hw/virtio/vhost-backend.h"
#include "hw/virtio/virtio.h"

struct vhost_virtqueue {
    uint8_t host_pad0[120];
} QEMU_ALIGNED(8);
HOST_LAYOUT(struct vhost_virtqueue, 120);

typedef struct VhostDevConfigOps {
    int (*vhost_dev_config_notifier)(struct vhost_dev *dev);
} VhostDevConfigOps;
HOST_LAYOUT(VhostDevConfigOps, 8);

struct vhost_dev {
    VirtIODevice *vdev;
    uint8_t host_pad0[424];     /* how it follows the guest's memory */
    struct vhost_virtqueue *vqs;
    unsigned int nvqs;
    uint8_t host_pad1[12];
    uint64_t features;          /* that the back end offers */
    uint64_t acked_features;
    uint8_t host_pad2[32];
    bool started;
    uint8_t host_pad3[135];
} QEMU_ALIGNED(8);
HOST_LAYOUT(struct vhost_dev, 640);
HOST_LAYOUT_AT(struct vhost_dev, vqs, 432);
HOST_LAYOUT_AT(struct vhost_dev, nvqs, 440);
HOST_LAYOUT_AT(struct vhost_dev, features, 456);
HOST_LAYOUT_AT(struct vhost_dev, acked_features, 464);
HOST_LAYOUT_AT(struct vhost_dev, started, 504);

/* `vqs` and `nvqs` are the caller's; a cleanup forgets them without freeing. */
int vhost_dev_init(struct vhost_dev *hdev, void *opaque, VhostBackendType backend_type,
                   uint32_t busyloop_timeout, Error **errp);
void vhost_dev_cleanup(struct vhost_dev *hdev);
int vhost_dev_get_config(struct vhost_dev *hdev, uint8_t *config, uint32_t config_len,
                         Error **errp);
void vhost_dev_set_config_notifier(struct vhost_dev *hdev, const VhostDevConfigOps *ops);
bool vhost_virtqueue_pending(struct vhost_dev *hdev, int n);
void vhost_virtqueue_mask(struct vhost_dev *hdev, VirtIODevice *vdev, int n, bool mask);

#endif
