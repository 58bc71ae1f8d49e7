/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated types of the host's management interface: error classes.
 */
#ifndef HOST_QEMU_QAPI_QAPI_TYPES_ERROR_H
#define HOST_QEMU_QAPI_QAPI_TYPES_ERROR_H

typedef enum ErrorClass {
    ERROR_CLASS_GENERIC_ERROR = 0,
    ERROR_CLASS_COMMAND_NOT_FOUND = 1,
    ERROR_CLASS_DEVICE_NOT_ACTIVE = 2,
    ERROR_CLASS_DEVICE_NOT_FOUND = 3,
    ERROR_CLASS_KVM_MISSING_CAP = 4,
} ErrorClass;

#endif
