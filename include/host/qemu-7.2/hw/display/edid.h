/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Monitor descriptions.
 */
#ifndef HOST_QEMU_HW_DISPLAY_EDID_H
#define HOST_QEMU_HW_DISPLAY_EDID_H

#include "qemu/osdep.h"
#include "host-layout.h"

typedef struct qemu_edid_info qemu_edid_info;

struct qemu_edid_info {
    const char *vendor;
    const char *name;
    const char *serial;
    uint16_t width_mm;
    uint16_t height_mm;
    uint32_t prefx;
    uint32_t prefy;
    uint32_t maxx;
    uint32_t maxy;
    uint32_t refresh_rate;
};
HOST_LAYOUT(qemu_edid_info, 48);
HOST_LAYOUT_AT(qemu_edid_info, name, 8);
HOST_LAYOUT_AT(qemu_edid_info, serial, 16);
HOST_LAYOUT_AT(qemu_edid_info, width_mm, 24);
HOST_LAYOUT_AT(qemu_edid_info, height_mm, 26);
HOST_LAYOUT_AT(qemu_edid_info, prefx, 28);
HOST_LAYOUT_AT(qemu_edid_info, prefy, 32);
HOST_LAYOUT_AT(qemu_edid_info, maxx, 36);
HOST_LAYOUT_AT(qemu_edid_info, maxy, 40);
HOST_LAYOUT_AT(qemu_edid_info, refresh_rate, 44);

void qemu_edid_generate(uint8_t *edid, size_t size, qemu_edid_info *info);
size_t qemu_edid_size(uint8_t *edid);

static inline uint32_t qemu_edid_dpi_to_mm(uint32_t dpi, uint32_t res)
{
    return res * 254 / 10 / dpi;
}

#endif
