/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view.h"

#include <unistd.h>

/* Best first. */
static const VgpuViewWay *const all_ways[] = {
    &vgpu_view_udmabuf, &vgpu_view_host, &vgpu_view_file, &vgpu_view_shadow,
};

VgpuView *vgpu_view_create(VgpuBacking *backing, uint64_t size, unsigned ways)
{
    VgpuView *view = g_new(VgpuView, 1);

    *view = (VgpuView) {
        .backing = vgpu_backing_ref(backing),
        .size = size,
        .dmabuf_fd = -1,
    };
    g_ref_count_init(&view->references);
    for (size_t i = 0; i < G_N_ELEMENTS(all_ways); i++) {
        if ((!ways || ways & all_ways[i]->bit) && all_ways[i]->open(view)) {
            view->way = all_ways[i];
            return view;
        }
    }
    vgpu_view_unref(view);
    return NULL;
}

VgpuView *vgpu_view_ref(VgpuView *view)
{
    g_ref_count_inc(&view->references);
    return view;
}

void vgpu_view_unref(VgpuView *view)
{
    if (view && g_ref_count_dec(&view->references)) {
        if (view->way) {
            view->way->close(view);
        }
        vgpu_backing_unref(view->backing);
        g_free(view);
    }
}

/* Joins a piece to the one before where they meet in their file. */
static void append_piece(GArray *pieces, const VgpuFilePiece *piece)
{
    if (pieces->len) {
        VgpuFilePiece *last = &g_array_index(pieces, VgpuFilePiece, pieces->len - 1);

        if (last->file.fd == piece->file.fd &&
            last->file.offset + last->length == piece->file.offset) {
            last->length += piece->length;
            return;
        }
    }
    g_array_append_val(pieces, *piece);
}

static bool append_range(GArray *pieces, const VgpuView *view, uint32_t index)
{
    const uint64_t page_mask = sysconf(_SC_PAGESIZE) - 1;
    const VgpuRange *range = &view->backing->ranges[index];
    VgpuMemory *memory = view->backing->memory;
    VgpuFilePiece piece = {
        .start = range->start,
        .length = vgpu_backing_range_size(view->backing, index),
    };

    if (!memory->ops->get_file || !memory->ops->get_file(memory, range->host, &piece.file)) {
        return false;
    }
    append_piece(pieces, &piece);
    return !((piece.file.offset | piece.start | piece.length) & page_mask);
}

GArray *vgpu_view_list_pieces(const VgpuView *view)
{
    g_autoptr(GArray) pieces = g_array_new(false, false, sizeof(VgpuFilePiece));

    for (uint32_t i = 0; i < view->backing->n_ranges; i++) {
        if (!append_range(pieces, view, i)) {
            return NULL;
        }
    }
    return g_steal_pointer(&pieces);
}
