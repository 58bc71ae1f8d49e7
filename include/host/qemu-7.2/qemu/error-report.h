/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages to the person who started the host.
 */
#ifndef HOST_QEMU_QEMU_ERROR_REPORT_H
#define HOST_QEMU_QEMU_ERROR_REPORT_H

#include "qemu/osdep.h"

void error_report(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
void warn_report(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
void info_report(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
int error_printf(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
bool error_report_once_cond(bool *printed, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
bool warn_report_once_cond(bool *printed, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

extern bool message_with_timestamp;

#define error_report_once(fmt, ...)                                  \
    ({                                                               \
        static bool print_once_;                                     \
        error_report_once_cond(&print_once_, fmt, ##__VA_ARGS__);    \
    })
#define warn_report_once(fmt, ...)                                   \
    ({                                                               \
        static bool print_once_;                                     \
        warn_report_once_cond(&print_once_, fmt, ##__VA_ARGS__);     \
    })

#endif
