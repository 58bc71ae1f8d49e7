/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory access by devices.
 */
#ifndef HOST_QEMU_SYSEMU_DMA_H
#define HOST_QEMU_SYSEMU_DMA_H

#include "exec/memory.h"

typedef uint64_t dma_addr_t;

typedef enum {
    DMA_DIRECTION_TO_DEVICE = 0,
    DMA_DIRECTION_FROM_DEVICE = 1,
} DMADirection;

static inline void *dma_memory_map(AddressSpace *as, dma_addr_t addr, dma_addr_t *len,
                                   DMADirection dir, MemTxAttrs attrs)
{
    return address_space_map(as, addr, len, dir == DMA_DIRECTION_FROM_DEVICE, attrs);
}

static inline void dma_memory_unmap(AddressSpace *as, void *buffer, dma_addr_t len,
                                    DMADirection dir, dma_addr_t access_len)
{
    address_space_unmap(as, buffer, len, dir == DMA_DIRECTION_FROM_DEVICE, access_len);
}

#endif
