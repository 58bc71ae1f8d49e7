/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of enumeration values.
 */
#ifndef HOST_QEMU_QAPI_UTIL_H
#define HOST_QEMU_QAPI_UTIL_H

#include "qemu/osdep.h"

/* Asserts that the value is one of the enumeration's. */
const char *qapi_enum_lookup(const QEnumLookup *lookup, int val);

#endif
