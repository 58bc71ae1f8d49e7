/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Buffers that are dmabufs, given to displays as what they are.
 *
 * QEMU knows no format negotiation: whether a display can import a dmabuf is seen from its having
 * GL on an EGL that can. What a display makes of one stays with it for as long as the buffer lives.
 */
#include "qemu/osdep.h"
#include <dlfcn.h>
#include "hw/display/virtio-gpu-engine.h"

typedef struct ConsoleDmabuf {
    QemuDmaBuf base;
    QemuConsole *console;
    uint32_t left, top;   /* of the buffer's picture in what QEMU is told, pixels */
} ConsoleDmabuf;

/* Of ui-opengl, which is loaded by the displays that have GL and by nobody else. */
static bool egl_imports_dmabufs(void)
{
    bool (*has_dmabuf)(void) = dlsym(RTLD_DEFAULT, "qemu_egl_has_dmabuf");

    return has_dmabuf && has_dmabuf();
}

/* They alone say with which context to share. */
bool vgpu_console_is_windowless(void)
{
    void **context = dlsym(RTLD_DEFAULT, "qemu_egl_rn_ctx");

    return context && *context;
}

static void release_dmabuf(void *opaque)
{
    ConsoleDmabuf *dmabuf = opaque;

    dpy_gl_release_dmabuf(dmabuf->console, &dmabuf->base);
    g_free(dmabuf);
}

/* Buffers go on a vCPU's thread, too, when it resets the device; displays and their GL do not. */
static void console_dmabuf_free(void *dmabuf)
{
    aio_bh_schedule_oneshot(qemu_get_aio_context(), release_dmabuf, dmabuf);
}

/*
 * QEMU's description has no offset: the picture is the lower right part of a larger one that
 * starts where the memory does. False where rows would wrap.
 */
static bool describe(ConsoleDmabuf *self, const DisplayDmabuf *dmabuf, const DisplayBuffer *buffer)
{
    const uint32_t bytes_per_pixel = PIXMAN_FORMAT_BPP(buffer->format) / 8;

    self->left = dmabuf->offset % dmabuf->stride / bytes_per_pixel;
    self->top = dmabuf->offset / dmabuf->stride;
    if (self->left + buffer->width > dmabuf->stride / bytes_per_pixel) {
        return false;
    }
    self->base = (QemuDmaBuf) {
        .fd = dmabuf->fd,
        .width = self->left + buffer->width,
        .height = self->top + buffer->height,
        .stride = dmabuf->stride,
        .fourcc = dmabuf->fourcc,
        .modifier = dmabuf->modifier,
        .fence_fd = -1,
        .allow_fences = true,
    };
    return true;
}

static ConsoleDmabuf *get_dmabuf(QemuConsole *console, DisplayBuffer *buffer)
{
    g_autofree char *name = g_strdup_printf("vgpu-console-%d", qemu_console_get_index(console));
    GQuark key = g_quark_from_string(name);
    ConsoleDmabuf *self = display_buffer_get_attached(buffer, key);
    DisplayDmabuf dmabuf;

    if (self || !display_buffer_get_dmabuf(buffer, &dmabuf)) {
        return self;
    }
    self = g_new0(ConsoleDmabuf, 1);
    self->console = console;
    if (!describe(self, &dmabuf, buffer)) {
        g_free(self);
        return NULL;
    }
    display_buffer_attach(buffer, key, self, console_dmabuf_free);
    return self;
}

bool vgpu_console_takes_dmabufs(QemuConsole *console)
{
    return console_has_gl(console) && egl_imports_dmabufs();
}

bool vgpu_console_takes_dmabuf(QemuConsole *console, DisplayBuffer *buffer)
{
    return buffer->ops->get_dmabuf && vgpu_console_takes_dmabufs(console) &&
           get_dmabuf(console, buffer);
}

void vgpu_console_show_dmabuf(QemuConsole *console, const VgpuFrame *frame)
{
    ConsoleDmabuf *self = get_dmabuf(console, frame->buffer);

    self->base.y0_top = frame->bottom_up;
    self->base.x = self->left + frame->source.x1;
    self->base.y = self->top + frame->source.y1;
    self->base.scanout_width = frame->source.x2 - frame->source.x1;
    self->base.scanout_height = frame->source.y2 - frame->source.y1;
    dpy_gl_scanout_dmabuf(console, &self->base);
}
