/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language of the fuzzer's inputs: a short header and steps of one size, so that mutations of
 * bytes keep the rest of a session as it is. `tests/fuzz/seeds` writes the same.
 */
#ifndef TESTS_FUZZ_STEP_H
#define TESTS_FUZZ_STEP_H

#include <stdint.h>

typedef struct VgpuFuzzHeader {
    uint8_t max_outputs;   /* minus 1, modulo the most there can be */
    uint8_t hostmem;       /* max_hostmem in units of 16 KiB, plus 1 */
    /*
     * Bit 0: unplugged in the end as it is, without finishing its work. Bit 1: RAM is in files.
     * Bits 2-5: ways to show blobs. Bit 6: with 3D, by a renderer that does not draw.
     */
    uint8_t options;
    uint8_t seed;          /* of what is in guest memory */
} VgpuFuzzHeader;

typedef enum VgpuFuzzOp {
    /* Commands: `words` is what follows the header of the request. */
    VGPU_FUZZ_GET_DISPLAY_INFO,
    VGPU_FUZZ_CREATE_2D,
    VGPU_FUZZ_UNREF,
    VGPU_FUZZ_SET_SCANOUT,
    VGPU_FUZZ_FLUSH,
    VGPU_FUZZ_TRANSFER,
    /* Words: id, entries announced, address (2), length, nothing, step of length, of address. */
    VGPU_FUZZ_ATTACH,
    VGPU_FUZZ_DETACH,
    VGPU_FUZZ_GET_EDID,
    VGPU_FUZZ_UPDATE_CURSOR,
    VGPU_FUZZ_MOVE_CURSOR,
    VGPU_FUZZ_RAW,            /* the last word is the type */
    /* What happens around them. */
    VGPU_FUZZ_KICK,           /* extra: which queues, as bits */
    VGPU_FUZZ_RUN,            /* extra: operations */
    VGPU_FUZZ_DONE,           /* extra: completions */
    VGPU_FUZZ_TURN,
    VGPU_FUZZ_SETTLE,
    VGPU_FUZZ_RESET,
    VGPU_FUZZ_DRAIN,
    VGPU_FUZZ_SAVE_LOAD,
    /* Words: four pairs of place and value. Extra bit 0: then cut off; 1: in the part of blobs. */
    VGPU_FUZZ_LOAD_CHANGED,
    VGPU_FUZZ_FEATURES,       /* words: those accepted, after a reset */
    VGPU_FUZZ_WRITE,          /* words: offset in RAM, then bytes */
    VGPU_FUZZ_SCRIBBLE,       /* over the requests that the device has */
    VGPU_FUZZ_PUNCH,          /* words: offset in RAM, length of what stops being RAM */
    VGPU_FUZZ_MAP_LIMIT,      /* extra: how short mappings are; words: how many before they fail */
    VGPU_FUZZ_SET_OUTPUT,     /* words: scanout, then the output */
    VGPU_FUZZ_PRESENT,
    VGPU_FUZZ_CLEAR_EVENTS,
    /*
     * Words: id, size, kind of memory, flags, entries announced, address, length (and
     * its step), step of address. The fence's third byte is the id of a blob of the renderer's.
     */
    VGPU_FUZZ_CREATE_BLOB,
    /* Words: scanout, id, width, height, format, stride, offset, part of it in four bytes. */
    VGPU_FUZZ_SET_SCANOUT_BLOB,
    VGPU_FUZZ_ASSIGN_UUID,
    VGPU_FUZZ_DISPLAY_BUSY,   /* words: which heads are, as bits */
    VGPU_FUZZ_FRAME_TAKEN,    /* words: scanout */
    VGPU_FUZZ_RESET_QUEUE,    /* extra: which */
    /* 3D commands: their context is the fence's second byte. */
    VGPU_FUZZ_CTX_CREATE,
    VGPU_FUZZ_CTX_DESTROY,
    VGPU_FUZZ_CTX_ATTACH,
    VGPU_FUZZ_CTX_DETACH,
    VGPU_FUZZ_CREATE_3D,
    /* Words: box (6), offset, resource; of what follows, level and strides, the words again. */
    VGPU_FUZZ_TRANSFER_TO_3D,
    VGPU_FUZZ_TRANSFER_FROM_3D,
    VGPU_FUZZ_SUBMIT_3D,      /* words: size announced, padding, commands */
    VGPU_FUZZ_CAPSET_INFO,
    VGPU_FUZZ_CAPSET,
    VGPU_FUZZ_SIGNAL,         /* extra: which of the fences that wait */
    VGPU_FUZZ_HOLD_FENCES,    /* extra bit 0: the renderer signals fences later, or at once */
    VGPU_FUZZ_MAP_BLOB,       /* words: id, padding, offset (2) */
    VGPU_FUZZ_UNMAP_BLOB,
    VGPU_FUZZ_RELEASE,        /* nobody sees what was removed from the window */
    VGPU_FUZZ_HOLD_RELEASES,  /* extra bit 0: that takes until VGPU_FUZZ_RELEASE, or happens soon */
    VGPU_FUZZ_TOUCH,          /* words: offset in the window, then bytes */
    /* Words: which of the streams in streams.c, then its numbers. Extra: a word that is wrong. */
    VGPU_FUZZ_STREAM,
    VGPU_FUZZ_OP_COUNT,
} VgpuFuzzOp;

/* Bits of VgpuFuzzStep::flags; the lower ones are the request's own. */
#define VGPU_FUZZ_OTHER_QUEUE 0x40
#define VGPU_FUZZ_NO_KICK 0x80
/* Bit of VgpuFuzzStep::extra of a command without a page list: bytes that are cut off its end. */
#define VGPU_FUZZ_CUT 0x80

typedef struct VgpuFuzzStep {
    uint8_t op;        /* VgpuFuzzOp, modulo their count */
    uint8_t layout;    /* of a request: bits 0-2 its pieces, 3-4 the answer's, 5-6 room, 7 empty */
    uint8_t flags;
    uint8_t extra;     /* page lists: entries that are there */
    uint32_t fence;
    uint32_t words[8];
} VgpuFuzzStep;

/* More steps than this are not looked at. */
#define VGPU_FUZZ_MAX_STEPS 128

#endif
