/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayBuffer over a GL texture of somebody else: a name, no GL. */
#include "ui/display/buffer.h"

typedef struct TextureBuffer {
    DisplayBuffer base;
    uint32_t texture;
} TextureBuffer;

static void texture_buffer_destroy(DisplayBuffer *buffer)
{
    g_free(buffer);
}

static uint32_t texture_buffer_get_texture(DisplayBuffer *buffer)
{
    return ((TextureBuffer *)buffer)->texture;
}

static const DisplayBufferOps texture_buffer_ops = {
    .destroy = texture_buffer_destroy,
    .get_texture = texture_buffer_get_texture,
};

DisplayBuffer *display_buffer_create_texture(uint32_t texture, uint32_t width, uint32_t height)
{
    TextureBuffer *self = g_new0(TextureBuffer, 1);

    self->texture = texture;
    display_buffer_init(&self->base, &texture_buffer_ops, width, height, PIXMAN_a8b8g8r8);
    return &self->base;
}
