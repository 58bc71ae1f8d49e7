/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayShared: a texture that crosses share groups as an EGLImage. */
#include "ui/egl/shared.h"

#include "egl-private.h"

static bool fail(DisplayShared *shared, const char *what, GError **error)
{
    g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_TEXTURE, "%s of %ux%u", what,
                shared->width, shared->height);
    display_shared_finish(shared);
    return false;
}

static void make_texture(DisplayShared *shared)
{
    glGenTextures(1, &shared->texture);
    glBindTexture(GL_TEXTURE_2D, shared->texture);
    glTexStorage2D(GL_TEXTURE_2D, 1, GL_RGBA8, shared->width, shared->height);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glBindTexture(GL_TEXTURE_2D, 0);
    glGenFramebuffers(1, &shared->framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, shared->framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, shared->texture, 0);
}

bool display_shared_init(DisplayShared *shared, DisplayEgl *egl, uint32_t width, uint32_t height,
                         GError **error)
{
    bool complete;

    *shared = (DisplayShared) {.egl = display_egl_ref(egl), .width = width, .height = height};
    make_texture(shared);
    complete = glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    if (!complete) {
        return fail(shared, "the driver has no framebuffer", error);
    }
    if (epoxy_has_egl_extension(egl->display, "EGL_KHR_gl_texture_2D_image")) {
        shared->image = eglCreateImageKHR(egl->display, eglGetCurrentContext(),
                                          EGL_GL_TEXTURE_2D_KHR,
                                          (EGLClientBuffer)(uintptr_t)shared->texture, NULL);
    }
    if (shared->image == EGL_NO_IMAGE_KHR) {
        return fail(shared, "the driver does not share a framebuffer", error);
    }
    return true;
}

static void forget_drawn(DisplayShared *shared)
{
    if (shared->drawn != EGL_NO_SYNC_KHR) {
        eglDestroySyncKHR(shared->egl->display, shared->drawn);
        shared->drawn = EGL_NO_SYNC_KHR;
    }
}

void display_shared_finish(DisplayShared *shared)
{
    if (!shared->egl) {
        return;
    }
    forget_drawn(shared);
    if (shared->image != EGL_NO_IMAGE_KHR) {
        eglDestroyImageKHR(shared->egl->display, shared->image);
    }
    glDeleteFramebuffers(1, &shared->framebuffer);
    glDeleteTextures(1, &shared->texture);
    display_egl_unref(shared->egl);
    *shared = (DisplayShared) {0};
}

void display_shared_begin(DisplayShared *shared)
{
    glBindFramebuffer(GL_FRAMEBUFFER, shared->framebuffer);
}

void display_shared_end(DisplayShared *shared)
{
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    forget_drawn(shared);
    if (shared->egl->has_fence &&
        epoxy_has_egl_extension(shared->egl->display, "EGL_KHR_wait_sync")) {
        shared->drawn = eglCreateSyncKHR(shared->egl->display, EGL_SYNC_FENCE_KHR, NULL);
    }
    if (shared->drawn == EGL_NO_SYNC_KHR) {
        glFinish();
    } else {
        glFlush();
    }
}

uint32_t display_shared_open(DisplayShared *shared)
{
    GLuint texture;

    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glEGLImageTargetTexture2DOES(GL_TEXTURE_2D, shared->image);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glBindTexture(GL_TEXTURE_2D, 0);
    return texture;
}

void display_shared_wait(DisplayShared *shared)
{
    if (shared->drawn != EGL_NO_SYNC_KHR) {
        eglWaitSyncKHR(shared->egl->display, shared->drawn, 0);
    }
}
