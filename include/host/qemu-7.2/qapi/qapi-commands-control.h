/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated commands of the host's management interface: versions, and the end.
 */
#ifndef HOST_QEMU_QAPI_QAPI_COMMANDS_CONTROL_H
#define HOST_QEMU_QAPI_QAPI_COMMANDS_CONTROL_H

#include "qapi/qapi-types-control.h"

VersionInfo *qmp_query_version(Error **errp);
void qmp_quit(Error **errp);

#endif
