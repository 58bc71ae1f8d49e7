/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures that the 3D renderer shares with displays, shown when they have been drawn.
 *
 * A flush has the renderer share and make a fence; the picture is presented when that is signalled,
 * even if the driver has set up the next one by then: else a driver that is ahead of the renderer
 * would never be seen.
 */
#include "rect.h"
#include "render.h"

/* What a display takes of the resource; a part is read for those that would show all of a texture. */
static unsigned ways_of(VgpuDevice *device, uint32_t scanout_id, const VgpuResource *resource,
                        const pixman_box32_t *source)
{
    VgpuSink *sink = device->config.sink;
    unsigned ways = sink->ops->shared_ways ? sink->ops->shared_ways(sink, scanout_id) : 0;
    bool is_whole = !source->x1 && !source->y1 && source->x2 == (int32_t)resource->width &&
                    source->y2 == (int32_t)resource->height;

    if (!device->config.renderer_3d->ops->share_picture ||
        !(is_whole || ways & VGPU_SHARE_PARTS)) {
        return 0;
    }
    return ways & ~VGPU_SHARE_PARTS & ~resource->unshareable;
}

bool vgpu_present_set_scanout(VgpuDevice *device, uint32_t scanout_id, VgpuResource *resource,
                              const pixman_box32_t *source)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    unsigned ways = ways_of(device, scanout_id, resource, source);

    if (!ways) {
        return false;
    }
    if (!scanout->shared) {
        vgpu_scanout_leave(device, scanout_id);
        scanout->shared = true;
        scanout->shared_since = device->fence_serial;
    } else {
        scanout->resource->scanouts &= ~(1u << scanout_id);
    }
    scanout->resource = resource;
    scanout->source = *source;
    scanout->ways = ways;
    resource->scanouts |= 1u << scanout_id;
    return true;
}

/* ---- from flush to fence -------------------------------------------------------------------- */

/* A dmabuf that nobody shows is not free: drivers may pack a texture that is exported less well. */
static unsigned best_of(unsigned ways)
{
    return ways & VGPU_SHARE_TEXTURE ? VGPU_SHARE_TEXTURE : ways;
}

void vgpu_present_add(VgpuDevice *device, VgpuRenderCall *call, uint32_t scanouts,
                      const pixman_box32_t *box)
{
    VgpuPresent *present = g_new0(VgpuPresent, 1);

    present->resource_id = call->base.resource->id;
    present->scanouts = scanouts;
    present->box = *box;
    present->link.data = present;
    for (uint32_t left = scanouts; left; left &= left - 1) {
        const VgpuScanout *scanout = &device->scanouts[__builtin_ctz(left)];

        present->sources[__builtin_ctz(left)] = scanout->source;
        present->ways |= best_of(scanout->ways);
    }
    present->serial = ++device->fence_serial;
    call->fence = (VgpuFence) { .serial = present->serial };
    call->present = present;
    call->base.command->awaits |= VGPU_AWAITS_PRESENT;
}

void vgpu_present_run(VgpuRenderCall *call)
{
    VgpuPresent *present = call->present;

    call->renderer->ops->share_picture(call->renderer, present->resource_id, present->ways,
                                       &present->picture);
}

static bool show(VgpuDevice *device, uint32_t scanout_id, const VgpuPresent *present)
{
    VgpuScanout *scanout = &device->scanouts[scanout_id];
    const pixman_box32_t *source = &present->sources[scanout_id], *box = &present->box;
    DisplayBuffer *buffer = present->picture.buffer;
    pixman_box32_t damage = {
        MAX(box->x1, source->x1) - source->x1, MAX(box->y1, source->y1) - source->y1,
        MIN(box->x2, source->x2) - source->x1, MIN(box->y2, source->y2) - source->y1,
    };

    if (!scanout->shared || present->serial <= scanout->shared_since) {
        return false;
    }
    if (scanout->buffer != buffer || memcmp(&scanout->part, source, sizeof(*source))) {
        g_autoptr(DisplayBuffer) before G_GNUC_UNUSED = scanout->buffer;

        scanout->buffer = display_buffer_ref(buffer);
        scanout->part = *source;
        scanout->bottom_up = present->picture.bottom_up;
        vgpu_scanout_show(device, scanout_id);
    }
    if (vgpu_box_is_empty(&damage)) {
        return false;
    }
    vgpu_scanout_add_damage(device, scanout_id, &damage);
    scanout->stats.frames_shared++;
    return true;
}

static void present_now(VgpuDevice *device, VgpuPresent *present)
{
    uint32_t shown = 0;

    for (uint32_t left = present->scanouts; left; left &= left - 1) {
        uint32_t scanout_id = __builtin_ctz(left);

        if (show(device, scanout_id, present)) {
            shown |= 1u << scanout_id;
        }
    }
    if (present->command) {
        vgpu_device_frame_presented(device, present->command, shown);
    }
    vgpu_present_free(present);
}

uint32_t vgpu_present_queue(VgpuDevice *device, VgpuRenderCall *call)
{
    VgpuPresent *present = g_steal_pointer(&call->present);
    uint32_t refused = 0;

    call->base.resource->unshareable |= present->ways & ~present->picture.ways;
    for (uint32_t left = present->scanouts; left; left &= left - 1) {
        uint32_t scanout_id = __builtin_ctz(left);

        if (!(device->scanouts[scanout_id].ways & present->picture.ways)) {
            refused |= 1u << scanout_id;
        }
    }
    present->scanouts &= ~refused;
    present->command = call->base.command;
    if (!present->scanouts || present->serial <= device->signalled) {
        present_now(device, present);
    } else {
        g_queue_push_tail_link(&device->presents, &present->link);
    }
    return refused;
}

void vgpu_present_signalled(VgpuDevice *device, uint64_t serial)
{
    device->signalled = MAX(device->signalled, serial);
    while (device->presents.head &&
           ((VgpuPresent *)device->presents.head->data)->serial <= device->signalled) {
        present_now(device, g_queue_pop_head_link(&device->presents)->data);
    }
}

/* ---- the end -------------------------------------------------------------------------------- */

void vgpu_present_forget_command(VgpuDevice *device, const VgpuCommand *command)
{
    for (GList *link = device->presents.head; link; link = link->next) {
        VgpuPresent *present = link->data;

        if (present->command == command) {
            present->command = NULL;
        }
    }
}

void vgpu_present_free(VgpuPresent *present)
{
    if (present) {
        display_buffer_unref(present->picture.buffer);
        g_free(present);
    }
}

void vgpu_present_free_all(VgpuDevice *device)
{
    GList *link;

    while ((link = g_queue_pop_head_link(&device->presents))) {
        vgpu_present_free(link->data);
    }
}
