/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu-system-x86_64-vgpu: starts the installed QEMU with our modules, when they fit it.
 *
 * It becomes QEMU: same process, same arguments, same files.  Whatever it finds, a QEMU is started:
 * without modules that fit it is the stock one with its own, after a line on standard error.
 */
#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fit.h"

/* From meson: where everything lies when installed. */
#define BINARY_NAME     "qemu-system-x86_64-vgpu"
/* Below the folder of modules: those made on this machine after an update of QEMU. */
#define LOCAL_FOLDER    "local"
/* What the name of the stock executable ends in while the launcher stands in its place. */
#define DIVERTED_SUFFIX ".stock"

/* The executable to become; with g_free(). */
static char *find_qemu(void)
{
    const char *chosen = g_getenv("QEMU_VGPU_BINARY");

    if (chosen && *chosen) {
        return g_strdup(chosen);
    }
    if (g_file_test(LAUNCHER_QEMU DIVERTED_SUFFIX, G_FILE_TEST_IS_EXECUTABLE)) {
        return g_strdup(LAUNCHER_QEMU DIVERTED_SUFFIX);
    }
    return g_strdup(LAUNCHER_QEMU);
}

/*
 * The folder of the installed modules; with g_free().  When everything was installed below another
 * root (DESTDIR), that root stands before our own path and before theirs.
 */
static char *find_folder(const char *self)
{
    const char *installed = LAUNCHER_BINDIR "/" BINARY_NAME;

    if (self && g_str_has_suffix(self, installed)) {
        g_autofree char *root = g_strndup(self, strlen(self) - strlen(installed));

        return g_strconcat(root, LAUNCHER_MODDIR, NULL);
    }
    return g_strdup(LAUNCHER_MODDIR);
}

static const char *explain(VgpuFit fit)
{
    switch (fit) {
    case VGPU_FIT_NO_MODULES:
        return "are not complete";
    case VGPU_FIT_NO_STAMP:
        return "cannot be used: there is no module stamp";
    case VGPU_FIT_STALE:
        return "were built for another build";
    case VGPU_FIT_YES:
        break;
    }
    return "fit";
}

/* Leaves QEMU_MODULE_DIR set to modules that fit, or unset. */
static void choose_modules(const char *qemu, const char *folder)
{
    const char *given = g_getenv("QEMU_MODULE_DIR");
    g_autofree char *local = g_build_filename(folder, LOCAL_FOLDER, NULL);
    const char *candidates[] = {local, folder, NULL};
    VgpuFit fit = VGPU_FIT_NO_MODULES;

    if (given && *given) {
        candidates[0] = folder = given;
        candidates[1] = NULL;
    }
    for (size_t i = 0; candidates[i]; i++) {
        fit = vgpu_fit_check(qemu, candidates[i]);
        if (fit == VGPU_FIT_YES) {
            g_setenv("QEMU_MODULE_DIR", candidates[i], TRUE);
            return;
        }
    }
    g_unsetenv("QEMU_MODULE_DIR");
    g_printerr(BINARY_NAME ": the modules in %s %s in %s: starting it with its own modules"
               " (qemu-vgpu(8) tells how to rebuild)\n", folder, explain(fit), qemu);
}

int main(int argc, char **argv)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *qemu = find_qemu();
    g_autofree char *folder = find_folder(self);

    choose_modules(qemu, folder);
    execv(qemu, argv);
    g_printerr(BINARY_NAME ": cannot start %s: %s\n", qemu, g_strerror(errno));
    return EXIT_FAILURE;
}
