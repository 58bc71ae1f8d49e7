/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuView: the scattered pages of a blob as one contiguous picture.
 *
 * There are several ways to one, some of which the host may not offer; the best that works is
 * chosen when the view is made. Counted: a display that shows a view keeps it, and its pages, in
 * place, whatever becomes of the resource. Owner thread, except for reading the pixels.
 */
#ifndef HW_DISPLAY_VGPU_VIEW_H
#define HW_DISPLAY_VGPU_VIEW_H

#include "backing.h"
#include "hw/display/vgpu/device.h"

typedef struct VgpuView VgpuView;

typedef struct VgpuViewWay {
    const char *name;
    unsigned bit;    /* VGPU_VIEW_* */
    /* Fills in data and dmabuf_fd of a view that has everything else; false where it cannot. */
    bool (*open)(VgpuView *view);
    void (*close)(VgpuView *view);
} VgpuViewWay;

struct VgpuView {
    grefcount references;
    const VgpuViewWay *way;
    VgpuBacking *backing;
    uint64_t size;     /* bytes that can be seen */
    uint8_t *data;     /* read only, except for a shadow */
    int dmabuf_fd;     /* -1: none */
    uint32_t n_mapped; /* pieces of files, where it is made of them */
};

extern const VgpuViewWay vgpu_view_udmabuf;
extern const VgpuViewWay vgpu_view_host;
extern const VgpuViewWay vgpu_view_file;
extern const VgpuViewWay vgpu_view_shadow;

/*
 * A view of the first `size` bytes of a backing that is at least that long, made in the best of
 * the allowed ways (VGPU_VIEW_* bits, 0: all). NULL when none works.
 */
VgpuView *vgpu_view_create(VgpuBacking *backing, uint64_t size, unsigned ways);
VgpuView *vgpu_view_ref(VgpuView *view);
/* Takes NULL. */
void vgpu_view_unref(VgpuView *view);

/* Whether the view shows what was copied to it, and not the pages themselves. */
static inline bool vgpu_view_is_shadow(const VgpuView *view)
{
    return view->way == &vgpu_view_shadow;
}

/* A piece of a file that is contiguous there and in the view. */
typedef struct VgpuFilePiece {
    VgpuFileRange file;
    uint64_t start;    /* bytes from the start of the view */
    uint64_t length;   /* bytes */
} VgpuFilePiece;

/*
 * The files behind a view, piece by piece, as an array of VgpuFilePiece; whole pages only. NULL
 * when it does not lie in files, or not in whole pages.
 */
GArray *vgpu_view_list_pieces(const VgpuView *view);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VgpuView, vgpu_view_unref)

#endif
