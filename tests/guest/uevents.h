/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel says about devices that come, go or change: here, that an
 * output was plugged.  One socket, owned by the program; any one thread.
 */
#ifndef TESTS_GUEST_UEVENTS_H
#define TESTS_GUEST_UEVENTS_H

#include <stdbool.h>

/* The socket to listen at, or -1. */
int vgpu_uevents_open(void);

/* Whether something happened since the last call; false with -1. */
bool vgpu_uevents_happened(int fd);

#endif
