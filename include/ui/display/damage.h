/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damage: the part of a picture that changed, as pixman regions in pixels from the top left corner.
 *
 * The functions take any region that its owner has initialised.  A DisplayDamageRing is for who
 * draws into one of several back buffers in turn: it remembers what the last frames changed, so
 * that a buffer that lies some frames back gets just what it missed.
 *
 * Everything here is used on the thread of its owner only.
 */
#ifndef UI_DISPLAY_DAMAGE_H
#define UI_DISPLAY_DAMAGE_H

#include <glib.h>
#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

/* Adds the part of a rectangle that lies within `bounds`; any numbers are allowed. */
void display_damage_add(pixman_region32_t *damage, const pixman_box32_t *bounds,
                        int64_t x, int64_t y, int64_t width, int64_t height);

/* The number of pixels in a region. */
uint64_t display_damage_area(const pixman_region32_t *damage);

/*
 * Bounds the number of rectangles: neighbours are joined until `rectangles` or fewer are left.
 * The result covers at least what the region covered and no more than its extents.
 */
void display_damage_simplify(pixman_region32_t *damage, unsigned rectangles);

/* What `box` becomes when the picture of this height is turned upside down. */
pixman_box32_t display_box_flipped(const pixman_box32_t *box, uint32_t height);

/* Back buffers that are older than this are drawn as a whole. */
#define DISPLAY_DAMAGE_HISTORY 4

typedef struct DisplayDamageRing {
    pixman_box32_t bounds;
    pixman_region32_t pending;                          /* not drawn in any buffer yet */
    pixman_region32_t drawn[DISPLAY_DAMAGE_HISTORY];    /* by frame, [newest] is the last one */
    unsigned newest;
    unsigned frames;                                    /* how many of them are known */
} DisplayDamageRing;

/* Starts with everything damaged. */
void display_damage_ring_init(DisplayDamageRing *ring, uint32_t width, uint32_t height);
void display_damage_ring_finish(DisplayDamageRing *ring);

/* Forgets the back buffers (they are new, or were lost) and damages everything. */
void display_damage_ring_reset(DisplayDamageRing *ring, uint32_t width, uint32_t height);

void display_damage_ring_add(DisplayDamageRing *ring, const pixman_region32_t *damage);
bool display_damage_ring_is_empty(const DisplayDamageRing *ring);

/*
 * Sets `repaint` (initialised by the caller) to what must be drawn to bring a back buffer up to
 * date.  age 1 is the buffer drawn last, 2 the one before; 0 means that its contents are undefined
 * (EGL_EXT_buffer_age).
 */
void display_damage_ring_get(const DisplayDamageRing *ring, unsigned age,
                             pixman_region32_t *repaint);

/* The pending damage was drawn and is what this frame differs in from the one before. */
void display_damage_ring_commit(DisplayDamageRing *ring);

#endif
