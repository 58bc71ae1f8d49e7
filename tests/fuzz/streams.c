/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command streams of virgl: each kind of command that concerns memory, pictures or blobs, with ids
 * and numbers of the step, and one word of its choice replaced.
 */
#include <string.h>

#include "session.h"

/* As virgl numbers commands and objects. */
enum {
    CREATE_OBJECT = 1,
    DESTROY_OBJECT = 3,
    SET_FRAMEBUFFER_STATE = 5,
    SET_VERTEX_BUFFERS = 6,
    CLEAR = 7,
    DRAW_VBO = 8,
    RESOURCE_INLINE_WRITE = 9,
    SET_SAMPLER_VIEWS = 10,
    SET_INDEX_BUFFER = 11,
    BLIT = 16,
    RESOURCE_COPY_REGION = 17,
    BIND_SHADER = 31,
    TRANSFER3D = 43,
    CLEAR_TEXTURE = 47,
    PIPE_RESOURCE_CREATE = 48,
    PIPE_RESOURCE_SET_TYPE = 49,
};

enum {
    OBJECT_SHADER = 4,
    OBJECT_SAMPLER_VIEW = 6,
    OBJECT_SURFACE = 8,
};

#define MAX_LENGTH 256

typedef struct Writer {
    uint32_t *words;
    size_t n;
} Writer;

static void write_words(Writer *writer, uint32_t command, uint32_t object, const uint32_t *words,
                        size_t n)
{
    writer->words[writer->n++] = command | object << 8 | (uint32_t)n << 16;
    memcpy(writer->words + writer->n, words, n * sizeof(*words));
    writer->n += n;
}

#define COMMAND(writer, command, object, ...)                                            \
    do {                                                                                 \
        const uint32_t list_[] = { __VA_ARGS__ };                                        \
        write_words(writer, command, object, list_, G_N_ELEMENTS(list_));                \
    } while (0)

static void write_shader(Writer *writer, const uint32_t *w)
{
    static const char *const texts[] = {
        "VERT\nDCL IN[0]\nDCL OUT[0], POSITION\n  0: MOV OUT[0], IN[0]\n  1: END\n",
        ("FRAG\nDCL OUT[0], COLOR\nIMM[0] FLT32 { 0.0, 1.0, 0.0, 1.0 }\n"
         "  0: MOV OUT[0], IMM[0]\n  1: END\n"),
        "FRAG\nDCL TEMP[0..4000000]\n  0: END\n",
    };
    const char *text = texts[w[0] % G_N_ELEMENTS(texts)];
    uint32_t words[64] = { 7 + w[0] % 4, w[0] % 2, strlen(text) + 1, 300, 0 };
    size_t n = 5 + (strlen(text) + 4) / 4;

    memcpy(words + 5, text, strlen(text));
    write_words(writer, CREATE_OBJECT, OBJECT_SHADER, words, n);
    COMMAND(writer, BIND_SHADER, 0, words[0], words[1]);
}

/* `w` are the numbers of the step: ids first. */
static void write_kind(Writer *writer, uint32_t kind, const uint32_t *w)
{
    const uint32_t length = w[1] % MAX_LENGTH;

    switch (kind % 16) {
    case 0:
        COMMAND(writer, CREATE_OBJECT, OBJECT_SURFACE, 1 + w[0] % 8, w[0], 1, w[5] & 1, 0);
        COMMAND(writer, SET_FRAMEBUFFER_STATE, 0, 1, 0, 1 + w[0] % 8);
        COMMAND(writer, CLEAR, 0, 4, w[1], w[2], w[3], w[4], 0, 0, 0);
        break;
    case 1:
        /* A buffer for a blob. */
        COMMAND(writer, PIPE_RESOURCE_CREATE, 0, 0, 64, 16, w[1] % (1u << 20), 1, 1, 1, 0, 0,
                w[2] & 7, w[0] & 0xff);
        break;
    case 2:
        COMMAND(writer, PIPE_RESOURCE_CREATE, 0, 2, 1, 10, length, w[2] % MAX_LENGTH, 1, 1,
                w[3] & 15, w[4] & 7, w[5] & 7, w[0] & 0xff);
        break;
    case 3:
        COMMAND(writer, RESOURCE_COPY_REGION, 0, w[0], 0, w[3], w[4], 0, w[1], 0, w[5], w[6], 0,
                w[2], 1, 1);
        break;
    case 4:
        COMMAND(writer, RESOURCE_INLINE_WRITE, 0, w[0], 0, 0, 0, 0, w[2], w[3], 0, w[1] % 5, 1, 1,
                w[4], w[5], w[6], 0);
        break;
    case 5:
        write_shader(writer, w);
        break;
    case 6:
        COMMAND(writer, SET_VERTEX_BUFFERS, 0, w[2], w[3], w[0]);
        COMMAND(writer, DRAW_VBO, 0, w[4], w[1] % 64, w[5] % 16, 0, 1, 0, 0, 0, 0, w[6], 0, 0);
        break;
    case 7:
        COMMAND(writer, CREATE_OBJECT, OBJECT_SAMPLER_VIEW, 20 + w[0] % 4, w[0], 1, w[2], w[3], 0);
        COMMAND(writer, SET_SAMPLER_VIEWS, 0, 1, 0, 20 + w[1] % 4);
        break;
    case 8:
        COMMAND(writer, BLIT, 0, w[6], 0, 0, w[0], 0, 1, w[2], w[3], 0, length, length, 1, w[1], 0, 1,
                w[4], w[5], 0, length, length, 1);
        break;
    case 9:
        COMMAND(writer, TRANSFER3D, 0, w[0], w[3] & 1, 0, w[4], w[5], w[2], w[2], 0, length, length,
                1, w[6], 1 + (w[1] & 1));
        break;
    case 10:
        COMMAND(writer, CLEAR_TEXTURE, 0, w[0], w[1] & 1, w[2], w[3], 0, w[4], w[5], 1, 1, 2, 3, 4);
        break;
    case 11:
        COMMAND(writer, PIPE_RESOURCE_SET_TYPE, 0, w[0], 2, 10, length, length, 1, w[1], 0, w[2],
                w[3], 0);
        break;
    case 12:
        COMMAND(writer, DESTROY_OBJECT, OBJECT_SURFACE, 1 + w[0] % 8);
        break;
    case 13:
        COMMAND(writer, SET_INDEX_BUFFER, 0, w[0], 1u << (w[1] & 3), w[2]);
        break;
    case 14:
        COMMAND(writer, SET_FRAMEBUFFER_STATE, 0, w[0] % 10, 0, 1 + w[1] % 8, 1 + w[2] % 8);
        break;
    default:
        write_words(writer, w[0] & 0xff, w[1] & 0xff, w, 7);
        break;
    }
}

size_t vgpu_fuzz_write_stream(const VgpuFuzzStep *step, uint32_t *words)
{
    Writer writer = { .words = words };

    write_kind(&writer, step->words[0], step->words + 1);
    if (step->extra) {
        words[step->extra % writer.n] = step->fence;
    }
    return writer.n;
}
