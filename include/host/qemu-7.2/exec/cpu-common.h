/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Host memory blocks behind guest memory.
 */
#ifndef HOST_QEMU_EXEC_CPU_COMMON_H
#define HOST_QEMU_EXEC_CPU_COMMON_H

#include "exec/hwaddr.h"
#include "qemu/osdep.h"

typedef uintptr_t ram_addr_t;

RAMBlock *qemu_ram_block_from_host(void *ptr, bool round_offset, ram_addr_t *offset);
void *qemu_ram_get_host_addr(RAMBlock *rb);
ram_addr_t qemu_ram_get_offset(RAMBlock *rb);
ram_addr_t qemu_ram_get_used_length(RAMBlock *rb);
int qemu_ram_get_fd(RAMBlock *rb);
const char *qemu_ram_get_idstr(RAMBlock *rb);
bool qemu_ram_is_shared(RAMBlock *rb);
size_t qemu_ram_pagesize(RAMBlock *rb);

#endif
