/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the 3D renderer is lost.
 *
 * The executor notices after a call, and runs no more calls than those that let go of something. The
 * device hears of it with that call, and goes on in 2D until it is reset.
 */
#include "context.h"
#include "render.h"

void vgpu_render_look(VgpuRenderer3D *renderer)
{
    renderer->lost = renderer->ops->is_lost && renderer->ops->is_lost(renderer);
}

/*
 * Where a 2D resource was drawn to, what was last seen of it is still here, and its pages are: its
 * driver can draw it anew.
 */
static void take_back(VgpuDevice *device)
{
    GHashTableIter iterator;
    void *value;

    g_hash_table_iter_init(&iterator, device->resources);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        VgpuResource *resource = value;

        if (!resource->is_3d && !resource->blob) {
            resource->rendered = false;
        }
    }
}

void vgpu_render_lose(VgpuDevice *device)
{
    if (device->lost) {
        return;
    }
    device->lost = true;
    take_back(device);
    vgpu_context_signal_all(device);
}
