/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a folder of modules fits a QEMU executable.
 *
 * QEMU loads a module only when it carries the stamp of the same build, and gives up on one that does
 * not.  The stamp stands as a string in the executable and as the name of a symbol in a module, so
 * both can be compared without loading either.  For the launcher's only thread.
 */
#ifndef LAUNCHER_FIT_H
#define LAUNCHER_FIT_H

#include <glib.h>

typedef enum VgpuFit {
    VGPU_FIT_YES,
    VGPU_FIT_NO_MODULES,    /* the folder lacks a module that must be there */
    VGPU_FIT_NO_STAMP,      /* the executable takes no modules, or cannot be read */
    VGPU_FIT_STALE,         /* a module was made for another build */
} VgpuFit;

VgpuFit vgpu_fit_check(const char *qemu, const char *folder);

#endif
