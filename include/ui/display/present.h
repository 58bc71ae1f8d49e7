/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presenting: draws into the back buffers of a window just what each of them lacks, and says what
 * changed.  The ring remembers; the back end knows how.  On the thread of the ring's owner.
 */
#ifndef UI_DISPLAY_PRESENT_H
#define UI_DISPLAY_PRESENT_H

#include "ui/display/damage.h"

typedef struct DisplayPresentOps {
    /* How many frames ago the back buffer was the front one; 0: nobody knows what is in it. */
    unsigned (*get_age)(void *opaque);
    void (*draw)(void *opaque, const pixman_region32_t *part);
    /* The back buffer is the front one from now on; it differs in `damage` from the one before. */
    void (*swap)(void *opaque, const pixman_region32_t *damage);
} DisplayPresentOps;

/* Presents what was added to the ring; false when there was nothing. */
bool display_present(DisplayDamageRing *ring, const DisplayPresentOps *ops, void *opaque);

#endif
