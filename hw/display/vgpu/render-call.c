/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VgpuRenderCall: from a command to the renderer's thread and back. */
#include "render.h"

#include <unistd.h>

#include "backing.h"
#include "context.h"
#include "format.h"

static bool take_call(VgpuRenderCall *call)
{
    return g_atomic_int_compare_and_exchange(&call->taken, 0, 1);
}

/*
 * What is asked of a renderer that is lost, or that was lost meanwhile, has failed, but for what lets
 * go of something.
 */
static void run_if_possible(VgpuRenderCall *call)
{
    VgpuRenderer3D *renderer = call->renderer;

    if (call->always || !renderer->lost) {
        call->base.response = call->run(call);
        vgpu_render_look(renderer);
    }
    call->lost = renderer->lost;
    if (call->lost && !call->always) {
        call->base.response = VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
}

static void call_run(VgpuOperation *operation)
{
    VgpuRenderCall *call = (VgpuRenderCall *)operation;

    if (vgpu_operation_is_cancelled(operation) || !take_call(call)) {
        return;
    }
    run_if_possible(call);
    if (!call->fence.serial) {
        return;
    }
    if (call->lost) {
        vgpu_signals_raise(call->renderer->signals, &call->fence);
    } else {
        call->renderer->ops->create_fence(call->renderer, &call->fence);
    }
}

static void call_finish(VgpuJob *job)
{
    VgpuRenderCall *call = (VgpuRenderCall *)job;

    if (call->lost) {
        vgpu_render_lose(job->device);
    }
    if (call->finish) {
        call->finish(call);
    }
    if (call->context) {
        vgpu_context_free(job->device, g_steal_pointer(&call->context));
    }
}

void *vgpu_render_call_take_stream(VgpuRenderCall *call)
{
    void *stream = g_atomic_pointer_get(&call->stream);

    return stream && g_atomic_pointer_compare_and_exchange(&call->stream, stream, NULL)
           ? stream : NULL;
}

static void drop_references(VgpuRenderCall *call)
{
    while (call->n_copies) {
        display_buffer_unref(call->copies[--call->n_copies].buffer);
    }
    g_clear_pointer(&call->backing, vgpu_backing_unref);
    if (call->memory.fd >= 0) {
        close(call->memory.fd);
        call->memory.fd = -1;
    }
}

/* A renderer that is stuck must not make a guest that resets again and again use up memory. */
static void call_abandon(VgpuJob *job)
{
    VgpuRenderCall *call = (VgpuRenderCall *)job;

    g_free(vgpu_render_call_take_stream(call));
    if (vgpu_operation_is_cancelled(&job->base) && take_call(call)) {
        drop_references(call);
    }
}

static void call_free(VgpuJob *job)
{
    VgpuRenderCall *call = (VgpuRenderCall *)job;

    if (call->context) {
        vgpu_context_free(NULL, call->context);
    }
    drop_references(call);
    vgpu_present_free(call->present);
    g_free(call->stream);
    g_free(call->copies);
    g_free(call);
}

VgpuRenderCall *vgpu_render_call_create(VgpuDevice *device, VgpuCommand *command,
                                        VgpuResource *resource,
                                        uint32_t (*run)(VgpuRenderCall *call))
{
    VgpuRenderCall *call = g_new0(VgpuRenderCall, 1);

    call->base.base.run = call_run;
    call->base.command = command;
    call->base.resource = resource;
    call->base.finish = call_finish;
    call->base.abandon = call_abandon;
    call->base.free = call_free;
    call->renderer = device->config.renderer_3d;
    call->run = run;
    call->memory.fd = -1;
    if (command) {
        call->request = command->request;
    }
    return call;
}

VgpuRenderCall *vgpu_render_call_create_always(VgpuDevice *device, VgpuCommand *command,
                                               VgpuResource *resource,
                                               uint32_t (*run)(VgpuRenderCall *call))
{
    VgpuRenderCall *call = vgpu_render_call_create(device, command, resource, run);

    call->always = true;
    return call;
}

static uint32_t run_move(VgpuRenderCall *call)
{
    call->renderer->ops->move(call->renderer);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

/* The displays that there are by now say where it is best to draw. */
static void begin(VgpuDevice *device)
{
    VgpuRenderer3D *renderer = device->config.renderer_3d;

    device->rendered = true;
    if (renderer->ops->choose && renderer->ops->choose(renderer)) {
        VgpuRenderCall *call = vgpu_render_call_create_always(device, NULL, NULL, run_move);

        vgpu_device_defer(device, NULL, &call->base);
    }
}

uint32_t vgpu_render_call_submit(VgpuDevice *device, VgpuRenderCall *call)
{
    if (!device->rendered) {
        begin(device);
    }
    device->stats.render_calls++;
    if (call->n_copies && call->base.resource && vgpu_resource_is_host_blob(call->base.resource)) {
        vgpu_render_describe_copies(device, call);
    }
    return vgpu_device_defer(device, call->base.command, &call->base);
}

uint32_t vgpu_render_call_submit_drawing(VgpuDevice *device, VgpuRenderCall *call)
{
    const struct virtio_gpu_ctrl_hdr *hdr = &call->request.hdr;
    VgpuCommand *command = call->base.command;

    if (hdr->flags & VIRTIO_GPU_FLAG_FENCE) {
        call->fence = (VgpuFence) {
            .serial = ++device->fence_serial,
            .ctx_id = hdr->ctx_id,
            .ring_idx = hdr->ring_idx,
            .on_ring = vgpu_context_of_fence(device, hdr),
        };
        command->fence_serial = call->fence.serial;
    }
    return vgpu_render_call_submit(device, call);
}

void vgpu_render_call_add_copy(VgpuRenderCall *call, uint32_t resource_id,
                               const pixman_box32_t *box, DisplayBuffer *buffer,
                               int32_t x, int32_t y)
{
    VgpuPictureCopy *copy;
    DisplayPixels pixels;
    size_t start;

    display_buffer_get_pixels(buffer, &pixels);
    start = (size_t)y * pixels.stride + (size_t)x * VGPU_BYTES_PER_PIXEL;
    call->copies = g_renew(VgpuPictureCopy, call->copies, call->n_copies + 1);
    copy = &call->copies[call->n_copies++];
    *copy = (VgpuPictureCopy) {
        .buffer = display_buffer_ref(buffer),
        .x = x,
        .y = y,
        .picture = {
            .resource_id = resource_id,
            .format = buffer->format,
            .box = *box,
            .data = pixels.data + start,
            .stride = pixels.stride,
        },
    };
}
