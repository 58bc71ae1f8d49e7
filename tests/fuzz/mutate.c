/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mutations that keep sessions sessions: whole steps are made, moved and joined, and words become
 * numbers that a device cares for. One in four is libFuzzer's own.
 */
#include <glib.h>
#include <linux/virtio_gpu.h>
#include <stdbool.h>
#include <string.h>

#include "fake-memory.h"
#include "step.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max_size, unsigned int seed);

static const uint32_t interesting[] = {
    0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 63, 64, 65, 100, 128, 255, 256, 300, 384, 512, 600,
    1024, 2048, 4095, 4096, 4097, 8192, 16384, 65535, 65536, 131072, 409600, 1u << 20,
    0x3fffffff, 0x40000000, 0x40000001, INT32_MAX, 0x80000000, 0xfffff000, 0xffffffc0,
    UINT32_MAX - 1, UINT32_MAX,
    VGPU_FAKE_RAM_START, VGPU_FAKE_RAM_START + 4096, VGPU_FAKE_RAM_START + 65536,
    VGPU_FAKE_RAM_START + 131072, VGPU_FAKE_RAM_START + 131072 - 4096, VGPU_FAKE_RAM_START - 4096,
    VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM,
    VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, VIRTIO_GPU_CMD_GET_DISPLAY_INFO, VIRTIO_GPU_CMD_MOVE_CURSOR,
};

typedef struct Draft {
    uint8_t *data;
    size_t n_steps;
    size_t max_steps;
    uint32_t random;
} Draft;

static uint32_t draw(Draft *draft, uint32_t below)
{
    draft->random ^= draft->random << 13;
    draft->random ^= draft->random >> 17;
    draft->random ^= draft->random << 5;
    return draft->random % below;
}

static VgpuFuzzStep *step_at(Draft *draft, size_t index)
{
    return (VgpuFuzzStep *)(draft->data + sizeof(VgpuFuzzHeader)) + index;
}

static uint32_t draw_word(Draft *draft)
{
    uint32_t word = interesting[draw(draft, G_N_ELEMENTS(interesting))];

    switch (draw(draft, 8)) {
    case 0:
        return word + draw(draft, 9) - 4;
    case 1:
        return draw(draft, 1024);
    case 2:
        return draft->random;
    default:
        return word;
    }
}

/* Where fields are with ids and rectangles that fit, so that new steps often mean something. */
static void make_step(Draft *draft, VgpuFuzzStep *step)
{
    *step = (VgpuFuzzStep) {
        .op = draw(draft, VGPU_FUZZ_OP_COUNT),
        .layout = draw(draft, 4) ? 0 : draft->random,
        .flags = draw(draft, 3) ? 0 : draft->random,
        .extra = draw(draft, 2) ? 1 + draw(draft, 8) : 0,
        .fence = draw(draft, 16) | draw(draft, 4) << 8 | draw(draft, 7) << 16,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(step->words); i++) {
        step->words[i] = draw(draft, 3) ? draw(draft, 4) : draw_word(draft);
    }
    if (step->op == VGPU_FUZZ_CREATE_2D) {
        step->words[1] = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM;
        step->words[2] = step->words[3] = draw(draft, 2) ? 64 : 600;
    } else if (step->op == VGPU_FUZZ_ATTACH) {
        step->words[1] = step->extra;
        step->words[2] = VGPU_FAKE_RAM_START;
        step->words[3] = 0;
        step->words[4] = 65536;
    } else if (step->op == VGPU_FUZZ_CREATE_BLOB) {
        step->words[1] = MAX(step->extra, 1) * 16384;
        step->words[2] = draw(draft, 2) ? VIRTIO_GPU_BLOB_MEM_GUEST : VIRTIO_GPU_BLOB_MEM_HOST3D;
        step->words[3] = draw(draft, 2);
        step->extra = step->words[2] == VIRTIO_GPU_BLOB_MEM_GUEST ? step->extra : 0;
        step->words[4] = step->extra;
        step->words[5] = VGPU_FAKE_RAM_START;
        step->words[6] = 16384;
        step->words[7] = draw(draft, 2) ? 0 : 32768;
    } else if (step->op == VGPU_FUZZ_MAP_BLOB) {
        step->words[2] = draw(draft, 16) * 16384;
        step->words[3] = 0;
    } else if (step->op == VGPU_FUZZ_STREAM) {
        step->extra = draw(draft, 4) ? 0 : step->extra;
        step->words[0] = draw(draft, 16);
    } else if (step->op == VGPU_FUZZ_CTX_CREATE) {
        step->words[0] = draw(draft, 64);
    } else if (step->op == VGPU_FUZZ_CREATE_3D) {
        step->words[4] = step->words[5] = 64;
        step->words[6] = step->words[7] = 1;
    } else if (step->op == VGPU_FUZZ_SUBMIT_3D) {
        step->words[0] = draw(draft, 7) * 4;
    } else if (step->op == VGPU_FUZZ_SET_SCANOUT_BLOB) {
        step->words[2] = step->words[3] = 64;
        step->words[4] = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM;
        step->words[5] = 256;
        step->words[6] = step->words[7] = 0;
    }
}

