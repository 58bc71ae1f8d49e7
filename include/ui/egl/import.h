/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dmabufs as textures and textures as dmabufs.  Everything here needs a current context.
 */
#ifndef UI_EGL_IMPORT_H
#define UI_EGL_IMPORT_H

#include "ui/egl/device.h"
#include "ui/egl/texture.h"

/*
 * The texture that shows a buffer's dmabuf.  It is made once and hangs on the buffer; so does a
 * refusal.  The texture is the buffer's and goes with it, on whatever thread that happens.  NULL
 * with an error when the buffer has no dmabuf or the driver does not take it.
 */
const DisplayTexture *display_egl_import(DisplayEgl *egl, DisplayBuffer *buffer, GError **error);

/* Whether the driver says it takes such dmabufs; true where it does not say. */
bool display_egl_can_import(DisplayEgl *egl, uint32_t fourcc, uint64_t modifier);

#define DISPLAY_EXPORT_PLANES_MAX 4

/* A texture as dmabufs: planes of pixels, or of what a driver keeps beside them. */
typedef struct DisplayExport {
    uint32_t n_planes;      /* 0: nothing is exported */
    int fds[DISPLAY_EXPORT_PLANES_MAX];         /* one each, for the owner to close */
    uint32_t strides[DISPLAY_EXPORT_PLANES_MAX];    /* bytes */
    uint32_t offsets[DISPLAY_EXPORT_PLANES_MAX];    /* bytes */
    uint32_t fourcc;
    uint64_t modifier;
} DisplayExport;

/* Shares a texture, whose size the receiver must know by other ways. False with an error. */
bool display_egl_export_planes(DisplayEgl *egl, uint32_t texture, DisplayExport *exported,
                               GError **error);
/* Closes what is exported. */
void display_egl_export_clear(DisplayExport *exported);

/* The same for one plane; false, too, when there are several.  The caller closes its fd. */
bool display_egl_export(DisplayEgl *egl, uint32_t texture, DisplayDmabuf *dmabuf, GError **error);

#endif
