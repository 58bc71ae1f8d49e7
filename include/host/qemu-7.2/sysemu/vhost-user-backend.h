/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The object that ties a virtio device to its back end.
 */
#ifndef HOST_QEMU_SYSEMU_VHOST_USER_BACKEND_H
#define HOST_QEMU_SYSEMU_VHOST_USER_BACKEND_H

#include "hw/virtio/vhost-user.h"

#define TYPE_VHOST_USER_BACKEND "vhost-user-backend"
OBJECT_DECLARE_SIMPLE_TYPE(VhostUserBackend, VHOST_USER_BACKEND)

struct VhostUserBackend {
    Object parent;
    char *chr_name;
    CharBackend chr;
    VhostUserState vhost_user;
    struct vhost_dev dev;       /* its `vqs` are freed with the object */
    VirtIODevice *vdev;
    bool started;
    bool completed;
};
HOST_LAYOUT(VhostUserBackend, 784);
HOST_LAYOUT_AT(VhostUserBackend, chr_name, 40);
HOST_LAYOUT_AT(VhostUserBackend, chr, 48);
HOST_LAYOUT_AT(VhostUserBackend, vhost_user, 104);
HOST_LAYOUT_AT(VhostUserBackend, dev, 128);
HOST_LAYOUT_AT(VhostUserBackend, vdev, 768);
HOST_LAYOUT_AT(VhostUserBackend, started, 776);
HOST_LAYOUT_AT(VhostUserBackend, completed, 777);

/* Both report what goes wrong; `started` tells how it went. */
void vhost_user_backend_start(VhostUserBackend *b);
void vhost_user_backend_stop(VhostUserBackend *b);

#endif
