/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render.h"

#include "backing.h"
#include "format.h"
#include "held.h"
#include "mapping.h"

/* ---- resources ------------------------------------------------------------------------------ */

/* As virgl has them from gallium. */
enum {
    TARGET_2D = 2,
    BIND_RENDER_TARGET = 1 << 1,
    BIND_SAMPLER_VIEW = 1 << 3,
    BIND_SCANOUT = 1 << 18,
};

static uint32_t run_adopt(VgpuRenderCall *call)
{
    const VgpuRenderer3DOps *ops = call->renderer->ops;
    const struct virtio_gpu_resource_create_3d *request = &call->request.create_3d;
    uint32_t response = ops->create_resource(call->renderer, request);

    if (response == VIRTIO_GPU_RESP_OK_NODATA) {
        response = ops->write_picture(call->renderer, &call->copies[0].picture);
    }
    if (response == VIRTIO_GPU_RESP_OK_NODATA && call->backing) {
        response = ops->attach_backing(call->renderer, request->resource_id, call->backing);
    }
    return response;
}

/* Where that failed, the picture is still here, and the resource stays what it was. */
static void finish_adopt(VgpuRenderCall *call)
{
    if (call->base.response != VIRTIO_GPU_RESP_OK_NODATA) {
        call->base.resource->rendered = false;
    }
}

void vgpu_render_adopt(VgpuDevice *device, VgpuResource *resource)
{
    const pixman_box32_t all = { 0, 0, resource->width, resource->height };
    VgpuRenderCall *call;

    if (resource->rendered || device->lost) {
        return;
    }
    call = vgpu_render_call_create(device, NULL, resource, run_adopt);
    call->request.create_3d = (struct virtio_gpu_resource_create_3d) {
        .resource_id = resource->id,
        .target = TARGET_2D,
        .format = resource->format,
        .bind = BIND_RENDER_TARGET | BIND_SAMPLER_VIEW | BIND_SCANOUT,
        .width = resource->width,
        .height = resource->height,
        .depth = 1,
        .array_size = 1,
        .flags = VIRTIO_GPU_RESOURCE_FLAG_Y_0_TOP,
    };
    vgpu_render_call_add_copy(call, resource->id, &all, resource->buffer, 0, 0);
    if (resource->backing) {
        call->backing = vgpu_backing_ref(resource->backing);
    }
    call->finish = finish_adopt;
    resource->rendered = true;
    vgpu_render_call_submit(device, call);
}

static uint32_t run_attach_backing(VgpuRenderCall *call)
{
    const struct virtio_gpu_resource_attach_backing *request = &call->request.attach_backing;

    return call->renderer->ops->attach_backing(call->renderer, request->resource_id,
                                               call->backing);
}

uint32_t vgpu_render_attach_backing(VgpuDevice *device, VgpuCommand *command)
{
    VgpuRenderCall *call = vgpu_render_call_create(device, command, command->resource,
                                                   run_attach_backing);

    call->backing = vgpu_backing_ref(command->resource->backing);
    return vgpu_render_call_submit(device, call);
}

