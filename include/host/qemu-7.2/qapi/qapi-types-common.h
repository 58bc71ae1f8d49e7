/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated types of the host's management interface: the common ones.
 */
#ifndef HOST_QEMU_QAPI_QAPI_TYPES_COMMON_H
#define HOST_QEMU_QAPI_QAPI_TYPES_COMMON_H

typedef enum OnOffAuto {
    ON_OFF_AUTO_AUTO = 0,
    ON_OFF_AUTO_ON = 1,
    ON_OFF_AUTO_OFF = 2,
    ON_OFF_AUTO__MAX = 3,
} OnOffAuto;

#endif
