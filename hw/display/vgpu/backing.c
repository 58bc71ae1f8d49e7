/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "backing.h"

#include <string.h>

/* Between two looks at whether a copy is still wanted. */
#define CANCEL_INTERVAL (256 * 1024)

/* The entries as they come, with adjacent ones joined: a range may not outgrow 32 bits on the wire. */
static uint32_t join_adjacent(struct virtio_gpu_mem_entry *joined,
                              const struct virtio_gpu_mem_entry *entries, uint32_t n_entries)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < n_entries; i++) {
        if (!entries[i].length || entries[i].addr + entries[i].length < entries[i].addr) {
            return 0;
        }
        if (n && joined[n - 1].addr + joined[n - 1].length == entries[i].addr &&
            joined[n - 1].length <= UINT32_MAX - entries[i].length) {
            joined[n - 1].length += entries[i].length;
        } else {
            joined[n++] = entries[i];
        }
    }
    return n;
}

G_STATIC_ASSERT(offsetof(VgpuRange, start) == 0);

typedef struct Mapper {
    VgpuBacking *backing;
    uint32_t room;   /* ranges allocated, without the sentinel */
} Mapper;

static size_t backing_bytes(uint32_t n_ranges)
{
    return sizeof(VgpuBacking) + n_ranges * sizeof(VgpuRange) + sizeof(uint64_t);
}

static void append_range(Mapper *mapper, uint64_t address, void *host, uint64_t length)
{
    VgpuBacking *backing = mapper->backing;

    if (backing->n_ranges == mapper->room) {
        /* Rare: an entry that crosses from one block of RAM into the next. */
        mapper->room += mapper->room / 2 + 16;
        backing = mapper->backing = g_realloc(backing, backing_bytes(mapper->room));
    }
    backing->ranges[backing->n_ranges++] = (VgpuRange) {
        .address = address, .start = backing->size, .host = host,
    };
    backing->size += length;
    backing->ranges[backing->n_ranges].start = backing->size;
}

static bool map_entry(Mapper *mapper, const struct virtio_gpu_mem_entry *entry)
{
    VgpuMemory *memory = mapper->backing->memory;
    uint64_t address = entry->addr;
    uint64_t left = entry->length;

    while (left) {
        uint64_t mapped = left;
        void *host = memory->ops->map(memory, address, &mapped);

        if (!host) {
            return false;
        }
        append_range(mapper, address, host, mapped);
        address += mapped;
        left -= mapped;
    }
    return true;
}

VgpuBacking *vgpu_backing_create(VgpuMemory *memory, const struct virtio_gpu_mem_entry *entries,
                                 uint32_t n_entries)
{
    g_autofree struct virtio_gpu_mem_entry *joined = g_new(struct virtio_gpu_mem_entry, n_entries);
    uint32_t n = join_adjacent(joined, entries, n_entries);
    Mapper mapper = { .room = n };

    if (!n) {
        return NULL;
    }
    mapper.backing = g_malloc(backing_bytes(n));
    *mapper.backing = (VgpuBacking) { .memory = vgpu_memory_ref(memory) };
    g_ref_count_init(&mapper.backing->references);
    for (uint32_t i = 0; i < n; i++) {
        if (!map_entry(&mapper, &joined[i])) {
            vgpu_backing_unref(mapper.backing);
            return NULL;
        }
    }
    return mapper.backing;
}

VgpuBacking *vgpu_backing_ref(VgpuBacking *backing)
{
    g_ref_count_inc(&backing->references);
    return backing;
}

void vgpu_backing_unref(VgpuBacking *backing)
{
    if (!backing || !g_ref_count_dec(&backing->references)) {
        return;
    }
    for (uint32_t i = 0; i < backing->n_ranges; i++) {
        backing->memory->ops->unmap(backing->memory, backing->ranges[i].host,
                                    vgpu_backing_range_size(backing, i));
    }
    vgpu_memory_unref(backing->memory);
    g_free(backing);
}

bool vgpu_backing_contains(const VgpuBacking *backing, const VgpuRows *rows)
{
    uint64_t extent;

    if (__builtin_mul_overflow(rows->from_stride, (uint64_t)rows->n_rows - 1, &extent) ||
        __builtin_add_overflow(extent, rows->row_bytes, &extent) ||
        __builtin_add_overflow(extent, rows->offset, &extent)) {
        return false;
    }
    return extent <= backing->size;
}

static uint32_t find_range(const VgpuBacking *backing, uint64_t offset)
{
    uint32_t low = 0, high = backing->n_ranges;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (backing->ranges[middle].start <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Reads from the range at `range` on, which is not behind `offset`; returns the last one used. */
static const VgpuRange *read_bytes(const VgpuRange *range, uint64_t offset, uint8_t *to,
                                   uint64_t left)
{
    while (range[1].start <= offset) {
        range++;
    }
    for (;;) {
        uint64_t part = MIN(left, range[1].start - offset);

        memcpy(to, range->host + (offset - range->start), part);
        left -= part;
        if (!left) {
            return range;
        }
        to += part;
        offset += part;
        range++;
    }
}

void vgpu_backing_read_rows(const VgpuBacking *backing, const VgpuRows *rows,
                            VgpuOperation *operation)
{
    const VgpuRange *range = &backing->ranges[find_range(backing, rows->offset)];
    uint64_t unchecked = 0;

    for (uint32_t row = 0; row < rows->n_rows; row++) {
        range = read_bytes(range, rows->offset + row * rows->from_stride,
                           rows->to + row * rows->to_stride, rows->row_bytes);
        unchecked += rows->row_bytes;
        if (unchecked >= CANCEL_INTERVAL) {
            unchecked = 0;
            if (operation && vgpu_operation_is_cancelled(operation)) {
                return;
            }
        }
    }
}
