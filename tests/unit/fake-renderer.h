/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuFakeRenderer: a 3D renderer whose resources are one colour each, and whose fences are
 * signalled when the test says so.
 *
 * It objects to what a device must not ask of it: ids that do not exist or do already, backing in
 * place twice, contexts or resources left after destroy, drawing when it is lost. A stream of words is pairs: a resource in
 * the context, and its new colour. Executor thread, except where a comment says otherwise.
 */
#ifndef TESTS_UNIT_FAKE_RENDERER_H
#define TESTS_UNIT_FAKE_RENDERER_H

#include "fake-window.h"
#include "hw/display/vgpu/renderer-3d.h"

/* A resource of this format cannot be made, nor a context of this capability set. */
#define VGPU_FAKE_BAD_FORMAT 0xbad
#define VGPU_FAKE_BAD_CAPSET 77
/* What the blob of an id is made of; one of an id that is not here cannot be made. */
enum {
    VGPU_FAKE_BLOB_MEMORY = 1,   /* whole pages of the renderer's memory */
    VGPU_FAKE_BLOB_FILE,
    VGPU_FAKE_BLOB_ODD,          /* memory that does not start with a page */
    VGPU_FAKE_BLOB_SHORT,        /* a file of one byte less than it should have */
    VGPU_FAKE_BLOB_SECRET,       /* something that cannot be mapped */
    VGPU_FAKE_BLOB_KINDS,
};

#define VGPU_FAKE_CAPSET 1
#define VGPU_FAKE_CAPSET_SIZE 20

typedef struct VgpuFakeRenderer {
    VgpuRenderer3D base;
    VgpuCapset capsets[2];
    GHashTable *contexts;      /* id -> set of resource ids */
    GHashTable *resources;     /* id -> VgpuFakeTexture */
    GArray *fences;            /* of VgpuFence, created and not signalled */
    bool hold_fences;          /* do not signal on creation */
    unsigned ways;             /* VGPU_SHARE_*: what it shares */
    bool is_lost;              /* until a reset or a move */
    bool stays_lost;           /* whatever is reset */
    unsigned ways_wanted;      /* by the last call */
    bool wants_to_move;        /* when it is asked */
    unsigned n_asked;          /* by the owner thread */
    unsigned n_moves;
    VgpuFakeWindow *window;    /* NULL: none; what it shows must not be unmapped */
    unsigned n_calls;          /* that came here */
    unsigned n_resets;
    VgpuTransfer3D last_transfer;
    char *last_name;
    uint32_t last_capset;
    bool *destroyed;
} VgpuFakeRenderer;

/* `destroyed` becomes true when the device has destroyed it. */
VgpuFakeRenderer *vgpu_fake_renderer_create(bool *destroyed);

/* How often blobs that are there are mapped, all of them together. */
unsigned vgpu_fake_renderer_count_maps(VgpuFakeRenderer *renderer);

/* Signals the fence with this index among those that wait, and forgets it. Any thread. */
void vgpu_fake_renderer_signal(VgpuFakeRenderer *renderer, unsigned index);
void vgpu_fake_renderer_signal_all(VgpuFakeRenderer *renderer);

#endif
