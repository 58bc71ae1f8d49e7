/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chosen: what the launcher would do, for qemu-vgpu(8).
 *
 * Prints the executable that it would become and, on a second line, the folder of the modules that it
 * would use.  Without modules that fit there is no second line; standard error says why, and the exit
 * status is 1.
 */
#include <stdlib.h>

#include "choice.h"

int main(void)
{
    g_autofree char *why = NULL;
    g_autofree char *qemu = vgpu_choose_qemu();
    g_autofree char *folder = vgpu_choose_modules(qemu, INSTALLED_SELF, &why);

    g_print("%s\n", qemu);
    if (!folder) {
        g_printerr("%s\n", why);
        return EXIT_FAILURE;
    }
    g_print("%s\n", folder);
    return EXIT_SUCCESS;
}
