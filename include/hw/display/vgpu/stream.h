/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuStream: bytes of a migration stream, in or out. A port: the host implements it.
 *
 * Reading past the end yields zeros and makes `failed` true for good.
 */
#ifndef HW_DISPLAY_VGPU_STREAM_H
#define HW_DISPLAY_VGPU_STREAM_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct VgpuStream VgpuStream;

typedef struct VgpuStreamOps {
    void (*write)(VgpuStream *stream, const void *data, size_t size);
    /* Returns false when fewer than `size` bytes are left. */
    bool (*read)(VgpuStream *stream, void *data, size_t size);
} VgpuStreamOps;

struct VgpuStream {
    const VgpuStreamOps *ops;
    bool failed;
};

#endif
