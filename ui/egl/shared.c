/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayShared: a texture that crosses share groups as an EGLImage. */
#include "ui/egl/shared.h"

#include "egl-private.h"
#include "ui/egl/blit.h"

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

uint32_t display_shared_open(DisplayShared *shared, GError **error)
{
    GLuint texture;
    bool is_taken;

    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    is_taken = display_gl_take_image(shared->image);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glBindTexture(GL_TEXTURE_2D, 0);
    if (!is_taken) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_TEXTURE,
                    epoxy_has_gl_extension("GL_OES_EGL_image")
                    ? "the driver shows no image of another context"
                    : "the driver lacks GL_OES_EGL_image");
        glDeleteTextures(1, &texture);
        return 0;
    }
    return texture;
}

void display_shared_wait(DisplayShared *shared)
{
    if (shared->drawn != EGL_NO_SYNC_KHR) {
        eglWaitSyncKHR(shared->egl->display, shared->drawn, 0);
    }
}

void display_shared_fill(DisplayShared *shared, uint32_t rgb)
{
    display_shared_begin(shared);
    glClearColor((rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    display_shared_end(shared);
}

/* Draws the texture's first pixel into a framebuffer, and reads that: 0xrrggbb. */
static uint32_t drawn_pixel(DisplayBlitter *blitter, const DisplayTexture *texture)
{
    const DisplayTarget target = {.width = 1, .height = 1};
    const pixman_box32_t box = {.x2 = 1, .y2 = 1};
    GLuint storage, framebuffer;
    uint8_t rgba[4] = {0};

    glGenTextures(1, &storage);
    glBindTexture(GL_TEXTURE_2D, storage);
    glTexStorage2D(GL_TEXTURE_2D, 1, GL_RGBA8, 1, 1);
    glBindTexture(GL_TEXTURE_2D, 0);
    glGenFramebuffers(1, &framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, storage, 0);
    display_blitter_draw(blitter, &target, &(DisplayBlit) {
        .texture = texture, .source = box, .target = box,
    }, NULL);
    glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glDeleteFramebuffers(1, &framebuffer);
    glDeleteTextures(1, &storage);
    return rgba[0] << 16 | rgba[1] << 8 | rgba[2];
}

bool display_shared_shows(DisplayShared *shared, uint32_t rgb, GError **error)
{
    g_autoptr(DisplayBlitter) blitter = display_blitter_create();
    DisplayTexture texture;
    bool shows;

    if (!blitter) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                    "the driver does not compile the display's shaders");
        return false;
    }
    texture = display_texture_borrow(display_shared_open(shared, error), shared->width,
                                     shared->height);
    if (!texture.name) {
        return false;
    }
    display_shared_wait(shared);
    shows = drawn_pixel(blitter, &texture) == rgb;
    if (!shows) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_TEXTURE,
                    "what one context draws is not what another one shows");
    }
    glDeleteTextures(1, &texture.name);
    return shows;
}
