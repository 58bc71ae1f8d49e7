/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusInput: keyboard, mouse and touch screen of a console.
 *
 * Everything that comes from clients is checked before QEMU sees it.  Owned by a console; main
 * thread.
 */
#ifndef UI_DBUS_INPUT_H
#define UI_DBUS_INPUT_H

#include <gio/gio.h>

#include "ui/console.h"

typedef struct DisplayDbusInput DisplayDbusInput;

/* Adds its interfaces to the console's object. */
DisplayDbusInput *display_dbus_input_new(QemuConsole *con, GDBusObjectSkeleton *object);
/* Takes NULL. */
void display_dbus_input_free(DisplayDbusInput *input);

/* Nobody is there any more to release what is held down. */
void display_dbus_input_lift_all(DisplayDbusInput *input);

#endif
