/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenes drawn with GL are those that the CPU draws, and cross to other share groups. */
#include "fixture.h"
#include "ui/egl/painter.h"
#include "ui/egl/readback.h"
#include "ui/egl/shared.h"

#define WIDTH  37
#define HEIGHT 23
#define WINDOW_WIDTH  120
#define WINDOW_HEIGHT 90

static DisplayBuffer *buffer_of(uint32_t width, uint32_t height, pixman_format_code_t format,
                                uint32_t seed)
{
    g_auto(Picture) picture = display_test_picture(width, height, seed);
    DisplayBuffer *buffer = display_buffer_create_pixels(width, height, format);
    DisplayPixels pixels;

    g_assert_true(display_buffer_get_pixels(buffer, &pixels));
    memcpy(pixels.data, picture.pixels, (size_t)width * height * 4);
    return buffer;
}

/* Half transparent, with the colours multiplied as cursors have them */
static DisplayBuffer *cursor_of(uint32_t seed)
{
    DisplayBuffer *buffer = buffer_of(9, 7, PIXMAN_a8r8g8b8, seed);
    DisplayPixels pixels;

    g_assert_true(display_buffer_get_pixels(buffer, &pixels));
    for (int i = 0; i < 9 * 7; i++) {
        uint32_t *pixel = (uint32_t *)pixels.data + i;

        *pixel = i % 3 ? 0xff000000 | *pixel : 0;
    }
    return buffer;
}

static void set_up(DisplayScene *scene, uint32_t seed)
{
    DisplayFrame frame = {
        .buffer = buffer_of(WIDTH, HEIGHT, PIXMAN_x8r8g8b8, seed),
        .source = seed & 1 ? (pixman_box32_t) {3, 5, 30, 20}
                           : (pixman_box32_t) {.x2 = WIDTH, .y2 = HEIGHT},
        .orientation = seed & 2 ? DISPLAY_BOTTOM_UP : DISPLAY_TOP_DOWN,
    };
    DisplayBuffer *cursor = cursor_of(seed + 100);

    display_scene_init(scene);
    display_view_show(&scene->view, &frame);
    display_view_set_cursor(&scene->view, cursor, 2, 3, DISPLAY_TOP_DOWN);
    display_view_move_cursor(&scene->view, seed % 40, seed % 25, true);
    display_scene_place(scene, WINDOW_WIDTH, WINDOW_HEIGHT, seed % 3 + 1);
    display_buffer_unref(cursor);
    display_buffer_unref(frame.buffer);
}

static Picture composed(const DisplayScene *scene, const pixman_region32_t *where)
{
    Picture picture = {WINDOW_WIDTH, WINDOW_HEIGHT,
                       g_new0(uint32_t, WINDOW_WIDTH * WINDOW_HEIGHT)};
    pixman_image_t *image = pixman_image_create_bits(PIXMAN_x8r8g8b8, picture.width, picture.height,
                                                     picture.pixels, picture.width * 4);

    display_scene_compose(scene, image, where);
    pixman_image_unref(image);
    for (int i = 0; i < WINDOW_WIDTH * WINDOW_HEIGHT; i++) {
        picture.pixels[i] |= 0xff000000;
    }
    return picture;
}

static void update(DisplayPainter *painter, DisplayScene *scene)
{
    pixman_region32_t damage;
    g_autoptr(GError) error = NULL;

    pixman_region32_init(&damage);
    display_view_take_damage(&scene->view, &damage);
    g_assert_true(display_painter_update(painter, scene, &damage, &error));
    g_assert_no_error(error);
    pixman_region32_fini(&damage);
}

static void gl_draws_what_the_cpu_draws(GlFixture *fixture)
{
    g_autoptr(DisplayPainter) painter = display_painter_create(fixture->egl, NULL);
    const DisplayTarget target = {.width = WINDOW_WIDTH, .height = WINDOW_HEIGHT};

    for (uint32_t seed = 0; seed < 24; seed++) {
        g_auto(Canvas) canvas = display_test_canvas(WINDOW_WIDTH, WINDOW_HEIGHT, 0xff000000);
        g_auto(Picture) expected = {0};
        g_auto(Picture) got = {0};
        pixman_region32_t where;
        DisplayScene scene;

        set_up(&scene, seed);
        pixman_region32_init(&where);
        display_test_random_region(&where, WINDOW_WIDTH, WINDOW_HEIGHT);
        expected = composed(&scene, &where);
        update(painter, &scene);
        display_painter_draw(painter, &scene, &target, &where);
        got = display_test_canvas_read(&canvas);
        display_test_assert_equal(&got, &expected, 0);
        pixman_region32_fini(&where);
        display_scene_finish(&scene);
    }
}

