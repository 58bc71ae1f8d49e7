/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the monitor hands to the D-Bus display.
 */
#ifndef HOST_QEMU_UI_DBUS_MODULE_H
#define HOST_QEMU_UI_DBUS_MODULE_H

#include "host-layout.h"
#include "qemu/osdep.h"

struct QemuDBusDisplayOps {
    /* Takes the socket when it answers true. */
    bool (*add_client)(int csock, Error **errp);
};
HOST_LAYOUT(struct QemuDBusDisplayOps, 8);

extern struct QemuDBusDisplayOps qemu_dbus_display;
/* Not 0 when add_client is to be accepted. */
extern int using_dbus_display;

#endif
