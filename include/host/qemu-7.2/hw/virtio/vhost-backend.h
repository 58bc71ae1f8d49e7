/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who runs the queues of a vhost device.
 */
#ifndef HOST_QEMU_HW_VIRTIO_VHOST_BACKEND_H
#define HOST_QEMU_HW_VIRTIO_VHOST_BACKEND_H

#include "qemu/osdep.h"

typedef enum VhostBackendType {
    VHOST_BACKEND_TYPE_USER = 2,
} VhostBackendType;

struct vhost_dev;

/* Gives the back end its end of the display's socket; negative when it could not be told. */
int vhost_user_gpu_set_socket(struct vhost_dev *dev, int fd);

#endif