static uint32_t run_detach_backing(VgpuRenderCall *call)
{
    call->renderer->ops->detach_backing(call->renderer,
                                        call->request.detach_backing.resource_id);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t vgpu_render_detach_backing(VgpuDevice *device, VgpuCommand *command)
{
    VgpuRenderCall *call = vgpu_render_call_create_always(device, command, command->resource,
                                                          run_detach_backing);

    call->backing = vgpu_backing_ref(command->resource->backing);
    vgpu_resource_detach(device, command->resource);
    return vgpu_render_call_submit(device, call);
}

static uint32_t run_unref(VgpuRenderCall *call)
{
    uint32_t resource_id = call->request.unref.resource_id;

    if (call->backing) {
        call->renderer->ops->detach_backing(call->renderer, resource_id);
    }
    call->renderer->ops->destroy_resource(call->renderer, resource_id);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t vgpu_render_unref(VgpuDevice *device, VgpuCommand *command)
{
    VgpuResource *resource = command->resource;
    VgpuRenderCall *call;

    if (resource->blob && vgpu_mapping_forget(device, resource)) {
        vgpu_resource_destroy(device, resource);
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    call = vgpu_render_call_create_always(device, command, NULL, run_unref);
    if (resource->backing) {
        call->backing = vgpu_backing_ref(resource->backing);
    }
    vgpu_resource_destroy(device, resource);
    return vgpu_render_call_submit(device, call);
}

static uint32_t run_transfer_2d(VgpuRenderCall *call)
{
    const struct virtio_gpu_transfer_to_host_2d *request = &call->request.transfer_to_host_2d;
    const VgpuTransfer3D transfer = {
        .resource_id = request->resource_id,
        .stride = call->row_bytes,
        .offset = request->offset,
        .box = { .x = request->r.x, .y = request->r.y,
                 .w = request->r.width, .h = request->r.height, .d = 1 },
        .to_host = true,
    };

    return call->renderer->ops->transfer(call->renderer, &transfer);
}

uint32_t vgpu_render_transfer_2d(VgpuDevice *device, VgpuCommand *command)
{
    VgpuRenderCall *call = vgpu_render_call_create(device, command, command->resource,
                                                   run_transfer_2d);

    call->row_bytes = command->resource->width * VGPU_BYTES_PER_PIXEL;
    return vgpu_render_call_submit_drawing(device, call);
}

/* ---- reset and the end ---------------------------------------------------------------------- */

/* Belongs to no device: it runs when whatever the renderer does now has returned. */
struct VgpuResetOperation {
    VgpuOperation base;
    VgpuDevice *device;      /* whose pending_reset it is; NULL: nobody's */
    gint started;            /* atomic */
    VgpuRenderer3D *renderer;
    GPtrArray *backings;     /* that the renderer may be using until then */
    GHashTable *held;        /* ids of resources that stay */
    VgpuSignals *signals;
};

static void reset_run(VgpuOperation *operation)
{
    VgpuResetOperation *reset = (VgpuResetOperation *)operation;

    g_atomic_int_set(&reset->started, 1);
    reset->renderer->ops->reset(reset->renderer, reset->held);
    vgpu_render_look(reset->renderer);
}

static void destroy_run(VgpuOperation *operation)
{
    VgpuRenderer3D *renderer = ((VgpuResetOperation *)operation)->renderer;

    renderer->ops->destroy(renderer);
}

static void reset_done(VgpuOperation *operation)
{
    VgpuResetOperation *reset = (VgpuResetOperation *)operation;

    if (reset->device) {
        reset->device->pending_reset = NULL;
    }
    g_clear_pointer(&reset->backings, g_ptr_array_unref);
    g_clear_pointer(&reset->held, g_hash_table_unref);
    vgpu_signals_unref(reset->signals);
    g_free(reset);
}

static VgpuResetOperation *create_reset(VgpuDevice *device, void (*run)(VgpuOperation *operation))
{
    VgpuResetOperation *reset = g_new0(VgpuResetOperation, 1);

    reset->renderer = device->config.renderer_3d;
    reset->base.run = run;
    reset->base.done = reset_done;
    return reset;
}

static void drop_backing(void *backing)
{
    vgpu_backing_unref(backing);
}

static GPtrArray *list_backings(VgpuDevice *device)
{
    GPtrArray *backings = g_ptr_array_new_with_free_func(drop_backing);
    GHashTableIter iterator;
    void *value;

    g_hash_table_iter_init(&iterator, device->resources);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        const VgpuResource *resource = value;

        if (resource->rendered && resource->backing) {
            g_ptr_array_add(backings, vgpu_backing_ref(resource->backing));
        }
    }
    return backings;
}

/* The device has no more to do with a reset that is under way. */
static void forget_reset(VgpuDevice *device)
{
    if (device->pending_reset) {
        device->pending_reset->device = NULL;
        device->pending_reset = NULL;
    }
}

void vgpu_render_reset(VgpuDevice *device)
{
    VgpuExecutor *executor = device->config.executor;
    VgpuResetOperation *reset;

    if (!device->rendered) {
        return;
    }
    device->rendered = device->lost = false;
    if (device->pending_reset && !g_atomic_int_get(&device->pending_reset->started)) {
        /* All calls since are behind it, and given up by now: the renderer has seen none. */
        return;
    }
    forget_reset(device);
    reset = create_reset(device, reset_run);
    reset->backings = list_backings(device);
    reset->held = vgpu_holder_list_leaving(device->holder);
    reset->device = device;
    device->pending_reset = reset;
    executor->ops->submit(executor, &reset->base);
}

VgpuOperation *vgpu_render_finish(VgpuDevice *device)
{
    VgpuResetOperation *reset;

    if (!device->signals) {
        return NULL;
    }
    forget_reset(device);
    vgpu_signals_disconnect(device->signals);
    vgpu_signals_unref(device->signals);
    reset = create_reset(device, destroy_run);
    reset->signals = device->config.renderer_3d->signals;
    return &reset->base;
}
