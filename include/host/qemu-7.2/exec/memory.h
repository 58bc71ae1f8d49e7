/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest memory: regions, address spaces, mappings, listeners.
 */
#ifndef HOST_QEMU_EXEC_MEMORY_H
#define HOST_QEMU_EXEC_MEMORY_H

#include "exec/cpu-common.h"
#include "exec/hwaddr.h"
#include "exec/memattrs.h"
#include "qemu/queue.h"
#include "qemu/rcu.h"
#include "qom/object.h"

#define TYPE_MEMORY_REGION "memory-region"
DECLARE_INSTANCE_CHECKER(MemoryRegion, MEMORY_REGION, TYPE_MEMORY_REGION)

typedef __int128 Int128;

static inline uint64_t int128_get64(Int128 a)
{
    uint64_t value = a;

    assert(value == (unsigned __int128)a);
    return value;
}

enum device_endian {
    DEVICE_NATIVE_ENDIAN = 0,
    DEVICE_BIG_ENDIAN = 1,
    DEVICE_LITTLE_ENDIAN = 2,
};

struct MemoryRegionOps {
    uint64_t (*read)(void *opaque, hwaddr addr, unsigned size);
    void (*write)(void *opaque, hwaddr addr, uint64_t data, unsigned size);
    MemTxResult (*read_with_attrs)(void *opaque, hwaddr addr, uint64_t *data, unsigned size,
                                   MemTxAttrs attrs);
    MemTxResult (*write_with_attrs)(void *opaque, hwaddr addr, uint64_t data, unsigned size,
                                    MemTxAttrs attrs);
    enum device_endian endianness;
    struct {
        unsigned min_access_size;
        unsigned max_access_size;
        bool unaligned;
        bool (*accepts)(void *opaque, hwaddr addr, unsigned size, bool is_write,
                        MemTxAttrs attrs);
    } valid;
    struct {
        unsigned min_access_size;
        unsigned max_access_size;
        bool unaligned;
    } impl;
};
HOST_LAYOUT(MemoryRegionOps, 80);
HOST_LAYOUT_AT(MemoryRegionOps, endianness, 32);
HOST_LAYOUT_AT(MemoryRegionOps, valid, 40);
HOST_LAYOUT_AT(MemoryRegionOps, impl, 64);

struct MemoryRegion {
    Object parent_obj;
    bool romd_mode;
    bool ram;
    uint8_t host_pad0[1];
    bool readonly;
    uint8_t host_pad1[1];
    bool rom_device;
    uint8_t host_pad2[10];
    RAMBlock *ram_block;
    Object *owner;
    DeviceState *dev;
    const MemoryRegionOps *ops;
    void *opaque;
    MemoryRegion *container;
    Int128 size;
    hwaddr addr;
    uint8_t host_pad3[17];
    bool ram_device;
    bool enabled;
    uint8_t host_pad4[77];
    const char *name;
    uint8_t host_pad5[24];
    bool disable_reentrancy_guard;
};
HOST_LAYOUT(MemoryRegion, 272);
HOST_LAYOUT_AT(MemoryRegion, romd_mode, 40);
HOST_LAYOUT_AT(MemoryRegion, ram, 41);
HOST_LAYOUT_AT(MemoryRegion, readonly, 43);
HOST_LAYOUT_AT(MemoryRegion, rom_device, 45);
HOST_LAYOUT_AT(MemoryRegion, ram_block, 56);
HOST_LAYOUT_AT(MemoryRegion, owner, 64);
HOST_LAYOUT_AT(MemoryRegion, dev, 72);
HOST_LAYOUT_AT(MemoryRegion, ops, 80);
HOST_LAYOUT_AT(MemoryRegion, opaque, 88);
HOST_LAYOUT_AT(MemoryRegion, container, 96);
HOST_LAYOUT_AT(MemoryRegion, size, 112);
HOST_LAYOUT_AT(MemoryRegion, addr, 128);
HOST_LAYOUT_AT(MemoryRegion, ram_device, 153);
HOST_LAYOUT_AT(MemoryRegion, enabled, 154);
HOST_LAYOUT_AT(MemoryRegion, name, 232);
HOST_LAYOUT_AT(MemoryRegion, disable_reentrancy_guard, 264);

struct MemoryRegionSection {
    Int128 size;
    MemoryRegion *mr;
    FlatView *fv;
    hwaddr offset_within_region;
    hwaddr offset_within_address_space;
    bool readonly;
    bool nonvolatile;
};
HOST_LAYOUT(MemoryRegionSection, 64);
HOST_LAYOUT_AT(MemoryRegionSection, mr, 16);
HOST_LAYOUT_AT(MemoryRegionSection, fv, 24);
HOST_LAYOUT_AT(MemoryRegionSection, offset_within_region, 32);
HOST_LAYOUT_AT(MemoryRegionSection, offset_within_address_space, 40);
HOST_LAYOUT_AT(MemoryRegionSection, readonly, 48);
HOST_LAYOUT_AT(MemoryRegionSection, nonvolatile, 49);

struct AddressSpace {
    void *host_opaque0[2];
    char *name;
    MemoryRegion *root;
    void *host_opaque1[7];
};
HOST_LAYOUT(AddressSpace, 88);
HOST_LAYOUT_AT(AddressSpace, name, 16);
HOST_LAYOUT_AT(AddressSpace, root, 24);

