/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "copy.h"

/* Copies up to a cursor's size stay inline always, so that a cursor's image is never on its way. */
#define ALWAYS_INLINE_COPY (VGPU_CURSOR_SIZE * VGPU_CURSOR_SIZE * 4)

typedef struct CopyJob {
    VgpuJob base;
    DisplayBuffer *target;
    VgpuBacking *backing;
    VgpuRows rows;
    VgpuCopied *copied;
} CopyJob;

static void copy_run(VgpuOperation *operation)
{
    CopyJob *copy = (CopyJob *)operation;

    if (!vgpu_operation_is_cancelled(operation)) {
        vgpu_backing_read_rows(copy->backing, &copy->rows, operation);
    }
}

static void copy_finish(VgpuJob *job)
{
    CopyJob *copy = (CopyJob *)job;

    if (copy->copied && job->command) {
        copy->copied(job->device, job->resource, job->command);
    }
}

/* Whatever it copies, nobody will be told. */
static void copy_abandon(VgpuJob *job)
{
    vgpu_operation_cancel(&job->base);
}

static void copy_free(VgpuJob *job)
{
    CopyJob *copy = (CopyJob *)job;

    vgpu_backing_unref(copy->backing);
    display_buffer_unref(copy->target);
    g_free(copy);
}

static uint32_t defer_copy(VgpuDevice *device, VgpuCommand *command, const VgpuRows *rows,
                           DisplayBuffer *target, VgpuCopied *copied)
{
    CopyJob *copy = g_new(CopyJob, 1);

    *copy = (CopyJob) {
        .base = {
            .base = { .run = copy_run },
            .resource = command->resource,
            .finish = copy_finish,
            .abandon = copy_abandon,
            .free = copy_free,
        },
        .target = display_buffer_ref(target),
        .backing = vgpu_backing_ref(command->resource->backing),
        .rows = *rows,
        .copied = copied,
    };
    return vgpu_device_defer(device, command, &copy->base);
}

uint32_t vgpu_copy_rows(VgpuDevice *device, VgpuCommand *command, const VgpuRows *rows,
                        DisplayBuffer *target, VgpuCopied *copied)
{
    VgpuResource *resource = command->resource;
    uint64_t bytes = rows->row_bytes * rows->n_rows;

    resource->unseen_bytes += bytes;
    if (resource->busy ||
        (bytes > ALWAYS_INLINE_COPY && device->batch_copied + bytes > VGPU_MAX_INLINE_COPY)) {
        return defer_copy(device, command, rows, target, copied);
    }
    device->batch_copied += bytes;
    vgpu_backing_read_rows(resource->backing, rows, NULL);
    if (copied) {
        copied(device, resource, command);
    }
    return VIRTIO_GPU_RESP_OK_NODATA;
}
