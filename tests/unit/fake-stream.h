/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VgpuFakeStream: a migration stream in memory, and numbers in its byte order. */
#ifndef TESTS_UNIT_FAKE_STREAM_H
#define TESTS_UNIT_FAKE_STREAM_H

#include "hw/display/vgpu/stream.h"

typedef struct VgpuFakeStream {
    VgpuStream base;
    GByteArray *bytes;
    size_t position;   /* of the next byte read */
} VgpuFakeStream;

void vgpu_fake_stream_init(VgpuFakeStream *stream);
/* Reads a copy of some bytes. */
void vgpu_fake_stream_init_from(VgpuFakeStream *stream, const void *data, size_t size);
void vgpu_fake_stream_finish(VgpuFakeStream *stream);

/* Append and change big-endian numbers. */
void vgpu_fake_stream_put_u32(VgpuFakeStream *stream, uint32_t value);
void vgpu_fake_stream_put_u64(VgpuFakeStream *stream, uint64_t value);
uint32_t vgpu_fake_stream_peek_u32(VgpuFakeStream *stream, size_t at);
void vgpu_fake_stream_poke_u32(VgpuFakeStream *stream, size_t at, uint32_t value);

#endif
