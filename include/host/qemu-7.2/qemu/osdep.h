/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First include of every file that talks to the host: the C library, GLib and type names.
 */
#ifndef HOST_QEMU_QEMU_OSDEP_H
#define HOST_QEMU_QEMU_OSDEP_H

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <glib.h>

#include "qemu/compiler.h"
#include "qemu/typedefs.h"

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif
#ifndef ROUND_UP
#define ROUND_UP(n, power_of_two) (((n) + (power_of_two) - 1) & -(0 ? (n) : (power_of_two)))
#endif
#ifndef DIV_ROUND_UP
#define DIV_ROUND_UP(n, divisor) (((n) + (divisor) - 1) / (divisor))
#endif
#define QEMU_ALIGN_DOWN(n, m)  ((n) / (m) * (m))
#define QEMU_ALIGN_UP(n, m)    QEMU_ALIGN_DOWN((n) + (m) - 1, (m))
#define QEMU_IS_ALIGNED(n, m)  (((n) % (m)) == 0)

#endif
