/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures drawn at every scale, orientation and offset, limited to damage. */
#include "fixture.h"
#include "ui/egl/blit.h"

#define WIDTH  90
#define HEIGHT 70
#define BACKGROUND 0xff102030

/* The pixel of the target that `blit` puts at (x, y), from the top left; the background elsewhere */
static uint32_t drawn_pixel(const Picture *texture, const DisplayBlit *blit,
                            const pixman_region32_t *clip, int x, int y)
{
    const pixman_box32_t *from = &blit->source;
    const pixman_box32_t *to = &blit->target;
    int tx, ty;

    if (x < to->x1 || x >= to->x2 || y < to->y1 || y >= to->y2 ||
        (clip && !pixman_region32_contains_point((pixman_region32_t *)clip, x, y, NULL))) {
        return BACKGROUND;
    }
    tx = from->x1 + (2 * (x - to->x1) + 1) * (from->x2 - from->x1) / (2 * (to->x2 - to->x1));
    ty = (2 * (y - to->y1) + 1) * (from->y2 - from->y1) / (2 * (to->y2 - to->y1));
    ty = blit->orientation == DISPLAY_TOP_DOWN ? from->y1 + ty : from->y2 - 1 - ty;
    return *display_test_pixel(texture, tx, ty) | 0xff000000;
}

/* Draws, and compares every pixel of the target, which is read from its row 0 on. */
static void assert_drawn(DisplayBlitter *blitter, const Picture *texture_picture,
                         const DisplayBlit *blit, bool bottom_up, const pixman_region32_t *clip)
{
    g_auto(Canvas) canvas = display_test_canvas(WIDTH, HEIGHT, BACKGROUND);
    const DisplayTarget target = {.width = WIDTH, .height = HEIGHT, .bottom_up = bottom_up};
    Picture expected = {WIDTH, HEIGHT, g_new(uint32_t, WIDTH * HEIGHT)};
    g_auto(Picture) got = {0};

    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            *display_test_pixel(&expected, x, bottom_up ? HEIGHT - 1 - y : y) =
                drawn_pixel(texture_picture, blit, clip, x, y);
        }
    }
    display_blitter_draw(blitter, &target, blit, clip);
    got = display_test_canvas_read(&canvas);
    display_test_assert_equal(&got, &expected, 0);
    display_test_picture_clear(&expected);
}

static void every_scale_orientation_and_offset_is_exact(GlFixture *fixture)
{
    static const struct {
        pixman_box32_t source, target;
    } places[] = {
        {{0, 0, 40, 30}, {0, 0, 40, 30}},
        {{0, 0, 40, 30}, {7, 11, 47, 41}},
        {{5, 3, 25, 28}, {1, 2, 21, 27}},
        {{0, 0, 40, 30}, {3, 5, 83, 65}},
        {{10, 10, 30, 30}, {0, 0, 60, 60}},
        {{0, 0, 40, 30}, {-20, -10, 60, 50}},
        {{0, 0, 40, 30}, {50, 40, 130, 100}},
        {{0, 0, 40, 30}, {0, 0, 20, 15}},
    };
    g_autoptr(DisplayBlitter) blitter = display_blitter_create();
    g_auto(Picture) picture = display_test_picture(40, 30, 1);
    DisplayTexture texture = display_test_texture(&picture);

    for (size_t i = 0; i < G_N_ELEMENTS(places) * 4; i++) {
        const DisplayBlit blit = {
            .texture = &texture,
            .source = places[i / 4].source,
            .target = places[i / 4].target,
            .orientation = i & 1 ? DISPLAY_BOTTOM_UP : DISPLAY_TOP_DOWN,
        };
        g_test_message("place %zu, %s, target %s", i / 4, i & 1 ? "bottom up" : "top down",
                       i & 2 ? "bottom up" : "top down");
        /* Halving samples between texels: either neighbour would do. */
        if (i / 4 < G_N_ELEMENTS(places) - 1) {
            assert_drawn(blitter, &picture, &blit, i & 2, NULL);
        }
    }
    glDeleteTextures(1, &texture.name);
}

static void only_damage_is_drawn(GlFixture *fixture)
{
    g_autoptr(DisplayBlitter) blitter = display_blitter_create();
    g_auto(Picture) picture = display_test_picture(40, 30, 2);
    DisplayTexture texture = display_test_texture(&picture);

    for (int i = 0; i < 16; i++) {
        const DisplayBlit blit = {
            .texture = &texture,
            .source = {0, 0, 40, 30},
            .target = {3, 5, 83, 65},
            .orientation = i & 1 ? DISPLAY_BOTTOM_UP : DISPLAY_TOP_DOWN,
        };
        pixman_region32_t clip;

        pixman_region32_init(&clip);
        if (i >= 2) {
            display_test_random_region(&clip, WIDTH, HEIGHT);
        }
        assert_drawn(blitter, &picture, &blit, i & 2, &clip);
        pixman_region32_fini(&clip);
    }
    glDeleteTextures(1, &texture.name);
}

