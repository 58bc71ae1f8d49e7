/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest memory as the engine's memory: mapped ranges of RAM, and nothing else.
 *
 * QEMU maps what is not RAM through one bounce buffer for the whole machine. Backing stays mapped
 * for as long as the driver likes, so such a mapping is given back at once and refused.
 */
#include "qemu/osdep.h"
#include "exec/address-spaces.h"
#include "hw/display/virtio-gpu-engine.h"
#include "sysemu/dma.h"

typedef struct GuestMemory {
    VgpuMemory base;
    VirtIODevice *vdev;   /* NULL: gone */
    /* The RAM that the last mapping lay in, held so that its addresses mean nothing else. */
    MemoryRegion *ram;
    uint8_t *ram_start;
    uint8_t *ram_end;
} GuestMemory;

static GuestMemory *guest_memory(VgpuMemory *memory)
{
    return container_of(memory, GuestMemory, base);
}

static void forget_ram(GuestMemory *memory)
{
    if (memory->ram) {
        memory_region_unref(memory->ram);
        memory->ram = NULL;
        memory->ram_start = memory->ram_end = NULL;
    }
}

/* A renderer also writes to a backing: it would get round the protection of ROM and flash. */
static bool is_writable(const MemoryRegion *ram)
{
    return !ram->readonly && !ram->rom_device;
}

static bool is_ram(GuestMemory *memory, uint8_t *host)
{
    ram_addr_t offset;
    MemoryRegion *ram;

    if (host >= memory->ram_start && host < memory->ram_end) {
        return true;
    }
    ram = memory_region_from_host(host, &offset);
    if (!ram || !is_writable(ram)) {
        return false;
    }
    forget_ram(memory);
    memory_region_ref(ram);
    memory->ram = ram;
    memory->ram_start = memory_region_get_ram_ptr(ram);
    memory->ram_end = memory->ram_start + memory_region_size(ram);
    return true;
}

static void *guest_memory_map(VgpuMemory *base, uint64_t address, uint64_t *length)
{
    GuestMemory *memory = guest_memory(base);
    AddressSpace *as = memory->vdev->dma_as;
    dma_addr_t mapped = *length;
    void *host = dma_memory_map(as, address, &mapped, DMA_DIRECTION_TO_DEVICE,
                                MEMTXATTRS_UNSPECIFIED);

    if (host && !is_ram(memory, host)) {
        dma_memory_unmap(as, host, mapped, DMA_DIRECTION_TO_DEVICE, 0);
        return NULL;
    }
    *length = mapped;
    return host;
}

static void guest_memory_unmap(VgpuMemory *base, void *host, uint64_t length)
{
    /* Of RAM no question is asked of the address space, and the device's may be gone. */
    dma_memory_unmap(&address_space_memory, host, length, DMA_DIRECTION_TO_DEVICE, length);
}

static bool guest_memory_get_file(VgpuMemory *base, void *host, VgpuFileRange *range)
{
    GuestMemory *memory = guest_memory(base);

    if (!is_ram(memory, host) || !qemu_ram_is_shared(memory->ram->ram_block)) {
        return false;
    }
    range->fd = memory_region_get_fd(memory->ram);
    range->offset = (uint8_t *)host - memory->ram_start;
    return range->fd >= 0;
}

static bool guest_memory_pin(VgpuMemory *base, bool pin)
{
    return ram_block_discard_disable(pin) == 0;
}

static void guest_memory_destroy(VgpuMemory *base)
{
    GuestMemory *memory = guest_memory(base);

    forget_ram(memory);
    g_free(memory);
}

static const VgpuMemoryOps guest_memory_ops = {
    .map = guest_memory_map,
    .unmap = guest_memory_unmap,
    .get_file = guest_memory_get_file,
    .pin = guest_memory_pin,
    .destroy = guest_memory_destroy,
};

VgpuMemory *vgpu_memory_create(VirtIODevice *vdev)
{
    GuestMemory *memory = g_new0(GuestMemory, 1);

    vgpu_memory_init(&memory->base, &guest_memory_ops);
    memory->vdev = vdev;
    return &memory->base;
}

void vgpu_memory_orphan(VgpuMemory *memory)
{
    guest_memory(memory)->vdev = NULL;
    vgpu_memory_reset(memory);
}

void vgpu_memory_reset(VgpuMemory *memory)
{
    forget_ram(guest_memory(memory));
}
