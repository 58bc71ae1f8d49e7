/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The specification's device numbers.
 */
#ifndef HOST_QEMU_STANDARD_HEADERS_LINUX_VIRTIO_IDS_H
#define HOST_QEMU_STANDARD_HEADERS_LINUX_VIRTIO_IDS_H

#include <linux/virtio_ids.h>

#endif
