/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The specification's status and transport feature bits.
 */
#ifndef HOST_QEMU_STANDARD_HEADERS_LINUX_VIRTIO_CONFIG_H
#define HOST_QEMU_STANDARD_HEADERS_LINUX_VIRTIO_CONFIG_H

#include <linux/virtio_config.h>

#endif
