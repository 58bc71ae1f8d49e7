/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VgpuDevice: its life, its queues, and the commands between request and answer. */
#include "device-private.h"

#include "commands.h"
#include "context.h"
#include "held.h"
#include "mapping.h"
#include "render.h"

VgpuDevice *vgpu_device_create(const VgpuConfig *config)
{
    VgpuDevice *device = g_new0(VgpuDevice, 1);

    g_assert(config->max_outputs >= 1 && config->max_outputs <= VGPU_MAX_SCANOUTS);
    g_assert(config->memory && config->sink && config->loop && config->executor);
    g_ref_count_init(&device->references);
    device->config = *config;
    device->renderer = &vgpu_renderer_2d;
    device->resources = g_hash_table_new(NULL, NULL);
    device->uuids = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_queue_init(&device->outstanding);
    g_queue_init(&device->jobs);
    g_queue_init(&device->presents);
    device->contexts = g_hash_table_new(NULL, NULL);
    device->mappings = vgpu_mapping_create_table();
    device->holder = vgpu_holder_create(device, config->executor, config->renderer_3d);
    vgpu_timeline_init(&device->timeline);
    if (config->renderer_3d) {
        device->signals = vgpu_signals_create(config->loop, device, vgpu_device_deliver_fences);
        config->renderer_3d->signals = vgpu_signals_ref(device->signals);
    }
    for (uint32_t i = 0; i < VGPU_MAX_SCANOUTS; i++) {
        vgpu_scanout_init(&device->scanouts[i]);
    }
    return device;
}

static void device_unref(VgpuDevice *device)
{
    if (g_ref_count_dec(&device->references)) {
        g_free(device);
    }
}

void vgpu_device_set_features(VgpuDevice *device, uint64_t features)
{
    /* Whatever the driver says it accepted: there is nothing behind it. */
    if (!device->config.renderer_3d) {
        features &= ~(1ull << VIRTIO_GPU_F_VIRGL);
    }
    device->features = features;
}

bool vgpu_device_is_enabled(VgpuDevice *device)
{
    return device->enabled;
}

/* ---- batches -------------------------------------------------------------------------------- */

void vgpu_device_begin_batch(VgpuDevice *device)
{
    if (!device->batch_depth++) {
        device->batch_copied = 0;
    }
}

static void notify_queues(VgpuDevice *device)
{
    for (uint32_t left = device->notify; left; left &= left - 1) {
        VgpuQueue *queue = device->config.queues[__builtin_ctz(left)];

        queue->ops->notify(queue);
    }
    device->notify = 0;
}

/* Reads that were under way are shown, or will not be. */
static void tell_who_reads(VgpuDevice *device)
{
    VgpuSink *sink = device->config.sink;
    uint32_t left = device->read;

    device->read = 0;
    for (; left && sink->ops->pixels_read; left &= left - 1) {
        sink->ops->pixels_read(sink, __builtin_ctz(left));
    }
}

void vgpu_device_end_batch(VgpuDevice *device)
{
    if (device->batch_depth == 1) {
        vgpu_scanout_commit_all(device);
        tell_who_reads(device);
        notify_queues(device);
    }
    device->batch_depth--;
}

/* ---- commands ------------------------------------------------------------------------------- */

static void hold_command(VgpuDevice *device, VgpuCommand *command)
{
    if (!command->held) {
        command->held = true;
        command->link = (GList) { .data = command };
        g_queue_push_tail_link(&device->outstanding, &command->link);
    }
}

static void answer_command(VgpuDevice *device, VgpuCommand *command)
{
    if (command->held) {
        g_queue_unlink(&device->outstanding, &command->link);
    }
    vgpu_command_answer(device, command);
}

void vgpu_device_deliver(VgpuDevice *device, VgpuCommand *command)
{
    if (command->awaits) {
        command->delivered = true;
        hold_command(device, command);
        return;
    }
    answer_command(device, command);
}

void vgpu_device_retire(VgpuDevice *device, VgpuTimeline *timeline)
{
    VgpuCommand *command;

    while ((command = vgpu_timeline_retire(timeline))) {
        vgpu_device_deliver(device, command);
    }
}

void vgpu_device_command_done(VgpuDevice *device, VgpuCommand *command)
{
    if (command->timeline) {
        vgpu_device_retire(device, command->timeline);
    } else {
        vgpu_device_deliver(device, command);
    }
}

void vgpu_device_frames_taken(VgpuDevice *device, uint32_t scanouts)
{
    GList *link = device->outstanding.head;

    vgpu_scanout_count_taken(device, scanouts);
    while (link) {
        VgpuCommand *command = link->data;

        link = link->next;
        command->awaits &= ~scanouts;
        if (command->delivered && !command->awaits) {
            answer_command(device, command);
        }
    }
}

