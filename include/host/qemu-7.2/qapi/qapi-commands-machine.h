/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated commands of the host's management interface: the machine's buttons.
 */
#ifndef HOST_QEMU_QAPI_QAPI_COMMANDS_MACHINE_H
#define HOST_QEMU_QAPI_QAPI_COMMANDS_MACHINE_H

#include "qapi/error.h"

void qmp_system_reset(Error **errp);
void qmp_system_powerdown(Error **errp);

#endif
