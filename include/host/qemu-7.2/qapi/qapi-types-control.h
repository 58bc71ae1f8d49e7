/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated types of the host's management interface: versions.
 */
#ifndef HOST_QEMU_QAPI_QAPI_TYPES_CONTROL_H
#define HOST_QEMU_QAPI_QAPI_TYPES_CONTROL_H

#include "qemu/osdep.h"

typedef struct VersionTriple {
    int64_t major;
    int64_t minor;
    int64_t micro;
} VersionTriple;

typedef struct VersionInfo {
    VersionTriple *qemu;
    char *package;
} VersionInfo;

void qapi_free_VersionInfo(VersionInfo *obj);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VersionInfo, qapi_free_VersionInfo)

#endif
