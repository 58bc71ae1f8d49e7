/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The specification's PCI transport: capabilities.
 */
#ifndef HOST_QEMU_STANDARD_HEADERS_LINUX_VIRTIO_PCI_H
#define HOST_QEMU_STANDARD_HEADERS_LINUX_VIRTIO_PCI_H

#include <linux/virtio_pci.h>

#endif
