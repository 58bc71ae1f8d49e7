/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a head shows.
 *
 * Always memory of ours, which updates write to. When it is a dmabuf, a display that imports those
 * shows that, and has the memory to write to; for others the dmabuf is copied there. Belongs to its
 * head; mapped and copied on the main thread.
 */
#include "qemu/osdep.h"

#include <drm_fourcc.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "hw/display/vhost-user-gpu.h"
#include "ui/display/damage.h"

enum {
    MAX_SIDE = 16384,
    MAX_PIXELS = 64 << 20,
};

bool vgpu_vhost_size_is_sane(uint32_t width, uint32_t height)
{
    return width && height && width <= MAX_SIDE && height <= MAX_SIDE &&
           width * height <= MAX_PIXELS;
}

/* ---- life ----------------------------------------------------------------------------------- */

static void clear(void *opaque)
{
    VgpuVhostPicture *self = opaque;

    g_clear_pointer(&self->image, pixman_image_unref);
    g_clear_pointer(&self->mapped, pixman_image_unref);
    g_clear_pointer(&self->buffer, display_buffer_unref);
    if (self->dmabuf.fd >= 0) {
        close(self->dmabuf.fd);
    }
}

VgpuVhostPicture *vgpu_vhost_picture_ref(VgpuVhostPicture *self)
{
    return g_rc_box_acquire(self);
}

void vgpu_vhost_picture_unref(VgpuVhostPicture *self)
{
    if (self) {
        g_rc_box_release_full(self, clear);
    }
}

bool vgpu_vhost_picture_has_size(const VgpuVhostPicture *self, uint32_t width, uint32_t height)
{
    return pixman_image_get_width(self->image) == width &&
           pixman_image_get_height(self->image) == height;
}

VgpuVhostPicture *vgpu_vhost_picture_create(uint32_t width, uint32_t height,
                                            const VgpuVhostPicture *before)
{
    VgpuVhostPicture *self;
    pixman_image_t *image;

    if (before && vgpu_vhost_picture_has_size(before, width, height)) {
        image = pixman_image_ref(before->image);
    } else {
        image = pixman_image_create_bits(PIXMAN_x8r8g8b8, width, height, NULL, 0);
    }
    if (!image) {
        return NULL;
    }
    self = g_rc_box_new0(VgpuVhostPicture);
    self->image = image;
    self->dmabuf.fd = -1;
    return self;
}

/* ---- dmabufs -------------------------------------------------------------------------------- */

static bool part_is_inside(const VhostUserGpuDmabuf *wire)
{
    return (uint64_t)wire->x + wire->width <= wire->fd_width &&
           (uint64_t)wire->y + wire->height <= wire->fd_height &&
           vgpu_vhost_size_is_sane(wire->fd_width, wire->fd_height);
}

/*
 * Other files than dmabufs can shrink while somebody reads their pages, and importers trust what
 * they are told of the size.
 */
static bool is_large_enough(const VhostUserGpuDmabuf *wire, int fd)
{
    pixman_format_code_t format = display_format_from_fourcc(wire->fd_fourcc);
    uint64_t row = (uint64_t)wire->fd_width * PIXMAN_FORMAT_BPP(format) / 8;
    uint64_t size = (uint64_t)wire->fd_stride * (wire->fd_height - 1) + row;
    struct statfs kind;
    off_t available = lseek(fd, 0, SEEK_END);

    return format && row <= wire->fd_stride && available >= 0 && size <= (uint64_t)available &&
           fstatfs(fd, &kind) == 0 && kind.f_type == DMA_BUF_MAGIC;
}

bool vgpu_vhost_dmabuf_is_sane(const VhostUserGpuDmabuf *wire, int fd)
{
    return part_is_inside(wire) && is_large_enough(wire, fd);
}

void vgpu_vhost_picture_set_dmabuf(VgpuVhostPicture *self, const VhostUserGpuDmabuf2 *wire, int fd)
{
    const VhostUserGpuDmabuf *dmabuf = &wire->dmabuf;

    self->dmabuf = (QemuDmaBuf) {
        .fd = fd,
        .width = dmabuf->fd_width,
        .height = dmabuf->fd_height,
        .stride = dmabuf->fd_stride,
        .fourcc = dmabuf->fd_fourcc,
        .modifier = wire->modifier,
        .x = dmabuf->x,
        .y = dmabuf->y,
        .scanout_width = dmabuf->width,
        .scanout_height = dmabuf->height,
        .y0_top = dmabuf->fd_flags & 1,
        .fence_fd = -1,
        .allow_fences = true,
    };
}

static pixman_image_t *create_view(const VgpuVhostPicture *self)
{
    const QemuDmaBuf *source = &self->dmabuf;
    pixman_box32_t box = {
        .x1 = source->x,
        .y1 = source->y,
        .x2 = source->x + source->scanout_width,
        .y2 = source->y + source->scanout_height,
    };

    if (source->y0_top) {
        box = display_box_flipped(&box, source->height);
    }
    return display_buffer_create_image(self->buffer, &box);
}

static void turn_over(pixman_image_t *image, uint32_t height)
{
    pixman_transform_t transform;

    pixman_transform_init_scale(&transform, pixman_fixed_1, -pixman_fixed_1);
    pixman_transform_translate(NULL, &transform, 0, pixman_int_to_fixed(height));
    pixman_image_set_transform(image, &transform);
}

bool vgpu_vhost_picture_map(VgpuVhostPicture *self, bool drawn_in_rows)
{
    const QemuDmaBuf *source = &self->dmabuf;
    const DisplayDmabuf dmabuf = {
        .fd = source->fd,
        .fourcc = source->fourcc,
        .modifier = source->modifier,
        .stride = source->stride,
    };

    self->buffer = display_buffer_create_dmabuf(&dmabuf, source->width, source->height);
    if (!self->buffer || !(drawn_in_rows || source->modifier == DRM_FORMAT_MOD_LINEAR ||
                           self->buffer->in_memory)) {
        return false;
    }
    self->mapped = create_view(self);
    if (self->mapped && source->y0_top) {
        turn_over(self->mapped, source->scanout_height);
    }
    return self->mapped;
}

void vgpu_vhost_picture_copy(VgpuVhostPicture *self)
{
    display_buffer_lock(self->buffer);
    pixman_image_composite32(PIXMAN_OP_SRC, self->mapped, NULL, self->image, 0, 0, 0, 0, 0, 0,
                             self->dmabuf.scanout_width, self->dmabuf.scanout_height);
    display_buffer_unlock(self->buffer);
}
