/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pieces of the file behind guest RAM, mapped side by side into one range of addresses. Asks
 * nothing of the kernel but mmap; costs a mapping for each piece.
 */
#include <sys/mman.h>

#include "../view.h"

/*
 * A process may have vm.max_map_count mappings, and QEMU needs some: all views together take no
 * more than a quarter.
 */
#define BUDGET_SHARE 4
#define MAX_MAP_COUNT_DEFAULT 65530

static uint64_t n_mapped;   /* pieces, by the owner thread */

static uint64_t read_budget(void)
{
    g_autofree char *text = NULL;
    uint64_t limit = MAX_MAP_COUNT_DEFAULT;

    if (g_file_get_contents("/proc/sys/vm/max_map_count", &text, NULL, NULL)) {
        limit = g_ascii_strtoull(text, NULL, 10);
    }
    return limit / BUDGET_SHARE;
}

static bool within_budget(uint64_t n_pieces)
{
    static uint64_t budget;

    if (!budget) {
        budget = read_budget();
    }
    return n_pieces <= budget && n_mapped <= budget - n_pieces;
}

static bool map_pieces(uint8_t *data, GArray *pieces)
{
    for (guint i = 0; i < pieces->len; i++) {
        const VgpuFilePiece *piece = &g_array_index(pieces, VgpuFilePiece, i);

        if (mmap(data + piece->start, piece->length, PROT_READ, MAP_SHARED | MAP_FIXED,
                 piece->file.fd, piece->file.offset) == MAP_FAILED) {
            return false;
        }
    }
    return true;
}

/* The whole backing is mapped, which may be longer than what is looked at. */
static bool file_open(VgpuView *view)
{
    g_autoptr(GArray) pieces = vgpu_view_list_pieces(view);
    void *data;

    if (!pieces || !within_budget(pieces->len)) {
        return false;
    }
    data = mmap(NULL, view->backing->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                -1, 0);
    if (data == MAP_FAILED) {
        return false;
    }
    if (!map_pieces(data, pieces)) {
        munmap(data, view->backing->size);
        return false;
    }
    view->data = data;
    view->n_mapped = pieces->len;
    n_mapped += pieces->len;
    return true;
}

static void file_close(VgpuView *view)
{
    munmap(view->data, view->backing->size);
    n_mapped -= view->n_mapped;
}

const VgpuViewWay vgpu_view_file = {
    .name = "file",
    .bit = VGPU_VIEW_FILE,
    .open = file_open,
    .close = file_close,
};
