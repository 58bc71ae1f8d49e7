/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's own address spaces.
 */
#ifndef HOST_QEMU_EXEC_ADDRESS_SPACES_H
#define HOST_QEMU_EXEC_ADDRESS_SPACES_H

#include "exec/memory.h"

MemoryRegion *get_system_memory(void);
MemoryRegion *get_system_io(void);

extern AddressSpace address_space_memory;

#endif
