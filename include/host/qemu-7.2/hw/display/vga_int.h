/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's VGA, to be embedded in a device.
 */
#ifndef HOST_QEMU_HW_DISPLAY_VGA_INT_H
#define HOST_QEMU_HW_DISPLAY_VGA_INT_H

#include "exec/memory.h"
#include "migration/vmstate.h"
#include "ui/console.h"

typedef struct VGACommonState VGACommonState;

struct VGACommonState {
    MemoryRegion *legacy_address_space;
    uint8_t *vram_ptr;
    MemoryRegion vram;
    uint32_t vram_size;
    uint32_t vram_size_mb;
    uint8_t host_pad0[2328];
    QemuConsole *con;
    uint8_t host_pad1[8];
    int graphic_mode;
    uint8_t host_pad2[76];
    const GraphicHwOps *hw_ops;
    bool full_update_text;
    bool full_update_gfx;
    bool big_endian_fb;
    bool default_endian_fb;
    bool global_vmstate;
    uint8_t host_pad3[65379];
};
HOST_LAYOUT(VGACommonState, 68112);
HOST_LAYOUT_AT(VGACommonState, vram_ptr, 8);
HOST_LAYOUT_AT(VGACommonState, vram, 16);
HOST_LAYOUT_AT(VGACommonState, vram_size, 288);
HOST_LAYOUT_AT(VGACommonState, vram_size_mb, 292);
HOST_LAYOUT_AT(VGACommonState, con, 2624);
HOST_LAYOUT_AT(VGACommonState, graphic_mode, 2640);
HOST_LAYOUT_AT(VGACommonState, hw_ops, 2720);
HOST_LAYOUT_AT(VGACommonState, full_update_text, 2728);
HOST_LAYOUT_AT(VGACommonState, full_update_gfx, 2729);
HOST_LAYOUT_AT(VGACommonState, big_endian_fb, 2730);
HOST_LAYOUT_AT(VGACommonState, default_endian_fb, 2731);
HOST_LAYOUT_AT(VGACommonState, global_vmstate, 2732);

extern const VMStateDescription vmstate_vga_common;

bool vga_common_init(VGACommonState *s, Object *obj, Error **errp);
void vga_init(VGACommonState *s, Object *obj, MemoryRegion *address_space,
              MemoryRegion *address_space_io, bool init_vga_ports);
void vga_common_reset(VGACommonState *s);
void pci_std_vga_mmio_region_init(VGACommonState *s, Object *owner, MemoryRegion *parent,
                                  MemoryRegion *subs, bool qext, bool edid);
void vga_dirty_log_start(VGACommonState *s);

#endif
