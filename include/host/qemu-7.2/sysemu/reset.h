/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machine reset.
 */
#ifndef HOST_QEMU_SYSEMU_RESET_H
#define HOST_QEMU_SYSEMU_RESET_H

#include "qemu/osdep.h"

typedef void QEMUResetHandler(void *opaque);

void qemu_register_reset(QEMUResetHandler *func, void *opaque);
void qemu_unregister_reset(QEMUResetHandler *func, void *opaque);

#endif
