/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "held.h"

#include "backing.h"
#include "device-private.h"

struct VgpuHolder {
    VgpuDevice *device;      /* NULL: gone */
    VgpuExecutor *executor;
    VgpuRenderer3D *renderer;
    GHashTable *leaving;     /* ids of resources that are gone, but for memory that is held */
    unsigned n_held;
    VgpuOperation *last;     /* for when the device is gone and nothing is held; or NULL */
};

VgpuHolder *vgpu_holder_create(VgpuDevice *device, VgpuExecutor *executor,
                               VgpuRenderer3D *renderer)
{
    VgpuHolder *holder = g_new0(VgpuHolder, 1);

    holder->device = device;
    holder->executor = executor;
    holder->renderer = renderer;
    holder->leaving = g_hash_table_new(NULL, NULL);
    return holder;
}

static void end(VgpuHolder *holder)
{
    if (holder->device || holder->n_held) {
        return;
    }
    if (holder->last) {
        holder->executor->ops->submit(holder->executor, holder->last);
    }
    holder->executor->ops->release(holder->executor);
    g_hash_table_unref(holder->leaving);
    g_free(holder);
}

void vgpu_holder_finish(VgpuHolder *holder, VgpuOperation *last)
{
    holder->device = NULL;
    holder->last = last;
    end(holder);
}

bool vgpu_holder_is_leaving(const VgpuHolder *holder, uint32_t resource_id)
{
    return g_hash_table_contains(holder->leaving, GUINT_TO_POINTER(resource_id));
}

GHashTable *vgpu_holder_list_leaving(const VgpuHolder *holder)
{
    GHashTable *ids = g_hash_table_new(NULL, NULL);
    GHashTableIter iterator;
    void *id;

    g_hash_table_iter_init(&iterator, holder->leaving);
    while (g_hash_table_iter_next(&iterator, &id, NULL)) {
        g_hash_table_add(ids, id);
    }
    return ids;
}

bool vgpu_holder_is_full(const VgpuHolder *holder)
{
    return holder->n_held >= VGPU_MAX_HELD;
}

/* ---- letting go ----------------------------------------------------------------------------- */

/* Belongs to nobody: it runs behind whatever the renderer was asked for before. */
typedef struct LetGo {
    VgpuOperation base;
    VgpuRenderer3D *renderer;
    uint32_t resource_id;
    bool destroy;
    VgpuBacking *backing;
} LetGo;

static void let_go_run(VgpuOperation *operation)
{
    LetGo *let_go = (LetGo *)operation;
    VgpuRenderer3D *renderer = let_go->renderer;

    renderer->ops->unmap_blob(renderer, let_go->resource_id);
    if (let_go->destroy && let_go->backing) {
        renderer->ops->detach_backing(renderer, let_go->resource_id);
    }
    if (let_go->destroy) {
        renderer->ops->destroy_resource(renderer, let_go->resource_id);
    }
}

static void let_go_done(VgpuOperation *operation)
{
    vgpu_backing_unref(((LetGo *)operation)->backing);
    g_free(operation);
}

static void submit_let_go(VgpuHolder *holder, uint32_t resource_id, bool destroy,
                          VgpuBacking *backing)
{
    LetGo *let_go = g_new0(LetGo, 1);

    let_go->base.run = let_go_run;
    let_go->base.done = let_go_done;
    let_go->renderer = holder->renderer;
    let_go->resource_id = resource_id;
    let_go->destroy = destroy;
    let_go->backing = backing;
    holder->executor->ops->submit(holder->executor, &let_go->base);
}

void vgpu_holder_unmap(VgpuHolder *holder, uint32_t resource_id)
{
    submit_let_go(holder, resource_id, false, NULL);
}

/* ---- what is held --------------------------------------------------------------------------- */

VgpuHeld *vgpu_held_create(VgpuDevice *device, VgpuResource *resource,
                           const VgpuHostMemory *memory)
{
    VgpuHeld *held = g_new0(VgpuHeld, 1);

    g_assert(!resource->blob->held);
    held->holder = device->holder;
    held->resource = resource;
    held->resource_id = resource->id;
    held->memory = *memory;
    held->holder->n_held++;
    resource->blob->held = held;
    return held;
}

static void release(VgpuHeld *held)
{
    VgpuHolder *holder = held->holder;
    VgpuDevice *device = holder->device;

    submit_let_go(holder, held->resource_id, !held->resource, held->backing);
    holder->n_held--;
    if (held->resource) {
        held->resource->blob->held = NULL;
        g_free(held);
        return;
    }
    g_hash_table_remove(holder->leaving, GUINT_TO_POINTER(held->resource_id));
    g_free(held);
    if (device) {
        /* A command may have waited for the id. */
        vgpu_device_resume_later(device);
    }
    end(holder);
}

static void part_released(void *opaque)
{
    VgpuHeld *held = opaque;

    if (!--held->n_parts) {
        release(held);
    }
}

VgpuWindowPart *vgpu_held_place(VgpuHeld *held, VgpuWindow *window, uint64_t offset, uint64_t size)
{
    VgpuWindowPart *part = window->ops->place_memory(window, offset, size, held->memory.address,
                                                     part_released, held);

    if (part) {
        held->n_parts++;
    } else if (!held->n_parts) {
        release(held);
    }
    return part;
}

void vgpu_held_orphan(VgpuHeld *held)
{
    VgpuResource *resource = held->resource;

    resource->blob->held = NULL;
    held->resource = NULL;
    held->backing = resource->backing ? vgpu_backing_ref(resource->backing) : NULL;
    g_hash_table_add(held->holder->leaving, GUINT_TO_POINTER(held->resource_id));
}
