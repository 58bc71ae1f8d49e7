/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-stream.h"

#include <string.h>

static void fake_write(VgpuStream *stream, const void *data, size_t size)
{
    g_byte_array_append(((VgpuFakeStream *)stream)->bytes, data, size);
}

static bool fake_read(VgpuStream *stream, void *data, size_t size)
{
    VgpuFakeStream *self = (VgpuFakeStream *)stream;

    if (size > self->bytes->len - self->position) {
        return false;
    }
    memcpy(data, self->bytes->data + self->position, size);
    self->position += size;
    return true;
}

static const VgpuStreamOps fake_stream_ops = {
    .write = fake_write,
    .read = fake_read,
};

void vgpu_fake_stream_init(VgpuFakeStream *stream)
{
    *stream = (VgpuFakeStream) {
        .base.ops = &fake_stream_ops,
        .bytes = g_byte_array_new(),
    };
}

void vgpu_fake_stream_init_from(VgpuFakeStream *stream, const void *data, size_t size)
{
    vgpu_fake_stream_init(stream);
    g_byte_array_append(stream->bytes, data, size);
}

void vgpu_fake_stream_finish(VgpuFakeStream *stream)
{
    g_byte_array_unref(stream->bytes);
}

void vgpu_fake_stream_put_u32(VgpuFakeStream *stream, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    g_byte_array_append(stream->bytes, (const uint8_t *)&value, sizeof(value));
}

void vgpu_fake_stream_put_u64(VgpuFakeStream *stream, uint64_t value)
{
    value = GUINT64_TO_BE(value);
    g_byte_array_append(stream->bytes, (const uint8_t *)&value, sizeof(value));
}

uint32_t vgpu_fake_stream_peek_u32(VgpuFakeStream *stream, size_t at)
{
    uint32_t value;

    memcpy(&value, stream->bytes->data + at, sizeof(value));
    return GUINT32_FROM_BE(value);
}

void vgpu_fake_stream_poke_u32(VgpuFakeStream *stream, size_t at, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    memcpy(stream->bytes->data + at, &value, sizeof(value));
}
