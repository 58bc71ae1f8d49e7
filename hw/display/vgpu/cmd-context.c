/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands on contexts, and what is drawn in them (clause 5.7.6.8). */
#include "commands.h"
#include "context.h"
#include "iov.h"
#include "render.h"

static uint32_t capset_of(VgpuDevice *device, const struct virtio_gpu_ctx_create *request)
{
    /* Padding for a driver that does not know the feature. */
    return device->features & (1u << VIRTIO_GPU_F_CONTEXT_INIT)
           ? request->context_init & VIRTIO_GPU_CONTEXT_INIT_CAPSET_ID_MASK : 0;
}

static uint32_t run_create(VgpuRenderCall *call)
{
    const struct virtio_gpu_ctx_create *request = &call->request.ctx_create;
    uint32_t length = MIN(request->nlen, sizeof(request->debug_name));
    g_autofree char *name = g_strndup(request->debug_name, length);

    return call->renderer->ops->create_context(call->renderer, request->hdr.ctx_id,
                                               call->capset_id, name);
}

static void finish_create(VgpuRenderCall *call)
{
    VgpuDevice *device = call->base.device;
    VgpuContext *context = vgpu_context_find(device, call->request.hdr.ctx_id);

    if (call->base.response != VIRTIO_GPU_RESP_OK_NODATA &&
        context && context->serial == call->context_serial) {
        vgpu_context_remove(device, context);
        call->context = context;
    }
}

uint32_t vgpu_cmd_ctx_create(VgpuDevice *device, VgpuCommand *command)
{
    uint32_t id = command->request.hdr.ctx_id;
    uint32_t capset_id = capset_of(device, &command->request.ctx_create);
    VgpuRenderCall *call;

    if (capset_id && !vgpu_device_find_capset(device, capset_id)) {
        vgpu_device_guest_error(device, "context %u: no capability set %u", id, capset_id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    if (g_hash_table_size(device->contexts) >= VGPU_MAX_CONTEXTS) {
        vgpu_device_guest_error(device, "context %u is one too many", id);
        return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
    }
    call = vgpu_render_call_create(device, command, NULL, run_create);
    call->capset_id = capset_id;
    call->context_serial = vgpu_context_create(device, id)->serial;
    call->finish = finish_create;
    return vgpu_render_call_submit(device, call);
}

static uint32_t run_destroy(VgpuRenderCall *call)
{
    call->renderer->ops->destroy_context(call->renderer, call->request.hdr.ctx_id);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t vgpu_cmd_ctx_destroy(VgpuDevice *device, VgpuCommand *command)
{
    VgpuRenderCall *call = vgpu_render_call_create_always(device, command, NULL, run_destroy);

    vgpu_context_remove(device, command->context);
    call->context = command->context;
    return vgpu_render_call_submit(device, call);
}

static uint32_t run_attach(VgpuRenderCall *call)
{
    const struct virtio_gpu_ctx_resource *request = &call->request.ctx_resource;

    call->renderer->ops->attach_resource(call->renderer, request->hdr.ctx_id,
                                         request->resource_id);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

/*
 * Drivers put everything into contexts, but there is nothing to be drawn to or from in pages of the
 * guest's alone.
 */
static bool is_of_no_use(const VgpuResource *resource)
{
    return resource->blob && !resource->rendered;
}

uint32_t vgpu_cmd_ctx_attach_resource(VgpuDevice *device, VgpuCommand *command)
{
    if (is_of_no_use(command->resource)) {
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    vgpu_render_adopt(device, command->resource);
    return vgpu_render_call_submit(device, vgpu_render_call_create(device, command,
                                                                   command->resource, run_attach));
}

static uint32_t run_detach(VgpuRenderCall *call)
{
    const struct virtio_gpu_ctx_resource *request = &call->request.ctx_resource;

    call->renderer->ops->detach_resource(call->renderer, request->hdr.ctx_id,
                                         request->resource_id);
    return VIRTIO_GPU_RESP_OK_NODATA;
}

uint32_t vgpu_cmd_ctx_detach_resource(VgpuDevice *device, VgpuCommand *command)
{
    if (is_of_no_use(command->resource)) {
        return VIRTIO_GPU_RESP_OK_NODATA;
    }
    if (!command->resource->rendered) {
        vgpu_device_guest_error(device, "resource %u was never in a context",
                                command->resource->id);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    return vgpu_render_call_submit(device,
                                   vgpu_render_call_create_always(device, command,
                                                                  command->resource, run_detach));
}

static uint32_t run_submit(VgpuRenderCall *call)
{
    g_autofree void *stream = vgpu_render_call_take_stream(call);

    if (!stream) {
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    return call->renderer->ops->submit(call->renderer, call->request.hdr.ctx_id, stream,
                                       call->request.submit_3d.size);
}

uint32_t vgpu_cmd_submit_3d(VgpuDevice *device, VgpuCommand *command)
{
    uint32_t size = command->request.submit_3d.size;
    VgpuRenderCall *call;

    if (size % sizeof(uint32_t) || size > VGPU_MAX_SUBMIT ||
        size > command->out_size - command->info->size) {
        vgpu_device_guest_error(device, "SUBMIT_3D of %u bytes: too many, not all there, or not "
                                "whole words", size);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    call = vgpu_render_call_create(device, command, NULL, run_submit);
    call->stream = g_malloc(MAX(size, 1));
    vgpu_iov_read(command->out, command->n_out, command->info->size, call->stream, size);
    device->stats.stream_bytes += size;
    return vgpu_render_call_submit_drawing(device, call);
}
