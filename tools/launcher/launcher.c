/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu-system-x86_64-vgpu: starts the installed QEMU with our modules, when they fit it.
 *
 * It becomes QEMU: same process, same arguments, same files.  Whatever it finds, a QEMU is started:
 * without modules that fit it is the stock one with its own, after a line on standard error.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "choice.h"

#define BINARY_NAME "qemu-system-x86_64-vgpu"

/* Leaves QEMU_MODULE_DIR set to modules that fit, or unset. */
static void set_modules(const char *qemu)
{
    g_autofree char *why = NULL;
    g_autofree char *folder = vgpu_choose_modules(qemu, INSTALLED_SELF, &why);

    if (folder) {
        g_setenv("QEMU_MODULE_DIR", folder, TRUE);
        return;
    }
    g_unsetenv("QEMU_MODULE_DIR");
    g_printerr(BINARY_NAME ": %s: starting QEMU with its own (qemu-vgpu(8) tells how to rebuild)\n", why);
}

int main(int argc, char **argv)
{
    g_autofree char *qemu = vgpu_choose_qemu();

    set_modules(qemu);
    execv(qemu, argv);
    g_printerr(BINARY_NAME ": cannot start %s: %s\n", qemu, g_strerror(errno));
    return EXIT_FAILURE;
}
