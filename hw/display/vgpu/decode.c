/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the bytes of a request to its handler, and from a response to the bytes of an answer. */
#include "commands.h"
#include "context.h"
#include "held.h"
#include "iov.h"

static uint32_t field_at(const VgpuCommand *command, uint16_t offset)
{
    return *(const uint32_t *)((const uint8_t *)&command->request + offset);
}

/* Size, queue and feature: what the request says of itself. */
static uint32_t check_request(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_ctrl_hdr *hdr = &command->request.hdr;
    const VgpuCommandInfo *info;

    if (command->out_size < sizeof(*hdr)) {
        vgpu_device_guest_error(device, "request of %" G_GUINT64_FORMAT " bytes has no header",
                                command->out_size);
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    info = vgpu_command_lookup(hdr->type);
    if (!info || info->queue != command->queue) {
        vgpu_device_guest_error(device, "no command 0x%x on the %s queue", hdr->type,
                                command->queue == VGPU_QUEUE_CURSOR ? "cursor" : "control");
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    if ((device->features & info->features) != info->features) {
        vgpu_device_guest_error(device, "%s without its feature", info->name);
        return VIRTIO_GPU_RESP_ERR_UNSPEC;
    }
    if (command->out_size < info->size) {
        vgpu_device_guest_error(device, "%s of %" G_GUINT64_FORMAT " bytes is too short",
                                info->name, command->out_size);
        return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
    }
    command->info = info;
    return 0;
}

void vgpu_command_decode(VgpuDevice *device, VgpuQueueId queue, VgpuCommand *command)
{
    command->queue = queue;
    command->out_size = vgpu_iov_size(command->out, command->n_out);
    vgpu_iov_read(command->out, command->n_out, 0, &command->request, sizeof(command->request));
    command->response = check_request(device, command);
}

static uint32_t check_scanout(VgpuDevice *device, const VgpuCommand *command)
{
    const VgpuCommandInfo *info = command->info;
    uint32_t id;

    if (!info->scanout_at) {
        return 0;
    }
    id = field_at(command, info->scanout_at);
    if (id < device->config.max_outputs) {
        return 0;
    }
    vgpu_device_guest_error(device, "%s: no scanout %u", info->name, id);
    return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
}

static bool fits_naming(VgpuNaming naming, uint32_t id, bool exists)
{
    switch (naming) {
    case VGPU_NAMES_NEW:
        return id && !exists;
    case VGPU_NAMES_OPTIONAL:
        return !id || exists;
    default:
        return exists;
    }
}

static uint32_t check_context(VgpuDevice *device, VgpuCommand *command)
{
    const VgpuCommandInfo *info = command->info;
    uint32_t id = command->request.hdr.ctx_id;

    if (info->context == VGPU_NAMES_NONE) {
        return 0;
    }
    command->context = vgpu_context_find(device, id);
    if (fits_naming(info->context, id, command->context)) {
        return 0;
    }
    vgpu_device_guest_error(device, "%s: context id %u is %s", info->name, id,
                            command->context ? "in use" : "not in use");
    return VIRTIO_GPU_RESP_ERR_INVALID_CONTEXT_ID;
}

static unsigned kind_of(const VgpuResource *resource)
{
    if (resource->blob) {
        return vgpu_resource_is_host_blob(resource) ? VGPU_KIND_HOST_BLOB : VGPU_KIND_BLOB;
    }
    return resource->is_3d ? VGPU_KIND_3D : VGPU_KIND_2D;
}

static uint32_t check_kind(VgpuDevice *device, const VgpuCommand *command)
{
    unsigned kinds = command->info->kinds;

    if (!command->resource || !kinds || kinds & kind_of(command->resource)) {
        return 0;
    }
    vgpu_device_guest_error(device, "%s: resource %u is of the wrong kind", command->info->name,
                            command->resource->id);
    return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
}

static uint32_t check_resource(VgpuDevice *device, VgpuCommand *command)
{
    const VgpuCommandInfo *info = command->info;
    uint32_t id;

    if (info->names == VGPU_NAMES_NONE) {
        return 0;
    }
    id = field_at(command, info->resource_at);
    command->resource = vgpu_resource_find(device, id);
    if (fits_naming(info->names, id, command->resource)) {
        return check_kind(device, command);
    }
    vgpu_device_guest_error(device, "%s: resource id %u is %s", info->name, id,
                            command->resource ? "in use" : "not in use");
    return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
}

/* The renderer still has what was called by the id that a new resource is to get. */
static bool waits_for_id(VgpuDevice *device, const VgpuCommand *command)
{
    const VgpuCommandInfo *info = command->info;

    return !command->response && info->names == VGPU_NAMES_NEW &&
           vgpu_holder_is_leaving(device->holder, field_at(command, info->resource_at));
}

bool vgpu_command_dispatch(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_ctrl_hdr *hdr = &command->request.hdr;
    const VgpuCommandInfo *info = command->info;

    if (!command->response) {
        command->response = check_scanout(device, command);
    }
    if (!command->response) {
        command->response = check_context(device, command);
    }
    if (!command->response) {
        command->response = check_resource(device, command);
    }
    if (waits_for_id(device, command)) {
        vgpu_device_trace(device, VGPU_TRACE_WAIT, hdr->type, 0, 0, 0);
        return false;
    }
    if (command->resource) {
        if (command->resource->busy && !command->resource->rendered && !info->pipelined) {
            vgpu_device_trace(device, VGPU_TRACE_WAIT, hdr->type, command->resource->id, 0, 0);
            return false;
        }
        command->scanouts = command->resource->scanouts;
        if (command->scanouts && !command->start_ns) {
            command->start_ns = vgpu_now_ns();
        }
    }
    vgpu_device_trace(device, VGPU_TRACE_COMMAND, hdr->type,
                      command->resource ? command->resource->id : 0, hdr->fence_id, hdr->flags);
    if (!command->response) {
        command->response = info->handle(device, command);
    }
    command->resource = NULL;
    command->context = NULL;
    return true;
}

void *vgpu_command_payload(VgpuCommand *command, size_t size)
{
    g_assert(!command->payload && size >= sizeof(struct virtio_gpu_ctrl_hdr));
    command->payload = g_malloc0(size);
    command->payload_size = size;
    return command->payload;
}

/* Clause 5.7.6.7: an answer repeats the fence of its request. */
static void fill_header(const VgpuCommand *command, struct virtio_gpu_ctrl_hdr *hdr)
{
    const struct virtio_gpu_ctrl_hdr *request = &command->request.hdr;

    hdr->type = command->response;
    if (request->flags & VIRTIO_GPU_FLAG_FENCE) {
        hdr->flags = request->flags & (VIRTIO_GPU_FLAG_FENCE | VIRTIO_GPU_FLAG_INFO_RING_IDX);
        hdr->fence_id = request->fence_id;
        hdr->ctx_id = request->ctx_id;
        if (hdr->flags & VIRTIO_GPU_FLAG_INFO_RING_IDX) {
            hdr->ring_idx = request->ring_idx;
        }
    }
}

static void account_time(VgpuDevice *device, const VgpuCommand *command, int64_t taken_ns)
{
    for (uint32_t left = command->scanouts; left; left &= left - 1) {
        VgpuScanoutStats *stats = &device->scanouts[__builtin_ctz(left)].stats;

        stats->longest_command_ns = MAX(stats->longest_command_ns, (uint64_t)taken_ns);
    }
}

void vgpu_command_answer(VgpuDevice *device, VgpuCommand *command)
{
    const struct virtio_gpu_ctrl_hdr *request = &command->request.hdr;
    int64_t taken_ns = command->start_ns ? vgpu_now_ns() - command->start_ns : 0;
    struct virtio_gpu_ctrl_hdr bare = { 0 };
    VgpuQueue *queue = device->config.queues[command->queue];
    void *answer = &bare;
    size_t size = sizeof(bare), written;

    if (command->payload && command->response < VIRTIO_GPU_RESP_ERR_UNSPEC) {
        answer = command->payload;
        size = command->payload_size;
    }
    fill_header(command, answer);
    written = vgpu_iov_write(command->in, command->n_in, answer, size);
    g_clear_pointer(&command->payload, g_free);

    device->stats.commands++;
    device->stats.fences += request->flags & VIRTIO_GPU_FLAG_FENCE ? 1 : 0;
    account_time(device, command, taken_ns);
    vgpu_device_trace(device, VGPU_TRACE_ANSWER, request->type, command->response,
                      request->fence_id, taken_ns);
    if (request->flags & VIRTIO_GPU_FLAG_FENCE) {
        vgpu_device_trace(device, VGPU_TRACE_FENCE, request->fence_id, command->response, 0, 0);
    }
    device->notify |= 1u << command->queue;
    queue->ops->push(queue, command, written);
}

void vgpu_command_drop(VgpuDevice *device, VgpuCommand *command)
{
    VgpuQueue *queue = device->config.queues[command->queue];

    g_clear_pointer(&command->payload, g_free);
    queue->ops->detach(queue, command);
}
