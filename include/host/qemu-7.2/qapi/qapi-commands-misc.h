/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated commands of the host's management interface: whether the machine runs.
 */
#ifndef HOST_QEMU_QAPI_QAPI_COMMANDS_MISC_H
#define HOST_QEMU_QAPI_QAPI_COMMANDS_MISC_H

#include "qapi/error.h"

void qmp_stop(Error **errp);
void qmp_cont(Error **errp);

#endif