static void insert_step(Draft *draft, size_t at, const VgpuFuzzStep *step)
{
    if (draft->n_steps < draft->max_steps) {
        memmove(step_at(draft, at + 1), step_at(draft, at),
                (draft->n_steps - at) * sizeof(VgpuFuzzStep));
        memcpy(step_at(draft, at), step, sizeof(*step));
        draft->n_steps++;
    }
}

static void remove_step(Draft *draft, size_t at)
{
    draft->n_steps--;
    memmove(step_at(draft, at), step_at(draft, at + 1),
            (draft->n_steps - at) * sizeof(VgpuFuzzStep));
}

static void mutate_step(Draft *draft, VgpuFuzzStep *at)
{
    VgpuFuzzStep step;

    memcpy(&step, at, sizeof(step));
    switch (draw(draft, 8)) {
    case 0:
        step.op = draw(draft, VGPU_FUZZ_OP_COUNT);
        break;
    case 1:
        step.layout = draw(draft, 256);
        break;
    case 2:
        step.flags ^= 1u << draw(draft, 8);
        break;
    case 3:
        step.extra = draw(draft, 256);
        break;
    case 4:
        step.words[draw(draft, 8)] += draw(draft, 5) - 2;
        break;
    default:
        step.words[draw(draft, 8)] = draw_word(draft);
        break;
    }
    memcpy(at, &step, sizeof(step));
}

static void mutate_steps(Draft *draft)
{
    size_t at = draw(draft, draft->n_steps + 1);
    VgpuFuzzStep step;

    if (at == draft->n_steps || !draw(draft, 4)) {
        make_step(draft, &step);
        insert_step(draft, at, &step);
        return;
    }
    switch (draw(draft, 6)) {
    case 0:
        remove_step(draft, at);
        break;
    case 1:
        memcpy(&step, step_at(draft, at), sizeof(step));
        insert_step(draft, draw(draft, draft->n_steps + 1), &step);
        break;
    default:
        mutate_step(draft, step_at(draft, at));
        break;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    Draft draft = { .data = data, .random = seed | 1 };

    if (size < sizeof(VgpuFuzzHeader) || !draw(&draft, 4)) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    draft.n_steps = (size - sizeof(VgpuFuzzHeader)) / sizeof(VgpuFuzzStep);
    draft.max_steps = MIN((max_size - sizeof(VgpuFuzzHeader)) / sizeof(VgpuFuzzStep),
                          VGPU_FUZZ_MAX_STEPS);
    for (uint32_t n = 1 + draw(&draft, 4); n; n--) {
        mutate_steps(&draft);
    }
    return sizeof(VgpuFuzzHeader) + draft.n_steps * sizeof(VgpuFuzzStep);
}

/* The beginning of one session, then the end of another. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                 uint8_t *out, size_t max_size, unsigned int seed)
{
    const size_t header = sizeof(VgpuFuzzHeader), step = sizeof(VgpuFuzzStep);
    Draft draft = { .random = seed | 1 };
    size_t keep, skip, rest;

    if (a_size < header || b_size < header || max_size < header) {
        return 0;
    }
    keep = header + draw(&draft, (a_size - header) / step + 1) * step;
    skip = header + draw(&draft, (b_size - header) / step + 1) * step;
    keep = MIN(keep, max_size);
    rest = MIN(b_size - skip, max_size - keep);
    memcpy(out, a, keep);
    memcpy(out + keep, b + skip, rest);
    return keep + rest;
}
