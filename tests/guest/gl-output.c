/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A head to draw to with GL, see gl-output.h. */
#include "gl-output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
#include <xf86drm.h>

#define FLIP_TIMEOUT_MS 30000

static bool fail(const char *what)
{
    fprintf(stderr, "gl-output: no %s (EGL error %#x)\n", what, eglGetError());
    return false;
}

/* The configuration whose pixels are what the buffers of the surface hold. */
static bool choose_config(VgpuGlOutput *output)
{
    static const EGLint wanted[] = {
        EGL_SURFACE_TYPE, EGL_WINDOW_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_ES2_BIT,
        EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_DEPTH_SIZE, 16,
        EGL_NONE,
    };
    EGLConfig found[64];
    EGLint count = 0;

    eglChooseConfig(output->display, wanted, found, 64, &count);
    for (EGLint i = 0; i < count; i++) {
        EGLint format = 0;

        eglGetConfigAttrib(output->display, found[i], EGL_NATIVE_VISUAL_ID, &format);
        if (format == GBM_FORMAT_XRGB8888) {
            output->config = found[i];
            return true;
        }
    }
    return false;
}

static bool make_context(VgpuGlOutput *output)
{
    static const EGLint attributes[] = { EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE };

    output->display = eglGetPlatformDisplayEXT(EGL_PLATFORM_GBM_MESA, output->gbm, NULL);
    if (!output->display || !eglInitialize(output->display, NULL, NULL)) {
        return fail("EGL display");
    }
    if (!choose_config(output)) {
        return fail("EGL configuration");
    }
    output->context = eglCreateContext(output->display, output->config, EGL_NO_CONTEXT,
                                       attributes);
    return output->context || fail("EGL context");
}

bool vgpu_gl_output_open(VgpuGlOutput *output, const char *device)
{
    unsigned taken = 0;

    *output = (VgpuGlOutput) { .fd = open(device, O_RDWR | O_CLOEXEC) };
    if (output->fd < 0) {
        perror(device);
        return false;
    }
    output->gbm = gbm_create_device(output->fd);
    if (!output->gbm) {
        return fail("GBM device");
    }
    if (!vgpu_kms_head_find(&output->head, output->fd, 0, &taken)) {
        return fail("connected head");
    }
    return make_context(output);
}

bool vgpu_gl_output_choose_mode(VgpuGlOutput *output, int width, int height)
{
    return vgpu_kms_head_choose_mode(&output->head, width, height);
}

bool vgpu_gl_output_start(VgpuGlOutput *output)
{
    output->surface = gbm_surface_create(output->gbm, output->head.mode.hdisplay,
                                         output->head.mode.vdisplay, GBM_FORMAT_XRGB8888,
                                         GBM_BO_USE_SCANOUT | GBM_BO_USE_RENDERING);
    if (!output->surface) {
        return fail("GBM surface");
    }
    output->egl_surface = eglCreateWindowSurface(output->display, output->config,
                                                 (EGLNativeWindowType)output->surface, NULL);
    if (!output->egl_surface) {
        return fail("EGL surface");
    }
    return eglMakeCurrent(output->display, output->egl_surface, output->egl_surface,
                          output->context)
           || fail("current context");
}

static void remove_framebuffer(struct gbm_bo *bo, void *data)
{
    drmModeRmFB(gbm_device_get_fd(gbm_bo_get_device(bo)), (uintptr_t)data);
}

/* The framebuffer of a buffer, made when it is first shown; 0 on failure. */
static uint32_t framebuffer_of(int fd, struct gbm_bo *bo)
{
    uint32_t fb = (uintptr_t)gbm_bo_get_user_data(bo);

    if (!fb) {
        if (drmModeAddFB(fd, gbm_bo_get_width(bo), gbm_bo_get_height(bo), 24, 32,
                         gbm_bo_get_stride(bo), gbm_bo_get_handle(bo).u32, &fb)) {
            perror("gl-output: add framebuffer");
            return 0;
        }
        gbm_bo_set_user_data(bo, (void *)(uintptr_t)fb, remove_framebuffer);
    }
    return fb;
}

static void flip_done(int fd, unsigned sequence, unsigned seconds,
                      unsigned microseconds, void *data)
{
    VgpuGlOutput *output = data;

    (void)fd;
    (void)sequence;
    (void)seconds;
    (void)microseconds;
    output->flip_pending = false;
}

static bool wait_for_flip(VgpuGlOutput *output)
{
    drmEventContext context = { .version = 2, .page_flip_handler = flip_done };
    struct pollfd wait = { .fd = output->fd, .events = POLLIN };

    while (output->flip_pending) {
        int ready = poll(&wait, 1, FLIP_TIMEOUT_MS);

        if (ready == 0 || (ready < 0 && errno != EINTR)) {
            return fail("end of a page flip");
        }
        if (ready > 0) {
            drmHandleEvent(output->fd, &context);
        }
    }
    return true;
}

static bool put_on_screen(VgpuGlOutput *output, uint32_t fb)
{
    VgpuKmsHead *head = &output->head;

    if (!output->shown) {
        return drmModeSetCrtc(output->fd, head->crtc, fb, 0, 0, &head->connector, 1,
                              &head->mode) == 0
               || fail("mode set");
    }
    output->flip_pending = true;
    return (drmModePageFlip(output->fd, head->crtc, fb, DRM_MODE_PAGE_FLIP_EVENT,
                            output) == 0
            && wait_for_flip(output))
           || fail("page flip");
}

bool vgpu_gl_output_show(VgpuGlOutput *output)
{
    struct gbm_bo *next;
    uint32_t fb;

    if (!eglSwapBuffers(output->display, output->egl_surface)) {
        return fail("swap of buffers");
    }
    next = gbm_surface_lock_front_buffer(output->surface);
    fb = next ? framebuffer_of(output->fd, next) : 0;
    if (!fb || !put_on_screen(output, fb)) {
        return false;
    }
    if (output->shown) {
        gbm_surface_release_buffer(output->surface, output->shown);
    }
    output->shown = next;
    return true;
}

void vgpu_gl_output_stop(VgpuGlOutput *output)
{
    if (output->shown) {
        gbm_surface_release_buffer(output->surface, output->shown);
        output->shown = NULL;
    }
    if (output->egl_surface) {
        eglMakeCurrent(output->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
        eglDestroySurface(output->display, output->egl_surface);
        output->egl_surface = NULL;
    }
    if (output->surface) {
        gbm_surface_destroy(output->surface);
        output->surface = NULL;
    }
}

void vgpu_gl_output_close(VgpuGlOutput *output)
{
    vgpu_gl_output_stop(output);
    if (output->context) {
        eglDestroyContext(output->display, output->context);
    }
    if (output->display) {
        eglTerminate(output->display);
    }
    if (output->gbm) {
        gbm_device_destroy(output->gbm);
    }
    if (output->fd >= 0) {
        close(output->fd);
    }
}
