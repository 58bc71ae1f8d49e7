/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusChardev: the character devices "chardev-dbus" and "chardev-vc".
 *
 * A client hands in one end of a socket pair and is the device's peer until it hangs up.  Text
 * consoles (-serial vc, -monitor vc) become such devices when this display is used.
 *
 * QEMU owns them.  Writes come from any thread; all else happens on the main thread, reading in the
 * main context that the front end chose.
 */
#ifndef UI_DBUS_CHARDEV_H
#define UI_DBUS_CHARDEV_H

#include <gio/gio.h>

#include "chardev/char.h"

#define TYPE_DISPLAY_DBUS_CHARDEV "chardev-dbus"
#define TYPE_DISPLAY_DBUS_CHARDEV_VC "chardev-vc"

/* When the module is loaded. */
void display_dbus_chardev_register_type(void);
/* When this display is chosen: text consoles are such devices from then on. */
void display_dbus_chardev_register_vc_type(void);

/* Shows the devices of now and later through a manager; NULL: no more. */
void display_dbus_chardevs_export(GDBusObjectManagerServer *manager);

#endif
