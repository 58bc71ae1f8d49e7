/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayReadback: parts of a texture, brought back into memory. */
#include "ui/egl/readback.h"

#include "egl-private.h"
#include "ui/display/damage.h"

/* Reads of one call; damage of more rectangles is simplified. */
#define READS_MAX 64

struct DisplayReadback {
    GLuint framebuffer;
    bool reads_bgra;        /* memory order of x8r8g8b8 */
    uint8_t *scratch;
    size_t scratch_size;
};

DisplayReadback *display_readback_create(void)
{
    DisplayReadback *readback = g_new0(DisplayReadback, 1);

    glGenFramebuffers(1, &readback->framebuffer);
    readback->reads_bgra = epoxy_is_desktop_gl() ||
                           epoxy_has_gl_extension("GL_EXT_read_format_bgra");
    return readback;
}

void display_readback_free(DisplayReadback *readback)
{
    if (readback) {
        glDeleteFramebuffers(1, &readback->framebuffer);
        g_free(readback->scratch);
        g_free(readback);
    }
}

static uint8_t *scratch_of(DisplayReadback *readback, size_t size)
{
    if (size > readback->scratch_size) {
        g_free(readback->scratch);
        readback->scratch = g_try_malloc(size);
        readback->scratch_size = readback->scratch ? size : 0;
    }
    return readback->scratch;
}

/* Where the damage of a picture lies in its texture */
static pixman_box32_t texture_box(const DisplayReadbackSource *source, const pixman_box32_t *damage)
{
    pixman_box32_t box = *damage;

    if (source->orientation == DISPLAY_BOTTOM_UP) {
        box = display_box_flipped(damage, source->box.y2 - source->box.y1);
    }
    box.x1 += source->box.x1;
    box.x2 += source->box.x1;
    box.y1 += source->box.y1;
    box.y2 += source->box.y1;
    return box;
}

static void swap_rows(uint8_t *data, uint32_t stride, size_t row, uint32_t height, uint8_t *scratch)
{
    for (uint32_t top = 0, bottom = height - 1; top < bottom; top++, bottom--) {
        uint8_t *a = data + (size_t)top * stride;
        uint8_t *b = data + (size_t)bottom * stride;

        memcpy(scratch, a, row);
        memcpy(a, b, row);
        memcpy(b, scratch, row);
    }
}

/* Straight to where it belongs, turned there when its rows come from the bottom */
static uint64_t read_direct(DisplayReadback *readback, const DisplayReadbackSource *source,
                            const pixman_box32_t *damage, const DisplayPixels *target)
{
    pixman_box32_t box = texture_box(source, damage);
    uint32_t width = box.x2 - box.x1;
    uint32_t height = box.y2 - box.y1;
    uint8_t *data = target->data + (size_t)damage->y1 * target->stride + (size_t)damage->x1 * 4;

    glPixelStorei(GL_PACK_ROW_LENGTH, target->stride / 4);
    glReadPixels(box.x1, box.y1, width, height, GL_BGRA, GL_UNSIGNED_BYTE, data);
    glPixelStorei(GL_PACK_ROW_LENGTH, 0);
    if (source->orientation == DISPLAY_BOTTOM_UP) {
        uint8_t *scratch = scratch_of(readback, (size_t)width * 4);

        if (!scratch) {
            return 0;
        }
        swap_rows(data, target->stride, (size_t)width * 4, height, scratch);
    }
    return (uint64_t)width * height * 4;
}

/* By way of memory of its own: other formats, on either side, and drivers that know RGBA only */
static uint64_t read_converted(DisplayReadback *readback, const DisplayReadbackSource *source,
                               const pixman_box32_t *damage, pixman_image_t *target)
{
    pixman_box32_t box = texture_box(source, damage);
    uint32_t width = box.x2 - box.x1;
    uint32_t height = box.y2 - box.y1;
    uint8_t *scratch = scratch_of(readback, (size_t)width * height * 4);
    pixman_format_code_t format = source->texture->format;
    pixman_image_t *read;

    if (!scratch) {
        return 0;
    }
    glReadPixels(box.x1, box.y1, width, height, GL_RGBA, GL_UNSIGNED_BYTE, scratch);
    if (source->orientation == DISPLAY_BOTTOM_UP) {
        g_autofree uint8_t *row = g_malloc((size_t)width * 4);

        swap_rows(scratch, width * 4, (size_t)width * 4, height, row);
    }
    read = pixman_image_create_bits_no_clear(format ? format : PIXMAN_a8b8g8r8, width, height,
                                             (uint32_t *)scratch, width * 4);
    pixman_image_composite32(PIXMAN_OP_SRC, read, NULL, target, 0, 0, 0, 0, damage->x1, damage->y1,
                             width, height);
    pixman_image_unref(read);
    return (uint64_t)width * height * 4;
}

static uint64_t read_boxes(DisplayReadback *readback, const DisplayReadbackSource *source,
                           pixman_region32_t *damage, pixman_format_code_t format,
                           const DisplayPixels *target)
{
    bool direct = readback->reads_bgra && !source->texture->format &&
                  (format == PIXMAN_x8r8g8b8 || format == PIXMAN_a8r8g8b8);
    pixman_box32_t *boxes;
    pixman_image_t *image;
    uint64_t bytes = 0;
    int count;

    image = pixman_image_create_bits_no_clear(format, source->box.x2 - source->box.x1,
                                              source->box.y2 - source->box.y1,
                                              (uint32_t *)target->data, target->stride);
    boxes = pixman_region32_rectangles(damage, &count);
    for (int i = 0; i < count && image; i++) {
        bytes += direct ? read_direct(readback, source, &boxes[i], target)
                        : read_converted(readback, source, &boxes[i], image);
    }
    if (image) {
        pixman_image_unref(image);
    }
    return bytes;
}

uint64_t display_readback_read(DisplayReadback *readback, const DisplayReadbackSource *source,
                               pixman_region32_t *damage, pixman_format_code_t format,
                               const DisplayPixels *target)
{
    uint64_t bytes = 0;

    pixman_region32_intersect_rect(damage, damage, 0, 0, source->box.x2 - source->box.x1,
                                   source->box.y2 - source->box.y1);
    display_damage_simplify(damage, READS_MAX);
    glBindFramebuffer(GL_FRAMEBUFFER, readback->framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D,
                           source->texture->name, 0);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE) {
        bytes = read_boxes(readback, source, damage, format, target);
    }
    /* The texture may go before the framebuffer is used again. */
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, 0, 0);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    return bytes;
}
