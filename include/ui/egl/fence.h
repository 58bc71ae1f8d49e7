/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fences: know when the GPU has done what was asked of it, without waiting and without asking again
 * and again.
 */
#ifndef UI_EGL_FENCE_H
#define UI_EGL_FENCE_H

#include "ui/egl/device.h"

/*
 * Inserts a fence after the GL commands so far and answers a descriptor that becomes readable when
 * they are done; the caller closes it.  A native fence where the driver has them, else a thread
 * waits in the driver and tells.  -1 where the driver has no fences at all: the commands have been
 * finished (glFinish) in that case.  Needs a current context.
 */
int display_fence_create(DisplayEgl *egl);

/* As above, but only a native fence (a sync file that other drivers understand), else -1. */
int display_fence_create_native(DisplayEgl *egl);

/* Lets the GPU wait for a native fence before what follows; takes over the descriptor. */
bool display_fence_wait_on_gpu(DisplayEgl *egl, int fd);

#endif
