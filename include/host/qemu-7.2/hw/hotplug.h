/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hot-plug handlers: a bus or machine that takes devices at run time.
 */
#ifndef HOST_QEMU_HW_HOTPLUG_H
#define HOST_QEMU_HW_HOTPLUG_H

#include "qom/object.h"

#define TYPE_HOTPLUG_HANDLER "hotplug-handler"

#endif
