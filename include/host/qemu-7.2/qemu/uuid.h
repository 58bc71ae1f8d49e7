/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Universally unique identifiers.
 */
#ifndef HOST_QEMU_QEMU_UUID_H
#define HOST_QEMU_QEMU_UUID_H

#include "host-layout.h"
#include "qemu/osdep.h"

typedef struct QemuUUID {
    unsigned char data[16];
} QemuUUID;
HOST_LAYOUT(QemuUUID, 16);

/* The caller frees it. */
char *qemu_uuid_unparse_strdup(const QemuUUID *uuid);

#endif
