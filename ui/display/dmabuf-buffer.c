/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayBuffer over a dmabuf of one plane.
 *
 * It is mapped when somebody first asks for its pixels; linear ones only, since nothing here knows
 * how other modifiers order them.
 */
#include "ui/display/buffer.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct DmabufBuffer {
    DisplayBuffer base;
    DisplayDmabuf dmabuf;
    uint8_t *mapping;       /* MAP_FAILED: it was tried */
    size_t mapping_size;
} DmabufBuffer;

/* DRM names the bits of a little-endian word, as pixman does on a little-endian host. */
static const struct {
    uint32_t fourcc;
    pixman_format_code_t pixman;
} formats[] = {
    {DRM_FORMAT_XRGB8888, PIXMAN_x8r8g8b8},
    {DRM_FORMAT_ARGB8888, PIXMAN_a8r8g8b8},
    {DRM_FORMAT_XBGR8888, PIXMAN_x8b8g8r8},
    {DRM_FORMAT_ABGR8888, PIXMAN_a8b8g8r8},
    {DRM_FORMAT_RGBX8888, PIXMAN_r8g8b8x8},
    {DRM_FORMAT_RGBA8888, PIXMAN_r8g8b8a8},
    {DRM_FORMAT_BGRX8888, PIXMAN_b8g8r8x8},
    {DRM_FORMAT_BGRA8888, PIXMAN_b8g8r8a8},
    {DRM_FORMAT_RGB888, PIXMAN_r8g8b8},
    {DRM_FORMAT_BGR888, PIXMAN_b8g8r8},
    {DRM_FORMAT_RGB565, PIXMAN_r5g6b5},
    {DRM_FORMAT_BGR565, PIXMAN_b5g6r5},
    {DRM_FORMAT_XRGB2101010, PIXMAN_x2r10g10b10},
    {DRM_FORMAT_ARGB2101010, PIXMAN_a2r10g10b10},
    {DRM_FORMAT_XBGR2101010, PIXMAN_x2b10g10r10},
    {DRM_FORMAT_ABGR2101010, PIXMAN_a2b10g10r10},
};

pixman_format_code_t display_format_from_fourcc(uint32_t fourcc)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (formats[i].fourcc == fourcc) {
            return formats[i].pixman;
        }
    }
    return 0;
}

static DmabufBuffer *dmabuf_buffer(DisplayBuffer *buffer)
{
    return (DmabufBuffer *)buffer;
}

static void dmabuf_buffer_destroy(DisplayBuffer *buffer)
{
    DmabufBuffer *self = dmabuf_buffer(buffer);

    if (self->mapping && self->mapping != MAP_FAILED) {
        munmap(self->mapping, self->mapping_size);
    }
    close(self->dmabuf.fd);
    g_free(self);
}

static bool dmabuf_buffer_get_dmabuf(DisplayBuffer *buffer, DisplayDmabuf *dmabuf)
{
    *dmabuf = dmabuf_buffer(buffer)->dmabuf;
    return true;
}

/* The bytes that the picture takes, from the start of the dmabuf; 0 when they are not there */
static size_t picture_size(const DmabufBuffer *self)
{
    const DisplayDmabuf *dmabuf = &self->dmabuf;
    uint64_t row = (uint64_t)self->base.width * PIXMAN_FORMAT_BPP(self->base.format) / 8;
    uint64_t size = dmabuf->offset + (uint64_t)dmabuf->stride * (self->base.height - 1) + row;
    off_t available = lseek(dmabuf->fd, 0, SEEK_END);

    return row <= dmabuf->stride && available >= 0 && size <= (uint64_t)available ? size : 0;
}

static void map(DmabufBuffer *self)
{
    self->mapping = MAP_FAILED;
    if (self->dmabuf.modifier != DRM_FORMAT_MOD_LINEAR &&
        self->dmabuf.modifier != DRM_FORMAT_MOD_INVALID) {
        return;
    }
    self->mapping_size = picture_size(self);
    if (self->mapping_size) {
        self->mapping = mmap(NULL, self->mapping_size, PROT_READ, MAP_SHARED, self->dmabuf.fd, 0);
    }
}

static bool dmabuf_buffer_get_pixels(DisplayBuffer *buffer, DisplayPixels *pixels)
{
    DmabufBuffer *self = dmabuf_buffer(buffer);

    if (!self->mapping) {
        map(self);
    }
    if (self->mapping == MAP_FAILED) {
        return false;
    }
    pixels->data = self->mapping + self->dmabuf.offset;
    pixels->stride = self->dmabuf.stride;
    return true;
}

static void synchronize(DisplayBuffer *buffer, uint64_t flags)
{
    struct dma_buf_sync sync = {.flags = flags | DMA_BUF_SYNC_READ};
    int result;

    do {
        result = ioctl(dmabuf_buffer(buffer)->dmabuf.fd, DMA_BUF_IOCTL_SYNC, &sync);
    } while (result < 0 && (errno == EINTR || errno == EAGAIN));
}

static void dmabuf_buffer_lock(DisplayBuffer *buffer)
{
    synchronize(buffer, DMA_BUF_SYNC_START);
}

static void dmabuf_buffer_unlock(DisplayBuffer *buffer)
{
    synchronize(buffer, DMA_BUF_SYNC_END);
}

static const DisplayBufferOps dmabuf_buffer_ops = {
    .destroy = dmabuf_buffer_destroy,
    .get_pixels = dmabuf_buffer_get_pixels,
    .get_dmabuf = dmabuf_buffer_get_dmabuf,
    .lock = dmabuf_buffer_lock,
    .unlock = dmabuf_buffer_unlock,
};

/* The kernel names the exporter; of these we know that they are ordinary, cached memory. */
static bool is_ordinary_memory(int fd)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fdinfo/%d", fd);
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) && strstr(text, "exp_name:\tudmabuf\n");
}

DisplayBuffer *display_buffer_create_dmabuf(const DisplayDmabuf *dmabuf, uint32_t width,
                                            uint32_t height)
{
    pixman_format_code_t format = display_format_from_fourcc(dmabuf->fourcc);
    DmabufBuffer *self;
    int fd;

    if (!format || !width || !height) {
        return NULL;
    }
    fd = fcntl(dmabuf->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
        return NULL;
    }
    self = g_new0(DmabufBuffer, 1);
    self->dmabuf = *dmabuf;
    self->dmabuf.fd = fd;
    display_buffer_init(&self->base, &dmabuf_buffer_ops, width, height, format);
    self->base.in_memory = is_ordinary_memory(fd);
    return &self->base;
}
