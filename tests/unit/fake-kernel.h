/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuFakeKernel: what the system says to mappings and to /dev/udmabuf, in a test in which the linker
 * wraps those calls (see meson.build). Until a test says otherwise every mapping is made, and there is
 * no udmabuf. One thread.
 */
#ifndef TESTS_UNIT_FAKE_KERNEL_H
#define TESTS_UNIT_FAKE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct VgpuFakeKernel {
    const char *max_map_count;  /* the text of that file, NULL: it cannot be read */
    int64_t maps_left;          /* calls of mmap() until the next ones fail, negative: no limit */
    int64_t mapped;             /* bytes mapped and not unmapped; never more by MAP_FIXED */
    bool has_udmabuf;           /* there is a driver, whose buffers are copies */
    bool refuses_udmabuf;       /* it refuses every buffer */
} VgpuFakeKernel;

extern VgpuFakeKernel vgpu_fake_kernel;

/* The descriptors that this process has open. */
unsigned vgpu_fake_kernel_count_fds(void);

#endif
