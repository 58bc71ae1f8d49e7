/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayProvider: where the device behind a console gets its GL contexts, and who may look at it.
 *
 * Listeners that know nothing of GL are welcome: a mirror serves them.  Lives as long as the process,
 * on the main thread.
 */
#ifndef UI_HOST_PROVIDER_H
#define UI_HOST_PROVIDER_H

#include "qemu/osdep.h"
#include "ui/console.h"
#include "ui/egl/device.h"
#include "ui/host/mirror.h"

typedef struct DisplayProvider {
    DisplayGLCtx base;
    DisplayEgl *egl;
    DisplayMirror *mirror;
    const DisplayChangeListenerOps *own;    /* of a front end that draws GL pictures itself, or NULL */
} DisplayProvider;

/* Makes it the console's, and starts its mirror.  `context` must be current. */
void display_provider_init(DisplayProvider *provider, QemuConsole *con, DisplayEgl *egl,
                           EGLContext context, const DisplayChangeListenerOps *own);

#endif
