/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of ui/egl share among themselves.
 */
#ifndef UI_EGL_PRIVATE_H
#define UI_EGL_PRIVATE_H

#include <epoxy/gl.h>
#include <pixman.h>

#include "ui/egl/device.h"

/* Describes an initialised display; takes over nothing. */
DisplayEgl *display_egl_new(EGLDisplay display, EGLConfig config, DisplayGlApi api);

/* Words for an error of eglGetError() */
const char *display_egl_error_name(EGLint error);

/*
 * How GL is told about pixels of a pixman format: bytes as they lie in memory, put right by the
 * sampler.
 */
typedef struct DisplayGlFormat {
    pixman_format_code_t format;
    GLint internal;
    GLenum external;
    GLenum type;
    GLint swizzle[4];           /* where red, green, blue and alpha are found */
} DisplayGlFormat;

/* NULL for formats that must be converted first. */
const DisplayGlFormat *display_gl_format(pixman_format_code_t format);

/* Makes the sampler of the bound texture put the channels right. */
void display_gl_set_swizzle(const DisplayGlFormat *format, bool has_alpha);

/*
 * Makes the bound texture show an image.  False, with no error of GL's left, when the driver does not; it
 * may lack GL_OES_EGL_image, which EGL knows nothing of.
 */
bool display_gl_take_image(EGLImageKHR image);

/* Warns, once for each display, that a dmabuf was refused and its pixels are copied; takes NULL. */
void display_egl_warn_of_copies(DisplayEgl *egl, const GError *refusal);

#endif