void vgpu_device_frame_presented(VgpuDevice *device, VgpuCommand *command, uint32_t scanouts)
{
    command->awaits = (command->awaits & ~VGPU_AWAITS_PRESENT) | scanouts;
    if (command->delivered && !command->awaits) {
        answer_command(device, command);
    }
}

void vgpu_device_frame_taken(VgpuDevice *device, uint32_t scanout_id)
{
    vgpu_device_begin_batch(device);
    vgpu_device_frames_taken(device, 1u << scanout_id);
    vgpu_device_end_batch(device);
}

/* Returns false when the command has to wait. */
static bool start_command(VgpuDevice *device, VgpuCommand *command)
{
    /* Cursor commands finish at once, so their fences have nothing to wait for. */
    bool fence = command->request.hdr.flags & VIRTIO_GPU_FLAG_FENCE &&
                 command->queue == VGPU_QUEUE_CONTROL;
    VgpuTimeline *timeline;

    if (!vgpu_command_dispatch(device, command)) {
        return false;
    }
    timeline = fence ? vgpu_timeline_of_fence(device, &command->request.hdr) : NULL;
    if (command->response && (!timeline || vgpu_timeline_is_idle(timeline))) {
        vgpu_device_deliver(device, command);
        return true;
    }
    hold_command(device, command);
    if (timeline) {
        vgpu_timeline_join(timeline, command);
    }
    return true;
}

static VgpuCommand *next_command(VgpuDevice *device, VgpuQueueId id)
{
    VgpuQueue *queue = device->config.queues[id];
    VgpuCommand *command;

    if (id == VGPU_QUEUE_CONTROL && device->waiting) {
        return g_steal_pointer(&device->waiting);
    }
    command = queue->ops->pop(queue);
    if (command) {
        vgpu_command_decode(device, id, command);
    }
    return command;
}

/* Returns false when there may be more to do. */
static bool process_batch(VgpuDevice *device, VgpuQueueId id)
{
    for (uint32_t n = 0; n < VGPU_MAX_BATCH; n++) {
        VgpuCommand *command = next_command(device, id);

        if (!command) {
            return true;
        }
        if (!start_command(device, command)) {
            device->waiting = command;
            return true;
        }
    }
    return false;
}

static void post_process(VgpuDevice *device, VgpuQueueId id);

void vgpu_device_process(VgpuDevice *device, VgpuQueueId id)
{
    bool empty;

    if (device->batch_depth) {
        /* The guest got here from inside a port, say by a request that lies in our registers. */
        post_process(device, id);
        return;
    }
    vgpu_device_trace(device, VGPU_TRACE_KICK, id, 0, 0, 0);
    vgpu_device_begin_batch(device);
    empty = process_batch(device, id);
    vgpu_device_end_batch(device);
    if (!empty) {
        post_process(device, id);
    }
}

static void process_posted(VgpuDevice *device, VgpuQueueId id)
{
    if (!device->destroyed) {
        vgpu_device_process(device, id);
    }
    device_unref(device);
}

static void process_control(void *device)
{
    process_posted(device, VGPU_QUEUE_CONTROL);
}

static void process_cursor(void *device)
{
    process_posted(device, VGPU_QUEUE_CURSOR);
}

static void post_process(VgpuDevice *device, VgpuQueueId id)
{
    VgpuLoop *loop = device->config.loop;

    g_ref_count_inc(&device->references);
    loop->ops->post(loop, id == VGPU_QUEUE_CURSOR ? process_cursor : process_control, device);
}

void vgpu_device_resume(VgpuDevice *device)
{
    if (device->waiting &&
        (device->batch_depth > 1 || !process_batch(device, VGPU_QUEUE_CONTROL))) {
        post_process(device, VGPU_QUEUE_CONTROL);
    }
}

void vgpu_device_resume_later(VgpuDevice *device)
{
    if (device->waiting) {
        post_process(device, VGPU_QUEUE_CONTROL);
    }
}

/* ---- the end of commands --------------------------------------------------------------------- */

/* All outstanding commands are the control queue's. */
static void drop_commands(VgpuDevice *device)
{
    uint32_t n_dropped = device->outstanding.length + (device->waiting ? 1 : 0);
    GList *link;

    while ((link = g_queue_pop_head_link(&device->outstanding))) {
        VgpuCommand *command = link->data;
        VgpuJob *job = (VgpuJob *)command->operation;

        if (job) {
            job->command = NULL;
            if (job->abandon) {
                job->abandon(job);
            }
        }
        if (command->timeline) {
            g_queue_unlink(&command->timeline->fences, &command->fence_link);
        }
        vgpu_present_forget_command(device, command);
        vgpu_command_drop(device, command);
    }
    if (device->waiting) {
        vgpu_command_drop(device, g_steal_pointer(&device->waiting));
    }
    vgpu_device_trace(device, VGPU_TRACE_RESET, n_dropped, 0, 0, 0);
}