struct MemoryListener {
    void (*begin)(MemoryListener *listener);
    void (*commit)(MemoryListener *listener);
    void (*region_add)(MemoryListener *listener, MemoryRegionSection *section);
    void (*region_del)(MemoryListener *listener, MemoryRegionSection *section);
    void (*region_nop)(MemoryListener *listener, MemoryRegionSection *section);
    void (*log_start)(MemoryListener *listener, MemoryRegionSection *section, int old_val,
                      int new_val);
    void (*log_stop)(MemoryListener *listener, MemoryRegionSection *section, int old_val,
                     int new_val);
    void (*log_sync)(MemoryListener *listener, MemoryRegionSection *section);
    void (*log_sync_global)(MemoryListener *listener);
    void (*log_clear)(MemoryListener *listener, MemoryRegionSection *section);
    void (*log_global_start)(MemoryListener *listener);
    void (*log_global_stop)(MemoryListener *listener);
    void (*log_global_after_sync)(MemoryListener *listener);
    void (*eventfd_add)(MemoryListener *listener, MemoryRegionSection *section, bool match_data,
                        uint64_t data, EventNotifier *e);
    void (*eventfd_del)(MemoryListener *listener, MemoryRegionSection *section, bool match_data,
                        uint64_t data, EventNotifier *e);
    void (*coalesced_io_add)(MemoryListener *listener, MemoryRegionSection *section, hwaddr addr,
                             hwaddr len);
    void (*coalesced_io_del)(MemoryListener *listener, MemoryRegionSection *section, hwaddr addr,
                             hwaddr len);
    unsigned priority;
    const char *name;
    AddressSpace *address_space;
    QTAILQ_ENTRY(MemoryListener) link;
    QTAILQ_ENTRY(MemoryListener) link_as;
};
HOST_LAYOUT(MemoryListener, 192);
HOST_LAYOUT_AT(MemoryListener, region_add, 16);
HOST_LAYOUT_AT(MemoryListener, log_global_after_sync, 96);
HOST_LAYOUT_AT(MemoryListener, priority, 136);
HOST_LAYOUT_AT(MemoryListener, name, 144);
HOST_LAYOUT_AT(MemoryListener, address_space, 152);
HOST_LAYOUT_AT(MemoryListener, link_as, 176);

/* Regions */
void memory_region_init(MemoryRegion *mr, Object *owner, const char *name, uint64_t size);
void memory_region_init_io(MemoryRegion *mr, Object *owner, const MemoryRegionOps *ops,
                           void *opaque, const char *name, uint64_t size);
void memory_region_init_alias(MemoryRegion *mr, Object *owner, const char *name,
                              MemoryRegion *orig, hwaddr offset, uint64_t size);
void memory_region_init_ram_ptr(MemoryRegion *mr, Object *owner, const char *name,
                                uint64_t size, void *ptr);
void memory_region_init_ram_device_ptr(MemoryRegion *mr, Object *owner, const char *name,
                                       uint64_t size, void *ptr);
void memory_region_ref(MemoryRegion *mr);
void memory_region_unref(MemoryRegion *mr);
Object *memory_region_owner(MemoryRegion *mr);
uint64_t memory_region_size(MemoryRegion *mr);
const char *memory_region_name(const MemoryRegion *mr);
bool memory_region_is_ram_device(MemoryRegion *mr);
int memory_region_get_fd(MemoryRegion *mr);
void *memory_region_get_ram_ptr(MemoryRegion *mr);
MemoryRegion *memory_region_from_host(void *ptr, ram_addr_t *offset);
MemoryRegionSection memory_region_find(MemoryRegion *mr, hwaddr addr, uint64_t size);
bool memory_region_present(MemoryRegion *container, hwaddr addr);
void memory_region_set_dirty(MemoryRegion *mr, hwaddr addr, hwaddr size);
void memory_region_set_enabled(MemoryRegion *mr, bool enabled);
void memory_region_add_subregion(MemoryRegion *mr, hwaddr offset, MemoryRegion *subregion);
void memory_region_add_subregion_overlap(MemoryRegion *mr, hwaddr offset,
                                         MemoryRegion *subregion, int priority);
void memory_region_del_subregion(MemoryRegion *mr, MemoryRegion *subregion);
void memory_region_transaction_begin(void);
void memory_region_transaction_commit(void);

static inline bool memory_region_is_ram(MemoryRegion *mr)
{
    return mr->ram;
}

/* Listeners */
void memory_listener_register(MemoryListener *listener, AddressSpace *as);
void memory_listener_unregister(MemoryListener *listener);

/* Counted: while disabled, nothing discards pages of RAM; -EBUSY where something must */
int ram_block_discard_disable(bool state);

/* Access */
void *address_space_map(AddressSpace *as, hwaddr addr, hwaddr *plen, bool is_write,
                        MemTxAttrs attrs);
void address_space_unmap(AddressSpace *as, void *buffer, hwaddr len, bool is_write,
                         hwaddr access_len);
MemTxResult address_space_rw(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, void *buf,
                             hwaddr len, bool is_write);
MemTxResult address_space_read_full(AddressSpace *as, hwaddr addr, MemTxAttrs attrs,
                                    void *buf, hwaddr len);
MemTxResult address_space_write(AddressSpace *as, hwaddr addr, MemTxAttrs attrs,
                                const void *buf, hwaddr len);
bool address_space_access_valid(AddressSpace *as, hwaddr addr, hwaddr len, bool is_write,
                                MemTxAttrs attrs);

#endif
