/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies from a resource's backing on behalf of a command: inline, or on the executor if long. */
#ifndef HW_DISPLAY_VGPU_COPY_H
#define HW_DISPLAY_VGPU_COPY_H

#include "device-private.h"

/* What a command does once its copy is complete. The resource is alive. */
typedef void VgpuCopied(VgpuDevice *device, VgpuResource *resource, VgpuCommand *command);

/*
 * Copies rows that the backing of command->resource contains into `target`, whose memory they point
 * to, then calls `copied` (may be NULL). Returns the response, or VGPU_DEFERRED.
 */
uint32_t vgpu_copy_rows(VgpuDevice *device, VgpuCommand *command, const VgpuRows *rows,
                        DisplayBuffer *target, VgpuCopied *copied);

#endif
