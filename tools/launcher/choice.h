/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which QEMU and which modules the launcher takes, for the launcher itself and for those that ask.
 * For the only thread of either.
 */
#ifndef LAUNCHER_CHOICE_H
#define LAUNCHER_CHOICE_H

#include <glib.h>

/* The executable to become: the one that QEMU_VGPU_BINARY names, or the installed one; with g_free(). */
char *vgpu_choose_qemu(void);

/*
 * The folder whose modules fit a QEMU: QEMU_MODULE_DIR when it is set, else the installed ones, first
 * those made on this machine.  With g_free().  NULL when none fits; then *why says so in one line,
 * with g_free().  `installed_self` is where the calling program lies when it is installed: one that
 * lies below another root (DESTDIR) looks for modules there.
 */
char *vgpu_choose_modules(const char *qemu, const char *installed_self, char **why);

#endif
