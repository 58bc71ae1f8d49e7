/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes and results of memory transactions.
 */
#ifndef HOST_QEMU_EXEC_MEMATTRS_H
#define HOST_QEMU_EXEC_MEMATTRS_H

#include "qemu/osdep.h"
#include "host-layout.h"

typedef struct MemTxAttrs {
    unsigned int unspecified : 1;
    unsigned int secure : 1;
    unsigned int user : 1;
    unsigned int memory : 1;
    unsigned int requester_id : 16;
    unsigned int byte_swap : 1;
    unsigned int target_tlb_bit0 : 1;
    unsigned int target_tlb_bit1 : 1;
    unsigned int target_tlb_bit2 : 1;
} MemTxAttrs;
HOST_LAYOUT(MemTxAttrs, 4);

#define MEMTXATTRS_UNSPECIFIED ((MemTxAttrs) { .unspecified = 1 })

typedef uint32_t MemTxResult;

#define MEMTX_OK            0
#define MEMTX_ERROR         1
#define MEMTX_DECODE_ERROR  2
#define MEMTX_ACCESS_ERROR  4

#endif
