/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Presenting damage with back buffers of any age. */
#include "ui/display/present.h"

bool display_present(DisplayDamageRing *ring, const DisplayPresentOps *ops, void *opaque)
{
    pixman_region32_t part;

    if (display_damage_ring_is_empty(ring)) {
        return false;
    }
    pixman_region32_init(&part);
    display_damage_ring_get(ring, ops->get_age(opaque), &part);
    ops->draw(opaque, &part);
    ops->swap(opaque, &ring->pending);
    display_damage_ring_commit(ring);
    pixman_region32_fini(&part);
    return true;
}
