/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuFakeMemory: guest memory made of two blocks of RAM with nothing around them.
 *
 * The blocks follow each other in guest memory but not in this process, so a mapping that crosses
 * from one into the other is shortened, as it is in a real machine. Holes act like device memory:
 * they do not map. Every unmap must name a live mapping exactly. Owner thread.
 */
#ifndef TESTS_UNIT_FAKE_MEMORY_H
#define TESTS_UNIT_FAKE_MEMORY_H

#include "hw/display/vgpu/ports.h"

#define VGPU_FAKE_RAM_START 0x100000ull

typedef struct VgpuFakeMemory {
    VgpuMemory base;
    uint64_t block_size;   /* bytes of each of the two blocks */
    uint8_t *blocks[2];
    int files[2];          /* memfds behind the blocks, -1: none */
    unsigned n_pins;
    GArray *holes;         /* of VgpuFakeHole */
    uint64_t longest_map;  /* bytes, 0: as long as the block */
    int64_t maps_left;     /* mappings until the next ones fail, negative: no limit */
    GHashTable *live;      /* mappings, counted */
    unsigned n_live;
    uint64_t n_asked;      /* for mappings since the start */
    uint64_t n_maps;       /* made of them */
    bool *gone;            /* set when the last reference goes */
    /* Called by every map: what a guest can make happen in the middle of one. */
    void (*on_map)(void *opaque);
    void *on_map_opaque;
} VgpuFakeMemory;

/* Counted like any VgpuMemory: the caller gets the first reference. */
VgpuFakeMemory *vgpu_fake_memory_create(uint64_t block_size, bool *gone);

/* The same with RAM in files, for who can make use of that. Sizes are whole pages. */
VgpuFakeMemory *vgpu_fake_memory_create_in_files(uint64_t block_size, bool *gone);

/* Nothing maps from `address` on for `length` bytes. */
void vgpu_fake_memory_punch(VgpuFakeMemory *memory, uint64_t address, uint64_t length);

/* Where a guest address lies in this process, however far it goes. NULL: not RAM. */
uint8_t *vgpu_fake_memory_at(VgpuFakeMemory *memory, uint64_t address);

/* Reads and writes bytes of RAM that may cross from one block into the other. */
void vgpu_fake_memory_read(VgpuFakeMemory *memory, uint64_t address, void *data, size_t size);
void vgpu_fake_memory_write(VgpuFakeMemory *memory, uint64_t address, const void *data,
                            size_t size);

/* Fills all RAM with numbers that follow from `seed`. */
void vgpu_fake_memory_fill(VgpuFakeMemory *memory, uint32_t seed);

#endif