void vgpu_device_reset_queue(VgpuDevice *device, VgpuQueueId queue)
{
    if (queue == VGPU_QUEUE_CONTROL) {
        drop_commands(device);
    }
    device->notify &= ~(1u << queue);
}

void vgpu_device_drain(VgpuDevice *device)
{
    VgpuExecutor *executor = device->config.executor;

    /* Each completion may start commands that waited for it. */
    while (device->jobs.length) {
        executor->ops->wait(executor);
    }
    vgpu_device_begin_batch(device);
    vgpu_device_frames_taken(device, UINT32_MAX);
    vgpu_device_end_batch(device);
    g_assert((!device->outstanding.length && !device->waiting) || device->config.renderer_3d);
}

/* ---- reset and the end ---------------------------------------------------------------------- */

void vgpu_device_reset(VgpuDevice *device)
{
    VgpuSink *sink = device->config.sink;

    drop_commands(device);
    vgpu_device_orphan_jobs(device);
    vgpu_mapping_forget_all(device);
    vgpu_render_reset(device);
    vgpu_present_free_all(device);
    vgpu_context_free_all(device);
    for (uint32_t i = 0; i < device->config.max_outputs; i++) {
        VgpuScanout *scanout = &device->scanouts[i];

        vgpu_scanout_disable(device, i);
        device->read |= scanout->reads ? 1u << i : 0;
        scanout->reads = 0;
        if (scanout->cursor.resource_id) {
            sink->ops->define_cursor(sink, i, NULL);
        }
        scanout->cursor = (VgpuScanoutCursor) { 0 };
    }
    vgpu_resource_destroy_all(device);
    tell_who_reads(device);
    device->enabled = false;
    device->events = 0;
    device->notify = 0;
}

void vgpu_device_destroy(VgpuDevice *device)
{
    if (!device) {
        return;
    }
    vgpu_device_reset(device);
    for (uint32_t i = 0; i < VGPU_MAX_SCANOUTS; i++) {
        vgpu_scanout_finish(&device->scanouts[i]);
    }
    g_hash_table_unref(device->resources);
    g_hash_table_unref(device->uuids);
    g_hash_table_unref(device->contexts);
    g_tree_unref(device->mappings);
    vgpu_holder_finish(device->holder, vgpu_render_finish(device));
    device->destroyed = true;
    device_unref(device);
}

/* ---- configuration and outputs -------------------------------------------------------------- */

void vgpu_device_get_config(VgpuDevice *device, struct virtio_gpu_config *config)
{
    *config = (struct virtio_gpu_config) {
        .events_read = device->events,
        .num_scanouts = device->config.max_outputs,
        .num_capsets = device->config.renderer_3d ? device->config.renderer_3d->n_capsets : 0,
    };
}

void vgpu_device_clear_events(VgpuDevice *device, uint32_t events)
{
    device->events &= ~events;
}

static bool outputs_equal(const VgpuOutput *a, const VgpuOutput *b)
{
    return a->enabled == b->enabled && a->width == b->width && a->height == b->height &&
           a->width_mm == b->width_mm && a->height_mm == b->height_mm &&
           a->refresh_millihertz == b->refresh_millihertz;
}

void vgpu_device_set_output(VgpuDevice *device, uint32_t scanout_id, const VgpuOutput *output)
{
    VgpuSink *sink = device->config.sink;

    g_assert(scanout_id < device->config.max_outputs);
    if (outputs_equal(&device->outputs[scanout_id], output)) {
        return;
    }
    device->outputs[scanout_id] = *output;
    device->events |= VIRTIO_GPU_EVENT_DISPLAY;
    sink->ops->config_changed(sink);
}

const VgpuOutput *vgpu_device_get_output(VgpuDevice *device, uint32_t scanout_id)
{
    g_assert(scanout_id < device->config.max_outputs);
    return &device->outputs[scanout_id];
}

const VgpuScanoutStats *vgpu_device_get_stats(VgpuDevice *device, uint32_t scanout_id)
{
    g_assert(scanout_id < device->config.max_outputs);
    return &device->scanouts[scanout_id].stats;
}

VgpuDeviceStats vgpu_device_get_device_stats(VgpuDevice *device)
{
    VgpuDeviceStats stats = device->stats;

    stats.outstanding = device->outstanding.length + (device->waiting ? 1 : 0);
    return stats;
}
