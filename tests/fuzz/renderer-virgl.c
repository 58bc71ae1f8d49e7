/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device under test with virglrenderer, on an EGL without a display.
 *
 * The library is there once a process and takes long to start: all sessions have the same renderer,
 * which is reset where a device would destroy it.
 */
#include "../../hw/display/vgpu/renderers/virgl-private.h"
#include "session.h"

/* Pixels each way: larger pictures are only slower. */
#define MAX_LENGTH 256
#define MAX_LAYERS 4
#define MAX_SAMPLES 4

/* Serials begin anew with each device. */
static void keep(VgpuRenderer3D *renderer)
{
    VgpuVirgl *self = (VgpuVirgl *)renderer;

    renderer->ops->reset(renderer, NULL);
    g_mutex_lock(&self->lock);
    self->newest = self->retired = self->signalled = 0;
    g_mutex_unlock(&self->lock);
}

VgpuRenderer3D *vgpu_fuzz_take_renderer(void)
{
    static VgpuRenderer3DOps ops;
    static VgpuRenderer3D *renderer;
    g_autoptr(GError) error = NULL;

    if (!renderer) {
        renderer = vgpu_virgl_create("surfaceless", true, NULL, &error);
        g_assert_no_error(error);
        ops = *renderer->ops;
        ops.destroy = keep;
        renderer->ops = &ops;
    }
    return renderer;
}

void vgpu_fuzz_tame(VgpuFuzzStep *step)
{
    if (step->op % VGPU_FUZZ_OP_COUNT == VGPU_FUZZ_CREATE_3D) {
        step->words[4] %= MAX_LENGTH;
        step->words[5] %= MAX_LENGTH;
        step->words[6] %= MAX_LAYERS;
        step->words[7] %= MAX_LAYERS;
        /* The last level and the number of samples are the first words again. */
        step->words[1] %= 16;
        step->words[0] %= 64;
    }
    if (step->op % VGPU_FUZZ_OP_COUNT == VGPU_FUZZ_RAW) {
        step->words[7] %= VIRTIO_GPU_CMD_CTX_CREATE;
    }
}
