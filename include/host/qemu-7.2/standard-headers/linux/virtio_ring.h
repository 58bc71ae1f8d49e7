/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The specification's ring feature bits.
 */
#ifndef HOST_QEMU_STANDARD_HEADERS_LINUX_VIRTIO_RING_H
#define HOST_QEMU_STANDARD_HEADERS_LINUX_VIRTIO_RING_H

#include <linux/virtio_ring.h>

#endif
