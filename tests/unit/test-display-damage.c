/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Damage against a bitmap that does the same the slow way. */
#include "ui/display/damage.h"

#include <string.h>

#define WIDTH  40
#define HEIGHT 30

typedef struct Bitmap {
    bool set[HEIGHT][WIDTH];
} Bitmap;

static void bitmap_add(Bitmap *bitmap, int64_t x, int64_t y, int64_t width, int64_t height)
{
    for (int row = 0; row < HEIGHT; row++) {
        for (int column = 0; column < WIDTH; column++) {
            bitmap->set[row][column] |= column >= x && column < x + width &&
                                        row >= y && row < y + height;
        }
    }
}

static Bitmap bitmap_of(const pixman_region32_t *region)
{
    pixman_region32_t *r = (pixman_region32_t *)region;
    Bitmap bitmap = {0};

    for (int row = 0; row < HEIGHT; row++) {
        for (int column = 0; column < WIDTH; column++) {
            bitmap.set[row][column] = pixman_region32_contains_point(r, column, row, NULL);
        }
    }
    return bitmap;
}

static void assert_equal(const Bitmap *a, const Bitmap *b)
{
    g_assert_cmpint(memcmp(a, b, sizeof(*a)), ==, 0);
}

static const pixman_box32_t bounds = {.x2 = WIDTH, .y2 = HEIGHT};

static void add_random(pixman_region32_t *region, Bitmap *bitmap)
{
    int x = g_test_rand_int_range(-5, WIDTH + 5);
    int y = g_test_rand_int_range(-5, HEIGHT + 5);
    int width = g_test_rand_int_range(0, 12);
    int height = g_test_rand_int_range(0, 12);

    display_damage_add(region, &bounds, x, y, width, height);
    bitmap_add(bitmap, x, y, width, height);
}

static void rectangles_add_up_within_bounds(void)
{
    for (int round = 0; round < 50; round++) {
        pixman_region32_t region;
        Bitmap expected = {0}, got;
        uint64_t area = 0;

        pixman_region32_init(&region);
        for (int i = 0; i < 8; i++) {
            add_random(&region, &expected);
        }
        got = bitmap_of(&region);
        assert_equal(&got, &expected);
        for (int i = 0; i < HEIGHT * WIDTH; i++) {
            area += expected.set[i / WIDTH][i % WIDTH];
        }
        g_assert_cmpuint(display_damage_area(&region), ==, area);
        pixman_region32_fini(&region);
    }
}

static void extreme_rectangles_are_clipped(void)
{
    const struct {
        int64_t x, y, width, height;
        uint64_t area;
    } cases[] = {
        {0, 0, INT64_MAX, INT64_MAX, WIDTH * HEIGHT},
        {INT64_MIN, INT64_MIN, INT64_MAX, INT64_MAX, 0},
        {INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX, 0},
        {-10, -10, (int64_t)UINT32_MAX + 10, (int64_t)UINT32_MAX, WIDTH * HEIGHT},
        {5, 5, -1, 10, 0},
        {5, 5, INT64_MIN, 10, 0},
        {WIDTH - 1, HEIGHT - 1, UINT32_MAX, UINT32_MAX, 1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        pixman_region32_t region;

        pixman_region32_init(&region);
        display_damage_add(&region, &bounds, cases[i].x, cases[i].y, cases[i].width,
                           cases[i].height);
        g_assert_cmpuint(display_damage_area(&region), ==, cases[i].area);
        pixman_region32_fini(&region);
    }
}

static void simplifying_keeps_what_is_covered(void)
{
    for (unsigned limit = 1; limit < 20; limit++) {
        pixman_region32_t region, before;
        Bitmap unused = {0};
        pixman_box32_t extents;

        pixman_region32_init(&region);
        pixman_region32_init(&before);
        for (int i = 0; i < 30; i++) {
            add_random(&region, &unused);
        }
        pixman_region32_copy(&before, &region);
        extents = *pixman_region32_extents(&before);
        display_damage_simplify(&region, limit);
        g_assert_cmpint(pixman_region32_n_rects(&region), <=, limit);
        g_assert_cmpmem(&extents, sizeof(extents), pixman_region32_extents(&region), sizeof(extents));
        pixman_region32_subtract(&before, &before, &region);
        g_assert_false(pixman_region32_not_empty(&before));
        pixman_region32_fini(&before);
        pixman_region32_fini(&region);
    }
}

static void simplifying_leaves_few_rectangles_alone(void)
{
    pixman_region32_t region;

    pixman_region32_init_rect(&region, 0, 0, 1, 1);
    pixman_region32_union_rect(&region, &region, WIDTH - 1, HEIGHT - 1, 1, 1);
    display_damage_simplify(&region, 2);
    g_assert_cmpuint(display_damage_area(&region), ==, 2);
    pixman_region32_fini(&region);
}

/*
 * A model of swap chains: each back buffer holds for every pixel the number of the frame that it
 * was drawn for.  After each draw the buffer must look as if it had been drawn as a whole.
 */
#define BUFFERS 6

typedef struct Chain {
    DisplayDamageRing ring;
    int picture[HEIGHT][WIDTH];
    int buffers[BUFFERS][HEIGHT][WIDTH];
    int drawn_at[BUFFERS];      /* 0: never */
} Chain;

static void change_picture(Chain *chain, int frame)
{
    pixman_region32_t damage;
    Bitmap bitmap = {0};

    pixman_region32_init(&damage);
    add_random(&damage, &bitmap);
    display_damage_ring_add(&chain->ring, &damage);
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
        if (bitmap.set[i / WIDTH][i % WIDTH]) {
            chain->picture[i / WIDTH][i % WIDTH] = frame;
        }
    }
    pixman_region32_fini(&damage);
}

