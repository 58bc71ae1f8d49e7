/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words and errors of a migration stream, and the parts that its sections have in common. */
#ifndef HW_DISPLAY_VGPU_SNAPSHOT_H
#define HW_DISPLAY_VGPU_SNAPSHOT_H

#include "device-private.h"

/* Numbers are big-endian on the wire. Reading from a failed stream gives zeros. */
void vgpu_stream_put_be32(VgpuStream *stream, uint32_t value);
void vgpu_stream_put_be64(VgpuStream *stream, uint64_t value);
bool vgpu_stream_get(VgpuStream *stream, void *data, size_t size);
uint32_t vgpu_stream_get_be32(VgpuStream *stream);
uint64_t vgpu_stream_get_be64(VgpuStream *stream);

/* Set `error` and return false. */
bool vgpu_load_error(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool vgpu_load_truncated(GError **error);

/* A count of pages, 0 for NULL, and the pages. */
void vgpu_snapshot_save_backing(VgpuStream *stream, const VgpuBacking *backing);
/* The pages after a count that is not 0, mapped and attached to a resource without. */
bool vgpu_snapshot_attach(VgpuDevice *device, VgpuStream *stream, VgpuResource *resource,
                          uint32_t n_entries, GError **error);

#endif
