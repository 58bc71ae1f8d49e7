/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's log (-d, -D): guest errors and traces go here.
 */
#ifndef HOST_QEMU_QEMU_LOG_H
#define HOST_QEMU_QEMU_LOG_H

#include "qemu/osdep.h"

#define LOG_UNIMP        0x400
#define LOG_GUEST_ERROR  0x800
#define LOG_TRACE        0x8000

extern int qemu_loglevel;

static inline bool qemu_loglevel_mask(int mask)
{
    return (qemu_loglevel & mask) != 0;
}

void qemu_log(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

#define qemu_log_mask(mask, ...)                       \
    do {                                               \
        if (unlikely(qemu_loglevel_mask(mask))) {      \
            qemu_log(__VA_ARGS__);                     \
        }                                              \
    } while (0)

#endif