static void only_damage_is_uploaded(GlFixture *fixture)
{
    g_autoptr(DisplayPainter) painter = display_painter_create(fixture->egl, NULL);
    g_auto(Canvas) canvas = display_test_canvas(WINDOW_WIDTH, WINDOW_HEIGHT, 0xff000000);
    const DisplayTarget target = {.width = WINDOW_WIDTH, .height = WINDOW_HEIGHT};
    pixman_region32_t whole;
    DisplayPixels pixels;
    DisplayScene scene;

    /* bottom up, a part, three times as large */
    set_up(&scene, 11);
    pixman_region32_init_rect(&whole, 0, 0, WINDOW_WIDTH, WINDOW_HEIGHT);
    update(painter, &scene);
    {
        g_auto(Picture) expected = composed(&scene, &whole);
        g_auto(Picture) changed = {0};
        g_auto(Picture) got = {0};
        pixman_region32_t damage, part;

        g_assert_true(display_buffer_get_pixels(scene.view.frame.buffer, &pixels));
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            ((uint32_t *)pixels.data)[i] ^= 0x00ffffff;
        }
        changed = composed(&scene, &whole);
        display_view_damage(&scene.view, 4, 2, 6, 5);
        pixman_region32_init(&part);
        pixman_region32_init_rect(&damage, 4, 2, 6, 5);
        display_scene_damage(&scene, &damage, &part);
        update(painter, &scene);
        display_painter_draw(painter, &scene, &target, &whole);
        got = display_test_canvas_read(&canvas);
        for (int i = 0; i < WINDOW_WIDTH * WINDOW_HEIGHT; i++) {
            if (pixman_region32_contains_point(&part, i % WINDOW_WIDTH, i / WINDOW_WIDTH, NULL)) {
                expected.pixels[i] = changed.pixels[i];
            }
        }
        display_test_assert_equal(&got, &expected, 0);
        pixman_region32_fini(&part);
        pixman_region32_fini(&damage);
    }
    pixman_region32_fini(&whole);
    display_scene_finish(&scene);
}

/* A context that shares nothing with the fixture's */
static EGLContext stranger(GlFixture *fixture)
{
    EGLContext share = fixture->egl->share;
    EGLContext context;

    fixture->egl->share = EGL_NO_CONTEXT;
    context = display_egl_create_context(fixture->egl, 0, 0, NULL);
    fixture->egl->share = share;
    return context;
}

static void framebuffer_is_seen_by_contexts_that_share_nothing(GlFixture *fixture)
{
    EGLContext other = stranger(fixture);
    DisplayShared shared;
    g_autoptr(GError) error = NULL;
    g_autoptr(DisplayReadback) readback = NULL;
    DisplayTexture texture;
    uint32_t pixels[8 * 8] = {0};
    const DisplayPixels target = {.data = (uint8_t *)pixels, .stride = 32};
    pixman_region32_t whole;

    g_assert_true(display_shared_init(&shared, fixture->egl, 8, 8, &error));
    for (int round = 0; round < 2; round++) {
        display_egl_make_current(fixture->egl, fixture->context);
        display_shared_begin(&shared);
        glClearColor(round, 1, 0, 1);
        glClear(GL_COLOR_BUFFER_BIT);
        display_shared_end(&shared);
        display_egl_make_current(fixture->egl, other);
        if (!round) {
            texture = display_texture_borrow(display_shared_open(&shared, NULL), 8, 8);
            readback = display_readback_create();
        }
        display_shared_wait(&shared);
        pixman_region32_init_rect(&whole, 0, 0, 8, 8);
        display_readback_read(readback, &(DisplayReadbackSource) {
            .texture = &texture, .box = {.x2 = 8, .y2 = 8},
        }, &whole, PIXMAN_a8r8g8b8, &target);
        pixman_region32_fini(&whole);
        g_assert_cmphex(pixels[9], ==, round ? 0xffffff00 : 0xff00ff00);
    }
    g_clear_pointer(&readback, display_readback_free);
    glDeleteTextures(1, &texture.name);
    display_egl_make_current(fixture->egl, fixture->context);
    display_shared_finish(&shared);
    display_egl_destroy_context(fixture->egl, other);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    display_test_add("/painter/gl-draws-what-the-cpu-draws", gl_draws_what_the_cpu_draws);
    display_test_add("/painter/only-damage-is-uploaded", only_damage_is_uploaded);
    display_test_add("/painter/framebuffer-is-seen-by-contexts-that-share-nothing",
                     framebuffer_is_seen_by_contexts_that_share_nothing);
    return g_test_run();
}
