/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "signals.h"

struct VgpuSignals {
    gatomicrefcount references;
    VgpuLoop *loop;
    VgpuDevice *device;   /* NULL: gone; owner thread only */
    void (*deliver)(VgpuDevice *device, const VgpuFence *fences, size_t n_fences);

    GMutex lock;          /* for all below */
    GArray *raised;       /* of VgpuFence; NULL: a call of deliver_raised() is not on its way */
};

VgpuSignals *vgpu_signals_create(VgpuLoop *loop, VgpuDevice *device,
                                 void (*deliver)(VgpuDevice *device, const VgpuFence *fences,
                                                 size_t n_fences))
{
    VgpuSignals *signals = g_new0(VgpuSignals, 1);

    g_atomic_ref_count_init(&signals->references);
    signals->loop = loop;
    signals->device = device;
    signals->deliver = deliver;
    g_mutex_init(&signals->lock);
    return signals;
}

VgpuSignals *vgpu_signals_ref(VgpuSignals *signals)
{
    g_atomic_ref_count_inc(&signals->references);
    return signals;
}

void vgpu_signals_unref(VgpuSignals *signals)
{
    if (signals && g_atomic_ref_count_dec(&signals->references)) {
        g_mutex_clear(&signals->lock);
        g_free(signals);
    }
}

void vgpu_signals_disconnect(VgpuSignals *signals)
{
    signals->device = NULL;
}

static void deliver_raised(void *opaque)
{
    VgpuSignals *signals = opaque;
    g_autoptr(GArray) raised = NULL;

    g_mutex_lock(&signals->lock);
    raised = g_steal_pointer(&signals->raised);
    g_mutex_unlock(&signals->lock);
    if (signals->device) {
        signals->deliver(signals->device, (const VgpuFence *)raised->data, raised->len);
    }
    vgpu_signals_unref(signals);
}

void vgpu_signals_raise(VgpuSignals *signals, const VgpuFence *fence)
{
    g_mutex_lock(&signals->lock);
    if (!signals->raised) {
        signals->raised = g_array_new(false, false, sizeof(VgpuFence));
        vgpu_signals_ref(signals);
        signals->loop->ops->post(signals->loop, deliver_raised, signals);
    }
    g_array_append_vals(signals->raised, fence, 1);
    g_mutex_unlock(&signals->lock);
}
