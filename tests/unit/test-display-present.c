/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is drawn in back buffers of every age, by a window system that is made up. */
#include "ui/display/present.h"

#define SIZE 32
#define BUFFERS_MAX 5

/* A window with some back buffers that take turns; pixels are numbers */
typedef struct FakeWindow {
    unsigned buffers;
    bool tells_age;
    unsigned turn;                          /* frames so far */
    int pixels[BUFFERS_MAX][SIZE][SIZE];
    int picture[SIZE][SIZE];                /* what it is to show */
    uint64_t drawn;                         /* pixels of the last frame */
    pixman_region32_t told;                 /* what the last swap said has changed */
} FakeWindow;

static unsigned get_age(void *opaque)
{
    FakeWindow *window = opaque;

    return window->tells_age && window->turn >= window->buffers ? window->buffers : 0;
}

static void draw(void *opaque, const pixman_region32_t *part)
{
    FakeWindow *window = opaque;
    int count;
    const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)part, &count);

    window->drawn = display_damage_area(part);
    for (int i = 0; i < count; i++) {
        for (int y = boxes[i].y1; y < boxes[i].y2; y++) {
            for (int x = boxes[i].x1; x < boxes[i].x2; x++) {
                window->pixels[window->turn % window->buffers][y][x] = window->picture[y][x];
            }
        }
    }
}

static void swap(void *opaque, const pixman_region32_t *damage)
{
    FakeWindow *window = opaque;

    pixman_region32_copy(&window->told, (pixman_region32_t *)damage);
    window->turn++;
}

static const DisplayPresentOps ops = {.get_age = get_age, .draw = draw, .swap = swap};

static const int (*front(const FakeWindow *window))[SIZE]
{
    return window->pixels[(window->turn - 1) % window->buffers];
}

static void change(FakeWindow *window, DisplayDamageRing *ring, int number)
{
    int x = g_test_rand_int_range(0, SIZE - 8), y = g_test_rand_int_range(0, SIZE - 8);
    pixman_region32_t damage;

    pixman_region32_init_rect(&damage, x, y, 8, 8);
    for (int i = 0; i < 64; i++) {
        window->picture[y + i / 8][x + i % 8] = number;
    }
    display_damage_ring_add(ring, &damage);
    pixman_region32_fini(&damage);
}

static void assert_shows_picture(const FakeWindow *window)
{
    g_assert_cmpmem(front(window), sizeof(window->picture), window->picture,
                    sizeof(window->picture));
}

static void run(unsigned buffers, bool tells_age)
{
    FakeWindow window = {.buffers = buffers, .tells_age = tells_age};
    DisplayDamageRing ring;

    pixman_region32_init(&window.told);
    display_damage_ring_init(&ring, SIZE, SIZE);
    for (int frame = 0; frame < 50; frame++) {
        if (frame) {
            change(&window, &ring, frame);
        }
        g_assert_true(display_present(&ring, &ops, &window));
        assert_shows_picture(&window);
        g_assert_cmpuint(display_damage_area(&window.told), ==, frame ? 64 : SIZE * SIZE);
        if (tells_age && buffers <= DISPLAY_DAMAGE_HISTORY && frame >= 2 * (int)buffers) {
            g_assert_cmpuint(window.drawn, <=, 64 * buffers);
            g_assert_cmpuint(window.drawn, >=, 64);
        } else {
            g_assert_cmpuint(window.drawn, >=, 64);
        }
    }
    g_assert_false(display_present(&ring, &ops, &window));
    pixman_region32_fini(&window.told);
    display_damage_ring_finish(&ring);
}

static void buffers_of_every_age_show_the_picture(void)
{
    for (unsigned buffers = 1; buffers <= BUFFERS_MAX; buffers++) {
        run(buffers, true);
        run(buffers, false);
    }
}

/* What changes without being told must not be seen: else more was drawn than had to be. */
static void what_is_not_damaged_is_not_drawn(void)
{
    FakeWindow window = {.buffers = 2, .tells_age = true};
    DisplayDamageRing ring;

    pixman_region32_init(&window.told);
    display_damage_ring_init(&ring, SIZE, SIZE);
    for (int frame = 0; frame < 4; frame++) {
        change(&window, &ring, 1);
        display_present(&ring, &ops, &window);
    }
    for (int i = 0; i < SIZE * SIZE; i++) {
        window.picture[i / SIZE][i % SIZE] = -1;
    }
    change(&window, &ring, 2);
    display_present(&ring, &ops, &window);
    g_assert_cmpuint(window.drawn, <=, 128);
    for (int i = 0, seen = 0; i < SIZE * SIZE; i++) {
        seen += front(&window)[i / SIZE][i % SIZE] == -1;
        g_assert_cmpint(seen, <=, 64);
    }
    pixman_region32_fini(&window.told);
    display_damage_ring_finish(&ring);
}

static void window_that_was_lost_is_drawn_as_a_whole(void)
{
    FakeWindow window = {.buffers = 2, .tells_age = true};
    DisplayDamageRing ring;

    pixman_region32_init(&window.told);
    display_damage_ring_init(&ring, SIZE, SIZE);
    for (int frame = 0; frame < 4; frame++) {
        change(&window, &ring, frame);
        display_present(&ring, &ops, &window);
    }
    display_damage_ring_reset(&ring, SIZE, SIZE);
    g_assert_true(display_present(&ring, &ops, &window));
    g_assert_cmpuint(window.drawn, ==, SIZE * SIZE);
    pixman_region32_fini(&window.told);
    display_damage_ring_finish(&ring);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/present/buffers-of-every-age-show-the-picture",
                    buffers_of_every_age_show_the_picture);
    g_test_add_func("/present/what-is-not-damaged-is-not-drawn", what_is_not_damaged_is_not_drawn);
    g_test_add_func("/present/window-that-was-lost-is-drawn-as-a-whole",
                    window_that_was_lost_is_drawn_as_a_whole);
    return g_test_run();
}
