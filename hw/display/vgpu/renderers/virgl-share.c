/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures of virglrenderer's resources for displays, as textures and dmabufs.
 *
 * What a display gets is a texture of ours with the same storage, made by way of an EGLImage: it
 * keeps the storage when the guest's resource goes, whose own texture the library deletes then.
 * Buffers are given back on any thread; what hangs on them is deleted here, on the renderer's.
 */
#include "virgl-private.h"

#include <unistd.h>

#include "ui/egl/import.h"

typedef struct SharedBuffer {
    DisplayBuffer base;
    GAsyncQueue *garbage;     /* names of textures to be deleted */
    GLuint texture;           /* 0: none */
    DisplayDmabuf dmabuf;     /* fd -1: none */
    bool bottom_up;
} SharedBuffer;

static void shared_destroy(DisplayBuffer *buffer)
{
    SharedBuffer *self = (SharedBuffer *)buffer;

    if (self->texture) {
        g_async_queue_push(self->garbage, GUINT_TO_POINTER(self->texture));
    }
    if (self->dmabuf.fd >= 0) {
        close(self->dmabuf.fd);
    }
    g_async_queue_unref(self->garbage);
    g_free(self);
}

static uint32_t shared_get_texture(DisplayBuffer *buffer)
{
    return ((SharedBuffer *)buffer)->texture;
}

static bool shared_get_dmabuf(DisplayBuffer *buffer, DisplayDmabuf *dmabuf)
{
    *dmabuf = ((SharedBuffer *)buffer)->dmabuf;
    return dmabuf->fd >= 0;
}

static const DisplayBufferOps shared_ops = {
    .destroy = shared_destroy,
    .get_texture = shared_get_texture,
    .get_dmabuf = shared_get_dmabuf,
};

/* ---- making them ---------------------------------------------------------------------------- */

/* A second name of a texture's storage; 0 where the driver has none. */
static GLuint create_alias(VgpuVirgl *self, GLuint texture)
{
    EGLImageKHR image = EGL_NO_IMAGE_KHR;
    GLuint alias = 0;

    if (epoxy_has_egl_extension(self->egl->display, "EGL_KHR_gl_texture_2D_image") &&
        epoxy_has_gl_extension("GL_OES_EGL_image")) {
        image = eglCreateImageKHR(self->egl->display, self->context, EGL_GL_TEXTURE_2D_KHR,
                                  (EGLClientBuffer)(uintptr_t)texture, NULL);
    }
    if (image == EGL_NO_IMAGE_KHR) {
        return 0;
    }
    while (glGetError() != GL_NO_ERROR) {
        continue;
    }
    glGenTextures(1, &alias);
    glBindTexture(GL_TEXTURE_2D, alias);
    glEGLImageTargetTexture2DOES(GL_TEXTURE_2D, image);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
    if (glGetError() != GL_NO_ERROR) {
        glDeleteTextures(1, &alias);
        alias = 0;
    }
    glBindTexture(GL_TEXTURE_2D, 0);
    eglDestroyImageKHR(self->egl->display, image);
    /* Displays see the name once it is out of this context's queue. */
    glFlush();
    return alias;
}

static SharedBuffer *create_shared(VgpuVirgl *self, const struct virgl_renderer_resource_info *info)
{
    SharedBuffer *shared = g_new0(SharedBuffer, 1);

    display_buffer_init(&shared->base, &shared_ops, info->width, info->height, PIXMAN_a8b8g8r8);
    shared->garbage = g_async_queue_ref(self->garbage);
    shared->dmabuf.fd = -1;
    shared->bottom_up = info->flags & VIRTIO_GPU_RESOURCE_FLAG_Y_0_TOP;
    return shared;
}

/* Ways that were tried before are not tried again. */
static void add_ways(VgpuVirgl *self, SharedBuffer *shared, GLuint texture, unsigned ways)
{
    pixman_format_code_t format;

    if (ways & VGPU_SHARE_TEXTURE && !shared->texture) {
        shared->texture = create_alias(self, texture);
        ways |= shared->texture ? 0 : VGPU_SHARE_DMABUF;
    }
    if (ways & VGPU_SHARE_DMABUF && shared->dmabuf.fd < 0 &&
        display_egl_export(self->egl, texture, &shared->dmabuf, NULL)) {
        format = display_format_from_fourcc(shared->dmabuf.fourcc);
        if (format) {
            shared->base.format = format;
        } else {
            close(shared->dmabuf.fd);
            shared->dmabuf.fd = -1;
        }
    }
}

static SharedBuffer *find_or_create(VgpuVirgl *self, uint32_t resource_id, unsigned ways)
{
    SharedBuffer *shared = g_hash_table_lookup(self->shared, GUINT_TO_POINTER(resource_id));
    struct virgl_renderer_resource_info info = { 0 };
    const bool done = shared && (!(ways & VGPU_SHARE_TEXTURE) || shared->texture) &&
                      (!(ways & VGPU_SHARE_DMABUF) || shared->dmabuf.fd >= 0);

    if (done || virgl_renderer_resource_get_info(resource_id, &info) || !info.tex_id) {
        return shared;
    }
    if (!shared) {
        shared = create_shared(self, &info);
        g_hash_table_insert(self->shared, GUINT_TO_POINTER(resource_id), shared);
    }
    display_egl_make_current(self->egl, self->context);
    vgpu_virgl_collect(self);
    add_ways(self, shared, info.tex_id, ways);
    virgl_renderer_force_ctx_0();
    return shared;
}

void vgpu_virgl_share_picture(VgpuRenderer3D *renderer, uint32_t resource_id, unsigned ways,
                              VgpuSharedPicture *picture)
{
    VgpuVirgl *self = (VgpuVirgl *)renderer;
    SharedBuffer *shared;

    if (!g_atomic_int_get(&self->with_displays)) {
        ways = VGPU_SHARE_DMABUF;
    }
    if (!g_hash_table_contains(self->resources, GUINT_TO_POINTER(resource_id))) {
        return;
    }
    shared = find_or_create(self, resource_id, ways);
    if (shared) {
        *picture = (VgpuSharedPicture) {
            .buffer = display_buffer_ref(&shared->base),
            .bottom_up = shared->bottom_up,
            .ways = (shared->texture ? VGPU_SHARE_TEXTURE : 0) |
                    (shared->dmabuf.fd >= 0 ? VGPU_SHARE_DMABUF : 0),
        };
    }
}

void vgpu_virgl_collect(VgpuVirgl *self)
{
    GLuint texture;

    while ((texture = GPOINTER_TO_UINT(g_async_queue_try_pop(self->garbage)))) {
        glDeleteTextures(1, &texture);
    }
}

/* The names that are still out there mean nothing in another share group. */
void vgpu_virgl_share_anew(VgpuVirgl *self)
{
    if (self->garbage) {
        g_hash_table_remove_all(self->shared);
        vgpu_virgl_collect(self);
        g_async_queue_unref(self->garbage);
    }
    self->garbage = g_async_queue_new();
}