static uint64_t draw_frame(Chain *chain, int buffer, int frame)
{
    unsigned age = chain->drawn_at[buffer] ? frame - chain->drawn_at[buffer] : 0;
    pixman_region32_t repaint;
    Bitmap bitmap;
    uint64_t area;

    pixman_region32_init(&repaint);
    display_damage_ring_get(&chain->ring, age, &repaint);
    bitmap = bitmap_of(&repaint);
    for (int i = 0; i < HEIGHT * WIDTH; i++) {
        if (bitmap.set[i / WIDTH][i % WIDTH]) {
            chain->buffers[buffer][i / WIDTH][i % WIDTH] = chain->picture[i / WIDTH][i % WIDTH];
        }
    }
    g_assert_cmpmem(chain->buffers[buffer], sizeof(chain->picture), chain->picture,
                    sizeof(chain->picture));
    display_damage_ring_commit(&chain->ring);
    g_assert_true(display_damage_ring_is_empty(&chain->ring));
    chain->drawn_at[buffer] = frame;
    area = display_damage_area(&repaint);
    pixman_region32_fini(&repaint);
    return area;
}

static void every_back_buffer_gets_what_it_missed(void)
{
    for (int buffers = 1; buffers <= BUFFERS; buffers++) {
        g_autofree Chain *chain = g_new0(Chain, 1);

        display_damage_ring_init(&chain->ring, WIDTH, HEIGHT);
        for (int frame = 1; frame < 100; frame++) {
            /* mostly in turn, sometimes not, as compositors do */
            int buffer = g_test_rand_int_range(0, 5) ? frame % buffers
                                                     : g_test_rand_int_range(0, buffers);

            change_picture(chain, frame);
            if (frame == 50) {
                display_damage_ring_reset(&chain->ring, WIDTH, HEIGHT);
                memset(chain->drawn_at, 0, sizeof(chain->drawn_at));
            }
            draw_frame(chain, buffer, frame);
        }
        display_damage_ring_finish(&chain->ring);
    }
}

static void draw_is_no_more_than_the_damage(void)
{
    g_autofree Chain *chain = g_new0(Chain, 1);
    pixman_region32_t one;

    pixman_region32_init_rect(&one, 3, 4, 1, 1);
    display_damage_ring_init(&chain->ring, WIDTH, HEIGHT);
    g_assert_cmpuint(draw_frame(chain, 0, 1), ==, WIDTH * HEIGHT);
    g_assert_cmpuint(draw_frame(chain, 1, 2), ==, WIDTH * HEIGHT);
    for (int frame = 3; frame < 8; frame++) {
        display_damage_ring_add(&chain->ring, &one);
        chain->picture[4][3] = frame;
        g_assert_cmpuint(draw_frame(chain, frame % 2, frame), ==, 1);
    }
    g_assert_cmpuint(draw_frame(chain, 0, 8), ==, 1);
    g_assert_cmpuint(draw_frame(chain, 1, 9), ==, 0);
    pixman_region32_fini(&one);
    display_damage_ring_finish(&chain->ring);
}

static void damage_outside_the_ring_is_dropped(void)
{
    DisplayDamageRing ring;
    pixman_region32_t outside;

    pixman_region32_init_rect(&outside, WIDTH, 0, 10, 10);
    display_damage_ring_init(&ring, WIDTH, HEIGHT);
    display_damage_ring_commit(&ring);
    display_damage_ring_add(&ring, &outside);
    g_assert_true(display_damage_ring_is_empty(&ring));
    display_damage_ring_reset(&ring, 0, 0);
    g_assert_true(display_damage_ring_is_empty(&ring));
    display_damage_ring_finish(&ring);
    pixman_region32_fini(&outside);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/display/damage/rectangles-add-up-within-bounds",
                    rectangles_add_up_within_bounds);
    g_test_add_func("/display/damage/extreme-rectangles-are-clipped", extreme_rectangles_are_clipped);
    g_test_add_func("/display/damage/simplifying-keeps-what-is-covered",
                    simplifying_keeps_what_is_covered);
    g_test_add_func("/display/damage/simplifying-leaves-few-rectangles-alone",
                    simplifying_leaves_few_rectangles_alone);
    g_test_add_func("/display/damage/every-back-buffer-gets-what-it-missed",
                    every_back_buffer_gets_what_it_missed);
    g_test_add_func("/display/damage/draw-is-no-more-than-the-damage",
                    draw_is_no_more_than_the_damage);
    g_test_add_func("/display/damage/damage-outside-the-ring-is-dropped",
                    damage_outside_the_ring_is_dropped);
    return g_test_run();
}
