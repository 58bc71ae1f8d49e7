/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-memory.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct VgpuFakeHole {
    uint64_t start;
    uint64_t end;
} VgpuFakeHole;

typedef struct Mapping {
    void *host;
    uint64_t length;
    unsigned count;
} Mapping;

static guint mapping_hash(gconstpointer key)
{
    const Mapping *mapping = key;

    return g_direct_hash(mapping->host) * 31 + (guint)mapping->length;
}

static gboolean mapping_equal(gconstpointer a, gconstpointer b)
{
    const Mapping *left = a, *right = b;

    return left->host == right->host && left->length == right->length;
}

static void remember_mapping(VgpuFakeMemory *self, void *host, uint64_t length)
{
    Mapping key = { .host = host, .length = length };
    Mapping *mapping = g_hash_table_lookup(self->live, &key);

    if (!mapping) {
        mapping = g_new(Mapping, 1);
        *mapping = key;
        g_hash_table_add(self->live, mapping);
    }
    mapping->count++;
    self->n_live++;
    self->n_maps++;
}

/* Bytes of RAM from `address` on that map together; 0 where nothing maps. */
static uint64_t mappable(VgpuFakeMemory *self, uint64_t address)
{
    uint64_t offset = address - VGPU_FAKE_RAM_START;
    uint64_t length;

    if (offset >= 2 * self->block_size) {
        return 0;
    }
    length = self->block_size - offset % self->block_size;
    for (guint i = 0; i < self->holes->len; i++) {
        VgpuFakeHole *hole = &g_array_index(self->holes, VgpuFakeHole, i);

        if (address >= hole->start && address < hole->end) {
            return 0;
        }
        if (hole->start > address) {
            length = MIN(length, hole->start - address);
        }
    }
    return self->longest_map ? MIN(length, self->longest_map) : length;
}

static void *fake_map(VgpuMemory *memory, uint64_t address, uint64_t *length)
{
    VgpuFakeMemory *self = (VgpuFakeMemory *)memory;
    void *host;

    g_assert_cmpuint(*length, >, 0);
    self->n_asked++;
    if (self->on_map) {
        self->on_map(self->on_map_opaque);
    }
    *length = MIN(*length, mappable(self, address));
    if (!*length || !self->maps_left) {
        return NULL;
    }
    if (self->maps_left > 0) {
        self->maps_left--;
    }
    host = vgpu_fake_memory_at(self, address);
    remember_mapping(self, host, *length);
    return host;
}

static void fake_unmap(VgpuMemory *memory, void *host, uint64_t length)
{
    VgpuFakeMemory *self = (VgpuFakeMemory *)memory;
    Mapping key = { .host = host, .length = length };
    Mapping *mapping = g_hash_table_lookup(self->live, &key);

    g_assert_nonnull(mapping);
    self->n_live--;
    if (!--mapping->count) {
        g_hash_table_remove(self->live, mapping);
    }
}

static void fake_destroy(VgpuMemory *memory)
{
    VgpuFakeMemory *self = (VgpuFakeMemory *)memory;

    g_assert_cmpuint(self->n_live, ==, 0);
    g_assert_cmpuint(self->n_pins, ==, 0);
    *self->gone = true;
    g_hash_table_unref(self->live);
    g_array_unref(self->holes);
    for (int i = 0; i < 2; i++) {
        if (self->files[i] >= 0) {
            munmap(self->blocks[i], self->block_size);
            close(self->files[i]);
        } else {
            g_free(self->blocks[i]);
        }
    }
    g_free(self);
}

static bool fake_get_file(VgpuMemory *memory, void *host, VgpuFileRange *range)
{
    VgpuFakeMemory *self = (VgpuFakeMemory *)memory;

    for (int i = 0; i < 2; i++) {
        uint64_t offset = (uint8_t *)host - self->blocks[i];

        if (offset < self->block_size) {
            *range = (VgpuFileRange) { .fd = self->files[i], .offset = offset };
            return self->files[i] >= 0;
        }
    }
    g_assert_not_reached();
}

static bool fake_pin(VgpuMemory *memory, bool pin)
{
    VgpuFakeMemory *self = (VgpuFakeMemory *)memory;

    g_assert_true(pin || self->n_pins);
    self->n_pins += pin ? 1 : -1;
    return true;
}

static const VgpuMemoryOps fake_memory_ops = {
    .map = fake_map,
    .unmap = fake_unmap,
    .get_file = fake_get_file,
    .pin = fake_pin,
    .destroy = fake_destroy,
};

static VgpuFakeMemory *create_without_blocks(uint64_t block_size, bool *gone)
{
    VgpuFakeMemory *self = g_new0(VgpuFakeMemory, 1);

    vgpu_memory_init(&self->base, &fake_memory_ops);
    self->block_size = block_size;
    self->holes = g_array_new(FALSE, FALSE, sizeof(VgpuFakeHole));
    self->live = g_hash_table_new_full(mapping_hash, mapping_equal, g_free, NULL);
    self->maps_left = -1;
    self->gone = gone;
    *gone = false;
    return self;
}

VgpuFakeMemory *vgpu_fake_memory_create(uint64_t block_size, bool *gone)
{
    VgpuFakeMemory *self = create_without_blocks(block_size, gone);

    for (int i = 0; i < 2; i++) {
        self->files[i] = -1;
        self->blocks[i] = g_malloc0(block_size);
    }
    return self;
}

VgpuFakeMemory *vgpu_fake_memory_create_in_files(uint64_t block_size, bool *gone)
{
    VgpuFakeMemory *self = create_without_blocks(block_size, gone);

    for (int i = 0; i < 2; i++) {
        self->files[i] = memfd_create("ram", MFD_CLOEXEC);
        g_assert_cmpint(self->files[i], >=, 0);
        g_assert_cmpint(ftruncate(self->files[i], block_size), ==, 0);
        self->blocks[i] = mmap(NULL, block_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                               self->files[i], 0);
        g_assert_true(self->blocks[i] != MAP_FAILED);
    }
    return self;
}

void vgpu_fake_memory_punch(VgpuFakeMemory *memory, uint64_t address, uint64_t length)
{
    VgpuFakeHole hole = { .start = address, .end = address + length };

    g_array_append_val(memory->holes, hole);
}

uint8_t *vgpu_fake_memory_at(VgpuFakeMemory *memory, uint64_t address)
{
    uint64_t offset = address - VGPU_FAKE_RAM_START;

    if (offset >= 2 * memory->block_size) {
        return NULL;
    }
    return memory->blocks[offset / memory->block_size] + offset % memory->block_size;
}

void vgpu_fake_memory_read(VgpuFakeMemory *memory, uint64_t address, void *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)data)[i] = *vgpu_fake_memory_at(memory, address + i);
    }
}

void vgpu_fake_memory_write(VgpuFakeMemory *memory, uint64_t address, const void *data,
                            size_t size)
{
    for (size_t i = 0; i < size; i++) {
        *vgpu_fake_memory_at(memory, address + i) = ((const uint8_t *)data)[i];
    }
}

void vgpu_fake_memory_fill(VgpuFakeMemory *memory, uint32_t seed)
{
    uint64_t state = seed;

    for (int block = 0; block < 2; block++) {
        uint64_t *words = (uint64_t *)memory->blocks[block];

        for (uint64_t i = 0; i < memory->block_size / sizeof(*words); i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            words[i] = state ^ state >> 29;
        }
    }
}
