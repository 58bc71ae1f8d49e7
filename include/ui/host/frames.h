/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What QEMU's listeners are told, as frames of the display library.
 *
 * Shared by the front ends; main thread.  A frame that comes from here holds a reference to its
 * buffer, which the caller drops: display_host_frame_clear().
 */
#ifndef UI_HOST_FRAMES_H
#define UI_HOST_FRAMES_H

#include "qemu/osdep.h"
#include "ui/console.h"
#include "ui/display/view.h"

/*
 * The dmabufs that one listener has seen: each becomes one buffer, so that what a front end makes
 * of it (an imported texture) is made once.
 */
typedef struct DisplayHostDmabufs {
    GHashTable *buffers;    /* QemuDmaBuf -> DisplayBuffer */
} DisplayHostDmabufs;

void display_host_dmabufs_init(DisplayHostDmabufs *dmabufs);
void display_host_dmabufs_finish(DisplayHostDmabufs *dmabufs);

/* For dpy_gl_release_dmabuf: the device is about to free it. Who shows it keeps its own reference. */
void display_host_dmabufs_release(DisplayHostDmabufs *dmabufs, const QemuDmaBuf *dmabuf);

/* For dpy_gl_scanout_dmabuf; false when the library has no buffer for such a dmabuf. */
bool display_host_frame_from_dmabuf(DisplayFrame *frame, DisplayHostDmabufs *dmabufs,
                                    const QemuDmaBuf *dmabuf);

/* For dpy_gl_scanout_texture; false when nothing of the texture is to be shown. */
bool display_host_frame_from_texture(DisplayFrame *frame, const ScanoutTexture *texture);

/* For dpy_gfx_switch; false when the surface has no pixels. */
bool display_host_frame_from_surface(DisplayFrame *frame, DisplaySurface *surface);

void display_host_frame_clear(DisplayFrame *frame);

#endif
