/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of the process while the renderer's thread is in the driver.
 *
 * Drivers bring a compiler, whose destructors run on exit() and take its state away from the thread
 * that compiles. Nobody waits for that thread, so the process ends before they do; what QEMU wants
 * done at its end is done.
 */
#include "qemu/osdep.h"
#include "hw/display/virtio-gpu-gl.h"
#include "qemu/notify.h"
#include "sysemu/sysemu.h"

/* Whoever is added comes first, and the others follow. */
static void run_exit_notifiers(void)
{
    Notifier first = { 0 };
    Notifier *next;

    qemu_add_exit_notifier(&first);
    for (Notifier *notifier = first.node.le_next; notifier; notifier = next) {
        next = notifier->node.le_next;
        notifier->notify(notifier, NULL);
    }
}

static void end_in_time(int status, void *opaque)
{
    if (vgpu_executor_halt_all()) {
        run_exit_notifiers();
        fflush(NULL);
        _exit(status);
    }
}

/* Handlers run last come, first served: each driver that is loaded is to be forestalled. */
void vgpu_gl_prepare_exit(void)
{
    on_exit(end_in_time, NULL);
}
