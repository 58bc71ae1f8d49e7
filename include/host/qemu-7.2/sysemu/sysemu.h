/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Global switches of the machine.
 */
#ifndef HOST_QEMU_SYSEMU_SYSEMU_H
#define HOST_QEMU_SYSEMU_SYSEMU_H

#include "qemu/notify.h"
#include "qemu/uuid.h"

extern const char *qemu_name;   /* of the machine, or NULL */
extern QemuUUID qemu_uuid;

/* Not 0 once a display offers GL; devices look at it when they are realized. */
extern int display_opengl;

/* Called from atexit, the latest addition first. */
void qemu_add_exit_notifier(Notifier *notify);

#endif
