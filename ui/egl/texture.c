/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayTexture: pixels that are brought to GL, damage by damage. */
#include "ui/egl/texture.h"

#include "egl-private.h"
#include "ui/display/damage.h"

/* Uploads of one call; damage of more rectangles is simplified. */
#define UPLOADS_MAX 64

/* What formats that GL does not take are turned into */
#define CONVERTED PIXMAN_a8r8g8b8

static const DisplayGlFormat *upload_format(const DisplayTexture *texture)
{
    const DisplayGlFormat *format = display_gl_format(texture->format);

    return format ? format : display_gl_format(CONVERTED);
}

static void clear_errors(void)
{
    while (glGetError() != GL_NO_ERROR) {
        /* errors of earlier calls are not ours */
    }
}

DisplayTexture *display_texture_create(uint32_t width, uint32_t height,
                                       pixman_format_code_t pixels)
{
    DisplayTexture *texture = g_new0(DisplayTexture, 1);
    const DisplayGlFormat *format;
    GLint max = 0;

    texture->width = width;
    texture->height = height;
    texture->format = pixels;
    texture->has_alpha = PIXMAN_FORMAT_A(pixels) != 0;
    format = upload_format(texture);
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &max);
    if (!width || !height || width > (uint32_t)max || height > (uint32_t)max) {
        g_free(texture);
        return NULL;
    }
    clear_errors();
    glGenTextures(1, &texture->name);
    glBindTexture(GL_TEXTURE_2D, texture->name);
    display_gl_set_swizzle(format, texture->has_alpha);
    glTexImage2D(GL_TEXTURE_2D, 0, format->internal, width, height, 0, format->external,
                 format->type, NULL);
    glBindTexture(GL_TEXTURE_2D, 0);
    if (glGetError() != GL_NO_ERROR) {
        display_texture_free(texture);
        return NULL;
    }
    return texture;
}

void display_texture_free(DisplayTexture *texture)
{
    if (texture) {
        glDeleteTextures(1, &texture->name);
        g_free(texture);
    }
}

DisplayTexture display_texture_borrow(uint32_t name, uint32_t width, uint32_t height)
{
    return (DisplayTexture) {.name = name, .width = width, .height = height, .has_alpha = true};
}

/* One rectangle of `pixels`, whose stride need not be a whole number of pixels */
static uint64_t upload_box(const DisplayGlFormat *format, const pixman_box32_t *box,
                           const DisplayPixels *pixels)
{
    uint32_t bytes_per_pixel = PIXMAN_FORMAT_BPP(format->format) / 8;
    uint32_t width = box->x2 - box->x1;
    uint32_t height = box->y2 - box->y1;
    const uint8_t *data = pixels->data + (size_t)box->y1 * pixels->stride +
                          (size_t)box->x1 * bytes_per_pixel;

    if (pixels->stride % bytes_per_pixel == 0) {
        glPixelStorei(GL_UNPACK_ROW_LENGTH, pixels->stride / bytes_per_pixel);
        glTexSubImage2D(GL_TEXTURE_2D, 0, box->x1, box->y1, width, height, format->external,
                        format->type, data);
        glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
    } else {
        for (uint32_t y = 0; y < height; y++, data += pixels->stride) {
            glTexSubImage2D(GL_TEXTURE_2D, 0, box->x1, box->y1 + y, width, 1, format->external,
                            format->type, data);
        }
    }
    return (uint64_t)width * height * bytes_per_pixel;
}

/* One rectangle that pixman turns into something that GL takes */
static uint64_t upload_converted(const DisplayTexture *texture, const pixman_box32_t *box,
                                 const DisplayPixels *pixels)
{
    const DisplayGlFormat *format = display_gl_format(CONVERTED);
    uint32_t width = box->x2 - box->x1;
    uint32_t height = box->y2 - box->y1;
    g_autofree uint32_t *scratch = g_try_new(uint32_t, (size_t)width * height);
    pixman_image_t *from = pixman_image_create_bits_no_clear(
        texture->format, texture->width, texture->height, (uint32_t *)pixels->data, pixels->stride);
    pixman_image_t *to = scratch ? pixman_image_create_bits_no_clear(CONVERTED, width, height,
                                                                     scratch, width * 4) : NULL;

    if (from && to) {
        pixman_image_composite32(PIXMAN_OP_SRC, from, NULL, to, box->x1, box->y1, 0, 0, 0, 0,
                                 width, height);
        glTexSubImage2D(GL_TEXTURE_2D, 0, box->x1, box->y1, width, height, format->external,
                        format->type, scratch);
    }
    if (to) {
        pixman_image_unref(to);
    }
    if (from) {
        pixman_image_unref(from);
    }
    return from && to ? (uint64_t)width * height * 4 : 0;
}

uint64_t display_texture_upload(DisplayTexture *texture, const DisplayPixels *pixels,
                                const pixman_region32_t *damage)
{
    const DisplayGlFormat *format = display_gl_format(texture->format);
    pixman_region32_t part;
    pixman_box32_t *boxes;
    uint64_t bytes = 0;
    int count;

    pixman_region32_init(&part);
    pixman_region32_intersect_rect(&part, (pixman_region32_t *)damage, 0, 0, texture->width,
                                   texture->height);
    display_damage_simplify(&part, UPLOADS_MAX);
    boxes = pixman_region32_rectangles(&part, &count);
    glBindTexture(GL_TEXTURE_2D, texture->name);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    for (int i = 0; i < count; i++) {
        bytes += format ? upload_box(format, &boxes[i], pixels)
                        : upload_converted(texture, &boxes[i], pixels);
    }
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glBindTexture(GL_TEXTURE_2D, 0);
    pixman_region32_fini(&part);
    return bytes;
}
