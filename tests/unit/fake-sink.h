/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuFakeSink: a display that keeps what it is told, and objects to what no display should be
 * told: pixels outside a buffer, damage outside a picture, an update of nothing. Owner thread.
 */
#ifndef TESTS_UNIT_FAKE_SINK_H
#define TESTS_UNIT_FAKE_SINK_H

#include "hw/display/vgpu/ports.h"

typedef struct VgpuFakeHead {
    DisplayBuffer *buffer;      /* shown, with a reference; NULL: nothing */
    pixman_box32_t source;      /* of it */
    pixman_region32_t damage;   /* told since the test last cleared it */
    unsigned n_scanouts;        /* calls that show something */
    unsigned n_disables;        /* calls that show nothing */
    unsigned n_updates;
    unsigned n_defines;         /* calls that define or take away the cursor */
    unsigned n_moves;
    bool has_cursor;
    VgpuCursor cursor;
    int32_t cursor_x, cursor_y;
    bool cursor_visible;
} VgpuFakeHead;

typedef struct VgpuFakeSink {
    VgpuSink base;
    unsigned n_heads;           /* that the device may speak of */
    VgpuFakeHead heads[VGPU_MAX_SCANOUTS];
    unsigned n_config_changed;
    unsigned ways[VGPU_MAX_SCANOUTS]; /* VGPU_SHARE_*: what a head takes from a 3D renderer */
    uint32_t unwatched;         /* heads whose pixels nobody wants to see yet, as bits */
    unsigned n_reads;           /* calls that say that pixels are there */
    uint32_t busy;              /* heads that have not taken what they were shown, as bits */
    size_t edid_length;         /* that get_edid returns, at most VGPU_EDID_SIZE */
} VgpuFakeSink;

void vgpu_fake_sink_init(VgpuFakeSink *sink, unsigned n_heads);
void vgpu_fake_sink_finish(VgpuFakeSink *sink);
void vgpu_fake_sink_clear_damage(VgpuFakeSink *sink);

/* The byte of the EDID that get_edid makes for an output. */
uint8_t vgpu_fake_edid_byte(const VgpuOutput *output, size_t index);

/* One pixel that a head shows, as it lies in memory. */
uint32_t vgpu_fake_head_pixel(VgpuFakeHead *head, uint32_t x, uint32_t y);

#endif
