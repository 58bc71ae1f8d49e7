/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuSignals: fences on their way from the threads that signal them to the device.
 *
 * Counted: a device and a renderer each hold it, and late signals find nobody.
 */
#ifndef HW_DISPLAY_VGPU_SIGNALS_H
#define HW_DISPLAY_VGPU_SIGNALS_H

#include "hw/display/vgpu/device.h"
#include "hw/display/vgpu/renderer-3d.h"

/* `deliver` gets what was raised, in the order of raising, on the owner thread. */
VgpuSignals *vgpu_signals_create(VgpuLoop *loop, VgpuDevice *device,
                                 void (*deliver)(VgpuDevice *device, const VgpuFence *fences,
                                                 size_t n_fences));
VgpuSignals *vgpu_signals_ref(VgpuSignals *signals);
/* Takes NULL. Any thread. */
void vgpu_signals_unref(VgpuSignals *signals);
/* The device goes: nothing is delivered from now on. Owner thread. */
void vgpu_signals_disconnect(VgpuSignals *signals);

#endif
