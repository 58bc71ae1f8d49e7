/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VgpuJob: operations on the executor on behalf of commands, and what becomes of them. */
#include "device-private.h"

static void job_done(VgpuOperation *operation)
{
    VgpuJob *job = (VgpuJob *)operation;
    VgpuDevice *device = job->device;
    VgpuCommand *command = job->command;
    uint32_t response;

    if (!device) {
        job->free(job);
        return;
    }
    vgpu_device_begin_batch(device);
    g_queue_unlink(&device->jobs, &job->link);
    if (job->finish) {
        job->finish(job);
    }
    response = job->response ? job->response : VIRTIO_GPU_RESP_OK_NODATA;
    if (job->resource) {
        vgpu_resource_unpin(job->resource);
    }
    job->free(job);
    if (command) {
        command->operation = NULL;
        command->response = response;
        vgpu_device_command_done(device, command);
    }
    vgpu_device_resume(device);
    vgpu_device_end_batch(device);
}

uint32_t vgpu_device_defer(VgpuDevice *device, VgpuCommand *command, VgpuJob *job)
{
    VgpuExecutor *executor = device->config.executor;

    job->base.done = job_done;
    job->device = device;
    job->command = command;
    if (job->resource) {
        vgpu_resource_pin(job->resource);
    }
    if (command) {
        command->operation = &job->base;
    }
    job->link = (GList) { .data = job };
    g_queue_push_tail_link(&device->jobs, &job->link);
    vgpu_device_trace(device, VGPU_TRACE_DEFER, command ? command->request.hdr.type : 0,
                      job->resource ? job->resource->id : 0, 0, 0);
    executor->ops->submit(executor, &job->base);
    return VGPU_DEFERRED;
}

void vgpu_device_orphan_jobs(VgpuDevice *device)
{
    GList *link;

    while ((link = g_queue_pop_head_link(&device->jobs))) {
        VgpuJob *job = link->data;

        if (job->resource) {
            vgpu_resource_unpin(g_steal_pointer(&job->resource));
        }
        job->device = NULL;
        vgpu_operation_cancel(&job->base);
        if (job->abandon) {
            job->abandon(job);
        }
    }
}
