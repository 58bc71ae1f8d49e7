/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single bits of long words.
 */
#ifndef HOST_QEMU_QEMU_BITOPS_H
#define HOST_QEMU_QEMU_BITOPS_H

#include "qemu/osdep.h"

#define BITS_PER_LONG (sizeof(unsigned long) * CHAR_BIT)

static inline void set_bit(long nr, unsigned long *addr)
{
    addr[nr / BITS_PER_LONG] |= 1UL << (nr % BITS_PER_LONG);
}

static inline void clear_bit(long nr, unsigned long *addr)
{
    addr[nr / BITS_PER_LONG] &= ~(1UL << (nr % BITS_PER_LONG));
}

static inline int test_bit(long nr, const unsigned long *addr)
{
    return (addr[nr / BITS_PER_LONG] >> (nr % BITS_PER_LONG)) & 1;
}

#endif
