/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The specification's GPU device: commands, responses, features.
 */
#ifndef HOST_QEMU_STANDARD_HEADERS_LINUX_VIRTIO_GPU_H
#define HOST_QEMU_STANDARD_HEADERS_LINUX_VIRTIO_GPU_H

#include <linux/virtio_gpu.h>

#endif
