/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making a 3D renderer where it lives: on its thread. */
#include "qemu/osdep.h"
#include "hw/display/vgpu/renderer-virgl.h"
#include "hw/display/virtio-gpu-gl.h"
#include "qapi/error.h"

typedef struct RendererOperation {
    VgpuOperation base;
    VirtIOGPUGL *gl;
    VgpuRenderer3D *renderer;
    GError *error;
} RendererOperation;

static void open_run(VgpuOperation *operation)
{
    RendererOperation *open = container_of(operation, RendererOperation, base);

    open->renderer = vgpu_virgl_create(open->gl->render_node, open->gl->venus,
                                       &open->gl->displays.base, &open->error);
}

static void open_done(VgpuOperation *operation)
{
}

VgpuRenderer3D *vgpu_gl_renderer_open(VirtIOGPUGL *gl, VgpuExecutor *executor, Error **errp)
{
    RendererOperation open = {
        .base = { .run = open_run, .done = open_done }, .gl = gl,
    };

    executor->ops->submit(executor, &open.base);
    executor->ops->wait(executor);
    if (open.error) {
        error_setg(errp, "%s", open.error->message);
        g_error_free(open.error);
    }
    vgpu_gl_prepare_exit();
    return open.renderer;
}

static void discard_run(VgpuOperation *operation)
{
    VgpuRenderer3D *renderer = container_of(operation, RendererOperation, base)->renderer;

    renderer->ops->destroy(renderer);
}

static void discard_done(VgpuOperation *operation)
{
    g_free(container_of(operation, RendererOperation, base));
}

void vgpu_gl_renderer_discard(VgpuRenderer3D *renderer, VgpuExecutor *executor)
{
    RendererOperation *discard = g_new0(RendererOperation, 1);

    discard->base.run = discard_run;
    discard->base.done = discard_done;
    discard->renderer = renderer;
    executor->ops->submit(executor, &discard->base);
}
