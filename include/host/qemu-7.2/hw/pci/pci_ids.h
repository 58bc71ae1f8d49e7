/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI numbers.
 */
#ifndef HOST_QEMU_HW_PCI_PCI_IDS_H
#define HOST_QEMU_HW_PCI_PCI_IDS_H

#define PCI_CLASS_DISPLAY_VGA          0x300
#define PCI_CLASS_DISPLAY_OTHER        0x380
#define PCI_VENDOR_ID_REDHAT_QUMRANET  0x1af4

#endif
