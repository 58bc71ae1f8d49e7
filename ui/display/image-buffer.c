/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayBuffer over the pixels of a pixman image. */
#include "ui/display/buffer.h"

typedef struct ImageBuffer {
    DisplayBuffer base;
    pixman_image_t *image;
} ImageBuffer;

static void image_buffer_destroy(DisplayBuffer *buffer)
{
    ImageBuffer *self = (ImageBuffer *)buffer;

    pixman_image_unref(self->image);
    g_free(self);
}

static bool image_buffer_get_pixels(DisplayBuffer *buffer, DisplayPixels *pixels)
{
    ImageBuffer *self = (ImageBuffer *)buffer;

    pixels->data = (uint8_t *)pixman_image_get_data(self->image);
    pixels->stride = pixman_image_get_stride(self->image);
    return true;
}

static const DisplayBufferOps image_buffer_ops = {
    .destroy = image_buffer_destroy,
    .get_pixels = image_buffer_get_pixels,
};

DisplayBuffer *display_buffer_create_from_image(pixman_image_t *image)
{
    ImageBuffer *self;

    if (!pixman_image_get_data(image)) {
        return NULL;
    }
    self = g_new0(ImageBuffer, 1);
    self->image = pixman_image_ref(image);
    display_buffer_init(&self->base, &image_buffer_ops, pixman_image_get_width(image),
                        pixman_image_get_height(image), pixman_image_get_format(image));
    self->base.in_memory = true;
    return &self->base;
}
