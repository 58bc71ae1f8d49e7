/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a GL program draws to: a KMS head, GBM buffers of the size of its mode
 * and an EGL context.
 *
 * Owned by the program; every call comes from its only thread, in which the
 * context is current from start to stop.
 */
#ifndef TESTS_GUEST_GL_OUTPUT_H
#define TESTS_GUEST_GL_OUTPUT_H

#include <epoxy/egl.h>
#include <gbm.h>

#include "kms-head.h"

typedef struct VgpuGlOutput {
    int fd;                     /* the DRM device, or -1 */
    VgpuKmsHead head;           /* its connector, CRTC and mode; not its buffers */
    struct gbm_device *gbm;
    EGLDisplay display;
    EGLConfig config;
    EGLContext context;
    struct gbm_surface *surface;    /* NULL: not started */
    EGLSurface egl_surface;
    struct gbm_bo *shown;       /* on the screen, NULL before the first frame */
    bool flip_pending;
} VgpuGlOutput;

/* Open a device and make a context; false, with a word on standard error. */
bool vgpu_gl_output_open(VgpuGlOutput *output, const char *device);

/* Choose a mode (0, 0: the preferred one); returns whether it has changed. */
bool vgpu_gl_output_choose_mode(VgpuGlOutput *output, int width, int height);

/* Make buffers of the size of the mode and the context current. */
bool vgpu_gl_output_start(VgpuGlOutput *output);

/* Put what was drawn on the screen; returns when it is there for the guest. */
bool vgpu_gl_output_show(VgpuGlOutput *output);

/* Let go of the buffers; the screen goes dark with the next start. */
void vgpu_gl_output_stop(VgpuGlOutput *output);

/* Let go of everything. */
void vgpu_gl_output_close(VgpuGlOutput *output);

#endif
