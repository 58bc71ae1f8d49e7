/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's main loop as the engine's loop. */
#include "qemu/osdep.h"
#include "hw/display/virtio-gpu-engine.h"
#include "qemu/main-loop.h"

static void main_loop_post(VgpuLoop *loop, void (*callback)(void *opaque), void *opaque)
{
    aio_bh_schedule_oneshot(qemu_get_aio_context(), callback, opaque);
}

static const VgpuLoopOps main_loop_ops = {
    .post = main_loop_post,
};

VgpuLoop vgpu_main_loop = { &main_loop_ops };
