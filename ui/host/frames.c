/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Surfaces, textures and dmabufs of QEMU as frames. */
#include "ui/host/frames.h"

/* A dmabuf as it was when its buffer was made: devices may use the same memory for another. */
typedef struct Known {
    QemuDmaBuf description;
    DisplayBuffer *buffer;
} Known;

static void known_free(void *opaque)
{
    Known *known = opaque;

    display_buffer_unref(known->buffer);
    g_free(known);
}

void display_host_dmabufs_init(DisplayHostDmabufs *dmabufs)
{
    dmabufs->buffers = g_hash_table_new_full(NULL, NULL, NULL, known_free);
}

void display_host_dmabufs_finish(DisplayHostDmabufs *dmabufs)
{
    g_clear_pointer(&dmabufs->buffers, g_hash_table_unref);
}

void display_host_dmabufs_release(DisplayHostDmabufs *dmabufs, const QemuDmaBuf *dmabuf)
{
    g_hash_table_remove(dmabufs->buffers, dmabuf);
}

static bool is_same(const QemuDmaBuf *a, const QemuDmaBuf *b)
{
    return a->fd == b->fd && a->width == b->width && a->height == b->height &&
           a->stride == b->stride && a->fourcc == b->fourcc && a->modifier == b->modifier;
}

static DisplayBuffer *buffer_of(DisplayHostDmabufs *dmabufs, const QemuDmaBuf *dmabuf)
{
    const DisplayDmabuf description = {
        .fd = dmabuf->fd,
        .fourcc = dmabuf->fourcc,
        .modifier = dmabuf->modifier,
        .stride = dmabuf->stride,
    };
    Known *known = g_hash_table_lookup(dmabufs->buffers, dmabuf);
    DisplayBuffer *buffer;

    if (known && is_same(&known->description, dmabuf)) {
        return known->buffer;
    }
    buffer = display_buffer_create_dmabuf(&description, dmabuf->width, dmabuf->height);
    if (!buffer) {
        g_hash_table_remove(dmabufs->buffers, dmabuf);
        return NULL;
    }
    known = g_new0(Known, 1);
    known->description = *dmabuf;
    known->buffer = buffer;
    g_hash_table_replace(dmabufs->buffers, (void *)dmabuf, known);
    return buffer;
}

/*
 * The rows of a buffer that show the rectangle of the picture.  "y 0 top" is QEMU's word for a
 * texture whose last row is the top of the picture.
 */
static void set_source(DisplayFrame *frame, const pixman_box32_t *box, bool y0_top)
{
    frame->orientation = y0_top ? DISPLAY_BOTTOM_UP : DISPLAY_TOP_DOWN;
    frame->source = y0_top ? display_box_flipped(box, frame->buffer->height) : *box;
}

bool display_host_frame_from_dmabuf(DisplayFrame *frame, DisplayHostDmabufs *dmabufs,
                                    const QemuDmaBuf *dmabuf)
{
    /* Some devices show all of the buffer and leave the part empty. */
    const bool has_part = dmabuf->scanout_width && dmabuf->scanout_height;
    pixman_box32_t box = {.x2 = dmabuf->width, .y2 = dmabuf->height};
    DisplayBuffer *buffer = buffer_of(dmabufs, dmabuf);

    if (!buffer) {
        return false;
    }
    if (has_part) {
        box = (pixman_box32_t) {
            .x1 = dmabuf->x, .y1 = dmabuf->y,
            .x2 = dmabuf->x + dmabuf->scanout_width, .y2 = dmabuf->y + dmabuf->scanout_height,
        };
    }
    *frame = (DisplayFrame) {.buffer = display_buffer_ref(buffer)};
    set_source(frame, &box, dmabuf->y0_top);
    return true;
}

bool display_host_frame_from_texture(DisplayFrame *frame, const ScanoutTexture *texture)
{
    const pixman_box32_t box = {
        .x1 = texture->x, .y1 = texture->y,
        .x2 = texture->x + texture->width, .y2 = texture->y + texture->height,
    };

    if (!texture->backing_id || !texture->backing_width || !texture->backing_height) {
        return false;
    }
    *frame = (DisplayFrame) {
        .buffer = display_buffer_create_texture(texture->backing_id, texture->backing_width,
                                                texture->backing_height),
    };
    set_source(frame, &box, texture->backing_y_0_top);
    return true;
}

bool display_host_frame_from_surface(DisplayFrame *frame, DisplaySurface *surface)
{
    *frame = (DisplayFrame) {.buffer = display_buffer_create_from_image(surface->image)};
    if (!frame->buffer) {
        return false;
    }
    frame->source = (pixman_box32_t) {.x2 = frame->buffer->width, .y2 = frame->buffer->height};
    return true;
}

void display_host_frame_clear(DisplayFrame *frame)
{
    display_buffer_unref(g_steal_pointer(&frame->buffer));
    *frame = (DisplayFrame) {0};
}
