/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bus between a virtio device and its transport.
 */
#ifndef HOST_QEMU_HW_VIRTIO_VIRTIO_BUS_H
#define HOST_QEMU_HW_VIRTIO_VIRTIO_BUS_H

#include "hw/qdev-core.h"

#define TYPE_VIRTIO_BUS "virtio-bus"

typedef struct VirtioBusState VirtioBusState;
typedef struct VirtioBusClass VirtioBusClass;
DECLARE_OBJ_CHECKERS(VirtioBusState, VirtioBusClass, VIRTIO_BUS, TYPE_VIRTIO_BUS)

struct VirtioBusState {
    BusState parent_obj;
    bool ioeventfd_started;
    int ioeventfd_grabbed;
};
HOST_LAYOUT(VirtioBusState, 128);
HOST_LAYOUT_AT(VirtioBusState, ioeventfd_started, 120);
HOST_LAYOUT_AT(VirtioBusState, ioeventfd_grabbed, 124);

struct VirtioBusClass {
    BusClass parent;
    uint8_t host_pad0[184];
};
HOST_LAYOUT(VirtioBusClass, 344);

#endif
