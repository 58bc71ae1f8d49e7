/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiler helpers of the host that the modules use.
 */
#ifndef HOST_QEMU_QEMU_COMPILER_H
#define HOST_QEMU_QEMU_COMPILER_H

#define QEMU_ALIGNED(bytes) __attribute__((aligned(bytes)))
#define QEMU_PACKED         __attribute__((gcc_struct, packed))

#ifndef likely
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

#ifndef glue
#define xglue(x, y)   x##y
#define glue(x, y)    xglue(x, y)
#define stringify(s)  tostring(s)
#define tostring(s)   #s
#endif

#ifndef container_of
#define container_of(ptr, type, member) \
    ((type *)((char *)(ptr) - offsetof(type, member) + 0 * sizeof((ptr) == &((type *)0)->member)))
#endif

#define QEMU_BUILD_BUG_MSG(condition, text) _Static_assert(!(condition), text)
#define QEMU_BUILD_BUG_ON(condition)        QEMU_BUILD_BUG_MSG(condition, #condition)

#endif