static void smooth_scaling_does_not_bleed_over_the_edge_of_the_source(GlFixture *fixture)
{
    g_autoptr(DisplayBlitter) blitter = display_blitter_create();
    Picture picture = display_test_picture(20, 20, 3);
    g_auto(Canvas) canvas = display_test_canvas(WIDTH, HEIGHT, BACKGROUND);
    const DisplayTarget target = {.width = WIDTH, .height = HEIGHT};
    g_auto(Picture) got = {0};
    DisplayTexture texture;

    for (int y = 5; y < 15; y++) {
        for (int x = 5; x < 15; x++) {
            *display_test_pixel(&picture, x, y) = 0xff336699;
        }
    }
    texture = display_test_texture(&picture);
    display_blitter_draw(blitter, &target, &(DisplayBlit) {
        .texture = &texture, .source = {5, 5, 15, 15}, .target = {0, 0, 25, 25}, .smooth = true,
    }, NULL);
    got = display_test_canvas_read(&canvas);
    for (int y = 0; y < 25; y++) {
        for (int x = 0; x < 25; x++) {
            g_assert_cmphex(*display_test_pixel(&got, x, y), ==, 0xff336699);
        }
    }
    g_assert_cmphex(*display_test_pixel(&got, 25, 0), ==, BACKGROUND);
    glDeleteTextures(1, &texture.name);
    display_test_picture_clear(&picture);
}

static void damage_of_a_smooth_picture_matches_a_full_draw(GlFixture *fixture)
{
    g_autoptr(DisplayBlitter) blitter = display_blitter_create();
    g_auto(Picture) picture = display_test_picture(40, 30, 4);
    DisplayTexture texture = display_test_texture(&picture);
    const DisplayTarget target = {.width = WIDTH, .height = HEIGHT};
    const DisplayBlit blit = {
        .texture = &texture, .source = {0, 0, 40, 30}, .target = {0, 0, 87, 66}, .smooth = true,
    };
    Canvas canvas = display_test_canvas(WIDTH, HEIGHT, BACKGROUND);
    g_auto(Picture) full = {0};
    g_auto(Picture) got = {0};
    pixman_region32_t clip;

    display_blitter_draw(blitter, &target, &blit, NULL);
    full = display_test_canvas_read(&canvas);
    display_test_canvas_clear(&canvas);
    canvas = display_test_canvas(WIDTH, HEIGHT, BACKGROUND);
    pixman_region32_init(&clip);
    display_test_random_region(&clip, WIDTH, HEIGHT);
    display_blitter_draw(blitter, &target, &blit, &clip);
    got = display_test_canvas_read(&canvas);
    for (int p = 0; p < WIDTH * HEIGHT; p++) {
        if (!pixman_region32_contains_point(&clip, p % WIDTH, p / WIDTH, NULL)) {
            full.pixels[p] = BACKGROUND;
        }
    }
    display_test_assert_equal(&got, &full, 0);
    pixman_region32_fini(&clip);
    display_test_canvas_clear(&canvas);
    glDeleteTextures(1, &texture.name);
}

static void cursor_is_blended(GlFixture *fixture)
{
    g_autoptr(DisplayBlitter) blitter = display_blitter_create();
    g_auto(Canvas) canvas = display_test_canvas(WIDTH, HEIGHT, BACKGROUND);
    const DisplayTarget target = {.width = WIDTH, .height = HEIGHT};
    uint32_t pixels[] = {0x00000000, 0xffabcdef, 0x80402010};
    const Picture cursor = {3, 1, pixels};
    DisplayTexture texture = display_test_texture(&cursor);
    g_auto(Picture) got = {0};
    Picture row, expected;
    uint32_t blended[] = {BACKGROUND, 0xffabcdef, 0xff483028};

    display_blitter_draw(blitter, &target, &(DisplayBlit) {
        .texture = &texture, .source = {0, 0, 3, 1}, .target = {10, 20, 13, 21}, .blend = true,
    }, NULL);
    got = display_test_canvas_read(&canvas);
    row = (Picture) {3, 1, display_test_pixel(&got, 10, 20)};
    expected = (Picture) {3, 1, blended};
    display_test_assert_equal(&row, &expected, 1);
    g_assert_cmphex(*display_test_pixel(&got, 13, 20), ==, BACKGROUND);
    glDeleteTextures(1, &texture.name);
}

static void filling_covers_the_region_only(GlFixture *fixture)
{
    g_autoptr(DisplayBlitter) blitter = display_blitter_create();
    g_auto(Canvas) canvas = display_test_canvas(WIDTH, HEIGHT, BACKGROUND);
    const DisplayTarget target = {.width = WIDTH, .height = HEIGHT, .bottom_up = true};
    g_auto(Picture) got = {0};
    pixman_region32_t clip;

    pixman_region32_init(&clip);
    display_test_random_region(&clip, WIDTH, HEIGHT);
    display_blitter_fill(blitter, &target, 0xff8000, &clip);
    got = display_test_canvas_read(&canvas);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            bool inside = pixman_region32_contains_point(&clip, x, y, NULL);

            g_assert_cmphex(*display_test_pixel(&got, x, HEIGHT - 1 - y), ==,
                            inside ? 0xffff8000 : BACKGROUND);
        }
    }
    pixman_region32_fini(&clip);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    display_test_add("/gl/blit/every-scale-orientation-and-offset-is-exact",
                     every_scale_orientation_and_offset_is_exact);
    display_test_add("/gl/blit/only-damage-is-drawn", only_damage_is_drawn);
    display_test_add("/gl/blit/smooth-scaling-does-not-bleed-over-the-edge-of-the-source",
                     smooth_scaling_does_not_bleed_over_the_edge_of_the_source);
    display_test_add("/gl/blit/damage-of-a-smooth-picture-matches-a-full-draw",
                     damage_of_a_smooth_picture_matches_a_full_draw);
    display_test_add("/gl/blit/cursor-is-blended", cursor_is_blended);
    display_test_add("/gl/blit/filling-covers-the-region-only", filling_covers_the_region_only);
    return g_test_run();
}
