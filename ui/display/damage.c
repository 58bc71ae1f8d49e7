/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Damage: regions and the memory of what the last frames changed. */
#include "ui/display/damage.h"

static pixman_region32_t *writable(const pixman_region32_t *region)
{
    /* pixman's readers do not take const regions */
    return (pixman_region32_t *)region;
}

void display_damage_add(pixman_region32_t *damage, const pixman_box32_t *bounds,
                        int64_t x, int64_t y, int64_t width, int64_t height)
{
    int64_t x1 = MAX(x, bounds->x1);
    int64_t y1 = MAX(y, bounds->y1);
    int64_t x2, y2;

    if (__builtin_add_overflow(x, width, &x2)) {
        x2 = width < 0 ? INT64_MIN : INT64_MAX;
    }
    if (__builtin_add_overflow(y, height, &y2)) {
        y2 = height < 0 ? INT64_MIN : INT64_MAX;
    }
    x2 = MIN(x2, bounds->x2);
    y2 = MIN(y2, bounds->y2);
    if (x1 < x2 && y1 < y2) {
        pixman_region32_union_rect(damage, damage, x1, y1, x2 - x1, y2 - y1);
    }
}

uint64_t display_damage_area(const pixman_region32_t *damage)
{
    int count;
    const pixman_box32_t *boxes = pixman_region32_rectangles(writable(damage), &count);
    uint64_t area = 0;

    for (int i = 0; i < count; i++) {
        area += (uint64_t)(boxes[i].x2 - boxes[i].x1) * (boxes[i].y2 - boxes[i].y1);
    }
    return area;
}

static pixman_box32_t box_around(const pixman_box32_t *boxes, int count)
{
    pixman_box32_t around = boxes[0];

    for (int i = 1; i < count; i++) {
        around.x1 = MIN(around.x1, boxes[i].x1);
        around.y1 = MIN(around.y1, boxes[i].y1);
        around.x2 = MAX(around.x2, boxes[i].x2);
        around.y2 = MAX(around.y2, boxes[i].y2);
    }
    return around;
}

void display_damage_simplify(pixman_region32_t *damage, unsigned rectangles)
{
    g_assert(rectangles);
    /* Boxes that overlap are split again where they are united: more rounds, larger groups. */
    for (unsigned limit = rectangles; ; limit = MAX(limit / 2, 1)) {
        int count;
        const pixman_box32_t *boxes = pixman_region32_rectangles(damage, &count);
        int group = (count + limit - 1) / limit;
        pixman_region32_t joined;

        if (count <= (int)rectangles) {
            return;
        }
        pixman_region32_init(&joined);
        for (int i = 0; i < count; i += group) {
            pixman_box32_t box = box_around(boxes + i, MIN(group, count - i));

            pixman_region32_union_rect(&joined, &joined, box.x1, box.y1,
                                       box.x2 - box.x1, box.y2 - box.y1);
        }
        pixman_region32_copy(damage, &joined);
        pixman_region32_fini(&joined);
    }
}

pixman_box32_t display_box_flipped(const pixman_box32_t *box, uint32_t height)
{
    return (pixman_box32_t) {
        .x1 = box->x1, .y1 = (int32_t)height - box->y2,
        .x2 = box->x2, .y2 = (int32_t)height - box->y1,
    };
}

static void set_box(pixman_region32_t *region, const pixman_box32_t *box)
{
    pixman_region32_clear(region);
    pixman_region32_union_rect(region, region, box->x1, box->y1,
                               box->x2 - box->x1, box->y2 - box->y1);
}

void display_damage_ring_init(DisplayDamageRing *ring, uint32_t width, uint32_t height)
{
    pixman_region32_init(&ring->pending);
    for (unsigned i = 0; i < DISPLAY_DAMAGE_HISTORY; i++) {
        pixman_region32_init(&ring->drawn[i]);
    }
    display_damage_ring_reset(ring, width, height);
}

void display_damage_ring_finish(DisplayDamageRing *ring)
{
    pixman_region32_fini(&ring->pending);
    for (unsigned i = 0; i < DISPLAY_DAMAGE_HISTORY; i++) {
        pixman_region32_fini(&ring->drawn[i]);
    }
}

void display_damage_ring_reset(DisplayDamageRing *ring, uint32_t width, uint32_t height)
{
    ring->bounds = (pixman_box32_t) {.x2 = width, .y2 = height};
    ring->newest = 0;
    ring->frames = 0;
    set_box(&ring->pending, &ring->bounds);
}

void display_damage_ring_add(DisplayDamageRing *ring, const pixman_region32_t *damage)
{
    const pixman_box32_t *bounds = &ring->bounds;

    pixman_region32_union(&ring->pending, &ring->pending, writable(damage));
    pixman_region32_intersect_rect(&ring->pending, &ring->pending, bounds->x1, bounds->y1,
                                   bounds->x2 - bounds->x1, bounds->y2 - bounds->y1);
}

bool display_damage_ring_is_empty(const DisplayDamageRing *ring)
{
    return !pixman_region32_not_empty(writable(&ring->pending));
}

void display_damage_ring_get(const DisplayDamageRing *ring, unsigned age,
                             pixman_region32_t *repaint)
{
    if (!age || age > ring->frames) {
        set_box(repaint, &ring->bounds);
        return;
    }
    pixman_region32_copy(repaint, writable(&ring->pending));
    for (unsigned i = 0; i + 1 < age; i++) {
        unsigned frame = (ring->newest + DISPLAY_DAMAGE_HISTORY - i) % DISPLAY_DAMAGE_HISTORY;

        pixman_region32_union(repaint, repaint, writable(&ring->drawn[frame]));
    }
}

void display_damage_ring_commit(DisplayDamageRing *ring)
{
    ring->newest = (ring->newest + 1) % DISPLAY_DAMAGE_HISTORY;
    ring->frames = MIN(ring->frames + 1, DISPLAY_DAMAGE_HISTORY);
    pixman_region32_copy(&ring->drawn[ring->newest], &ring->pending);
    pixman_region32_clear(&ring->pending);
}
