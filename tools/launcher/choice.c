/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks where meson says that everything lies.  See choice.h. */
#include "choice.h"

#include <string.h>

#include "fit.h"

/* Below the folder of modules: those made on this machine after an update of QEMU. */
#define LOCAL_FOLDER    "local"
/* What the name of the stock executable ends in while the launcher stands in its place. */
#define DIVERTED_SUFFIX ".stock"

char *vgpu_choose_qemu(void)
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

/* The folder of the installed modules; with g_free(). */
static char *find_folder(const char *installed_self)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);

    if (self && g_str_has_suffix(self, installed_self)) {
        g_autofree char *root = g_strndup(self, strlen(self) - strlen(installed_self));

        return g_strconcat(root, LAUNCHER_MODDIR, NULL);
    }
    return g_strdup(LAUNCHER_MODDIR);
}

static char *explain(VgpuFit fit, const char *folder, const char *qemu)
{
    switch (fit) {
    case VGPU_FIT_NO_MODULES:
        return g_strdup_printf("the modules in %s are not complete", folder);
    case VGPU_FIT_NO_STAMP:
        return g_strdup_printf("there is no module stamp in %s", qemu);
    case VGPU_FIT_STALE:
        return g_strdup_printf("the modules in %s were built for another build than %s", folder, qemu);
    case VGPU_FIT_YES:
        break;
    }
    return NULL;
}

char *vgpu_choose_modules(const char *qemu, const char *installed_self, char **why)
{
    const char *given = g_getenv("QEMU_MODULE_DIR");
    g_autofree char *folder = given && *given ? g_strdup(given) : find_folder(installed_self);
    g_autofree char *local = g_build_filename(folder, LOCAL_FOLDER, NULL);
    VgpuFit fit;

    if (!(given && *given) && vgpu_fit_check(qemu, local) == VGPU_FIT_YES) {
        return g_steal_pointer(&local);
    }
    fit = vgpu_fit_check(qemu, folder);
    *why = explain(fit, folder, qemu);
    return fit == VGPU_FIT_YES ? g_steal_pointer(&folder) : NULL;
}
