/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rectangles of pixels as bytes. */
#include "pixels.h"

#include <string.h>

static size_t bytes_per_pixel(pixman_format_code_t format)
{
    return PIXMAN_FORMAT_BPP(format) / 8;
}

size_t display_pixels_stride(pixman_format_code_t format, uint32_t width)
{
    return (width * bytes_per_pixel(format) + 3) & ~(size_t)3;
}

size_t display_pixels_offset(pixman_image_t *image, uint32_t x, uint32_t y)
{
    return (size_t)y * pixman_image_get_stride(image) +
           x * bytes_per_pixel(pixman_image_get_format(image));
}

void display_pixels_copy(pixman_image_t *image, const pixman_box32_t *box, uint8_t *target,
                         size_t stride)
{
    const uint8_t *source = (const uint8_t *)pixman_image_get_data(image) +
                            display_pixels_offset(image, box->x1, box->y1);
    size_t length = (box->x2 - box->x1) * bytes_per_pixel(pixman_image_get_format(image));
    size_t pitch = pixman_image_get_stride(image);
    int32_t y;

    for (y = box->y1; y < box->y2; y++) {
        memcpy(target, source, length);
        source += pitch;
        target += stride;
    }
}

GVariant *display_pixels_to_variant(pixman_image_t *image, const pixman_box32_t *box)
{
    pixman_format_code_t format = pixman_image_get_format(image);
    uint32_t width = box->x2 - box->x1;
    size_t stride = display_pixels_stride(format, width);
    size_t size = stride * (box->y2 - box->y1);
    /* what pads the rows must not be what lay in the memory before */
    uint8_t *data = stride == width * bytes_per_pixel(format) ? g_malloc(size) : g_malloc0(size);

    display_pixels_copy(image, box, data, stride);
    return g_variant_new_from_data(G_VARIANT_TYPE_BYTESTRING, data, size, TRUE, g_free, data);
}
