/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the test of the check at load: a build for another release of QEMU.
 */
#include "qemu/osdep.h"

#include "host-guard.h"

static const DisplayHostType types[] = {
    { NULL, 0 },
};

const DisplayHostExpectation display_host_expectation = {
    .major = 6,
    .minor = 1,
    .micro = 99,
    .package = "a release that never was",
    .types = types,
};
