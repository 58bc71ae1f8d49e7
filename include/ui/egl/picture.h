/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A texture for any buffer: its own, its dmabuf imported, or its pixels uploaded.
 */
#ifndef UI_EGL_PICTURE_H
#define UI_EGL_PICTURE_H

#include "ui/egl/device.h"
#include "ui/egl/texture.h"

/*
 * The texture that shows a buffer, brought up to date.  What is made of the buffer hangs on it and
 * serves the next time: a dmabuf is imported once; of pixels only `damage` (of the buffer, from its
 * first row) is uploaded after the first time, so each damage must come by here once per DisplayEgl.
 * Dmabufs that the driver refuses are uploaded where they can be mapped.  The texture is the
 * buffer's.  `uploaded`, unless NULL, is set to the number of bytes that were uploaded.  NULL with an
 * error when there is no way.  Needs a current context.
 */
const DisplayTexture *display_egl_get_picture(DisplayEgl *egl, DisplayBuffer *buffer,
                                              const pixman_region32_t *damage, uint64_t *uploaded,
                                              GError **error);

#endif
