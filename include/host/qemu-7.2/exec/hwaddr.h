/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest physical addresses.
 */
#ifndef HOST_QEMU_EXEC_HWADDR_H
#define HOST_QEMU_EXEC_HWADDR_H

#include <stdint.h>

typedef uint64_t hwaddr;

#endif
