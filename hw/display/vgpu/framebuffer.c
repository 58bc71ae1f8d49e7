/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "framebuffer.h"

#include <drm_fourcc.h>

#include "device-private.h"
#include "format.h"

typedef struct FramebufferBuffer {
    DisplayBuffer base;
    VgpuView *view;
    VgpuFramebuffer framebuffer;
} FramebufferBuffer;

bool vgpu_framebuffer_is_valid(const VgpuFramebuffer *framebuffer, uint64_t size)
{
    uint64_t row = (uint64_t)framebuffer->width * VGPU_BYTES_PER_PIXEL;
    uint64_t end;

    if (!vgpu_format_to_pixman(framebuffer->format) ||
        !framebuffer->width || framebuffer->width > VGPU_MAX_SCANOUT_LENGTH ||
        !framebuffer->height || framebuffer->height > VGPU_MAX_SCANOUT_LENGTH ||
        framebuffer->stride < row || framebuffer->stride > INT32_MAX ||
        (framebuffer->stride | framebuffer->offset) % VGPU_BYTES_PER_PIXEL ||
        (uint64_t)framebuffer->stride * framebuffer->height > VGPU_MAX_SCANOUT_BYTES) {
        return false;
    }
    /* At most 2^31 + 2^32 + 2^17: no overflow. */
    end = framebuffer->offset + (uint64_t)framebuffer->stride * (framebuffer->height - 1) + row;
    return end <= size;
}

static FramebufferBuffer *framebuffer_buffer(DisplayBuffer *buffer)
{
    return (FramebufferBuffer *)buffer;
}

static void framebuffer_destroy(DisplayBuffer *buffer)
{
    vgpu_view_unref(framebuffer_buffer(buffer)->view);
    g_free(buffer);
}

static bool framebuffer_get_pixels(DisplayBuffer *buffer, DisplayPixels *pixels)
{
    const FramebufferBuffer *self = framebuffer_buffer(buffer);

    pixels->data = self->view->data + self->framebuffer.offset;
    pixels->stride = self->framebuffer.stride;
    return true;
}

static bool framebuffer_get_dmabuf(DisplayBuffer *buffer, DisplayDmabuf *dmabuf)
{
    const FramebufferBuffer *self = framebuffer_buffer(buffer);

    if (self->view->dmabuf_fd < 0) {
        return false;
    }
    *dmabuf = (DisplayDmabuf) {
        .fd = self->view->dmabuf_fd,
        .fourcc = vgpu_format_to_fourcc(self->framebuffer.format),
        .modifier = DRM_FORMAT_MOD_LINEAR,
        .stride = self->framebuffer.stride,
        .offset = self->framebuffer.offset,
    };
    return true;
}

static const DisplayBufferOps framebuffer_ops = {
    .destroy = framebuffer_destroy,
    .get_pixels = framebuffer_get_pixels,
    .get_dmabuf = framebuffer_get_dmabuf,
};

DisplayBuffer *vgpu_framebuffer_create_buffer(const VgpuFramebuffer *framebuffer, VgpuView *view)
{
    FramebufferBuffer *self = g_new0(FramebufferBuffer, 1);

    display_buffer_init(&self->base, &framebuffer_ops, framebuffer->width, framebuffer->height,
                        vgpu_format_to_pixman(framebuffer->format));
    self->view = vgpu_view_ref(view);
    self->framebuffer = *framebuffer;
    return &self->base;
}

const VgpuFramebuffer *vgpu_framebuffer_of_buffer(DisplayBuffer *buffer)
{
    g_assert(buffer->ops == &framebuffer_ops);
    return &framebuffer_buffer(buffer)->framebuffer;
}
