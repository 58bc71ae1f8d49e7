/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated commands of the host's management interface: who is connected to VNC servers.
 */
#ifndef HOST_QEMU_QAPI_QAPI_COMMANDS_UI_H
#define HOST_QEMU_QAPI_QAPI_COMMANDS_UI_H

#include "qapi/error.h"
#include "qapi/qapi-types-ui.h"

VncInfo2List *qmp_query_vnc_servers(Error **errp);

#endif
