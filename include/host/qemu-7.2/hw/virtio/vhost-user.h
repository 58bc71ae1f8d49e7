/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost devices in another process.
 */
#ifndef HOST_QEMU_HW_VIRTIO_VHOST_USER_H
#define HOST_QEMU_HW_VIRTIO_VHOST_USER_H

#include "chardev/char-fe.h"
#include "hw/virtio/vhost.h"

typedef struct VhostUserState {
    CharBackend *chr;
    uint8_t host_pad0[16];
} VhostUserState;
HOST_LAYOUT(VhostUserState, 24);

bool vhost_user_init(VhostUserState *user, CharBackend *chr, Error **errp);

#endif
