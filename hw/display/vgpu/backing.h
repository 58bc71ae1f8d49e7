/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuBacking: the guest pages behind a resource, mapped.
 *
 * Immutable once made and counted, so a copy under way on the executor keeps the pages mapped
 * whatever the driver detaches meanwhile. References are taken and dropped by the owner thread;
 * the executor only reads.
 */
#ifndef HW_DISPLAY_VGPU_BACKING_H
#define HW_DISPLAY_VGPU_BACKING_H

#include "hw/display/vgpu/executor.h"

/* Guest memory from `address` on that is contiguous in this process too. */
typedef struct VgpuRange {
    uint64_t start;     /* bytes from the start of the backing; the next range's start is its end */
    uint64_t address;   /* guest physical */
    uint8_t *host;
} VgpuRange;

typedef struct VgpuBacking {
    grefcount references;
    VgpuMemory *memory;
    uint64_t size;        /* bytes */
    uint32_t n_ranges;
    VgpuRange ranges[];   /* n_ranges, and of one more its first member */
} VgpuBacking;

/*
 * Maps the entries of a RESOURCE_ATTACH_BACKING (clause 5.7.6.8); adjacent ones become one range.
 * NULL when an entry is empty, wraps around, or is not RAM: nothing stays mapped then.
 */
VgpuBacking *vgpu_backing_create(VgpuMemory *memory, const struct virtio_gpu_mem_entry *entries,
                                 uint32_t n_entries);
VgpuBacking *vgpu_backing_ref(VgpuBacking *backing);
/* Takes NULL. */
void vgpu_backing_unref(VgpuBacking *backing);

static inline uint64_t vgpu_backing_range_size(const VgpuBacking *backing, uint32_t index)
{
    return backing->ranges[index + 1].start - backing->ranges[index].start;
}

/* Rows of bytes to be read from a backing. */
typedef struct VgpuRows {
    uint64_t offset;       /* of the first row in the backing, bytes */
    uint64_t from_stride;  /* bytes between rows in the backing */
    uint8_t *to;
    uint64_t to_stride;
    uint64_t row_bytes;
    uint32_t n_rows;
} VgpuRows;

/* Whether all rows lie inside the backing. */
bool vgpu_backing_contains(const VgpuBacking *backing, const VgpuRows *rows);

/*
 * Copies rows that the backing contains, walking its ranges once. Any thread; stops early when
 * `operation`, if there is one, is cancelled.
 */
void vgpu_backing_read_rows(const VgpuBacking *backing, const VgpuRows *rows,
                            VgpuOperation *operation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuBacking, vgpu_backing_unref)

#endif
