/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares stamps: reads the executable and the modules as bytes.  See fit.h. */
#include "fit.h"

#include <string.h>

#define STAMP_PREFIX "qemu_stamp_"

/* One of these from elsewhere beside ours would mix two layouts of the same types. */
static const char *const required_modules[] = {
    "hw-display-virtio-gpu.so",
    "hw-display-virtio-gpu-gl.so",
    "hw-display-virtio-gpu-pci.so",
    "hw-display-virtio-gpu-pci-gl.so",
    "hw-display-virtio-vga.so",
    "hw-display-virtio-vga-gl.so",
};

/* The first string in a file that begins with the prefix, or NULL; with g_free(). */
static char *find_stamp(const char *path)
{
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
    const char *start, *end, *at;

    if (!file || !g_mapped_file_get_length(file)) {
        return NULL;
    }
    start = g_mapped_file_get_contents(file);
    end = start + g_mapped_file_get_length(file);
    while ((at = memmem(start, end - start, STAMP_PREFIX, strlen(STAMP_PREFIX)))) {
        size_t length = strlen(STAMP_PREFIX);

        while (at + length < end && g_ascii_isxdigit(at[length])) {
            length++;
        }
        if (length > strlen(STAMP_PREFIX)) {
            return g_strndup(at, length);
        }
        start = at + length;
    }
    return NULL;
}

/* Whether a file holds a string, with the zero bytes that stand around a name in a symbol table. */
static gboolean holds_name(const char *path, const char *name)
{
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
    g_autofree char *bytes = g_strdup_printf("_%s", name);
    size_t length = strlen(name) + 2;

    if (!file || !g_mapped_file_get_length(file)) {
        return FALSE;
    }
    bytes[0] = '\0';
    return memmem(g_mapped_file_get_contents(file), g_mapped_file_get_length(file), bytes,
                  length) != NULL;
}

static gboolean has_required_modules(const char *folder)
{
    for (size_t i = 0; i < G_N_ELEMENTS(required_modules); i++) {
        g_autofree char *path = g_build_filename(folder, required_modules[i], NULL);

        if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
            return FALSE;
        }
    }
    return TRUE;
}

VgpuFit vgpu_fit_check(const char *qemu, const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autofree char *stamp = NULL;
    const char *name;

    if (!dir || !has_required_modules(folder)) {
        return VGPU_FIT_NO_MODULES;
    }
    stamp = find_stamp(qemu);
    if (!stamp) {
        return VGPU_FIT_NO_STAMP;
    }
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (g_str_has_suffix(name, ".so") && !holds_name(path, stamp)) {
            return VGPU_FIT_STALE;
        }
    }
    return VGPU_FIT_YES;
}
