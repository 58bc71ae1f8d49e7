/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of textures, brought back into memory. */
#include "fixture.h"
#include "ui/egl/flat.h"

#define WIDTH  61
#define HEIGHT 47
#define STRIDE ((WIDTH + 3) * 4)

static const pixman_box32_t boxes[] = {
    {0, 0, WIDTH, HEIGHT}, {7, 0, WIDTH, HEIGHT}, {0, 9, WIDTH, HEIGHT}, {5, 3, 41, 40},
};

/* The pixel of the picture that a frame stands for */
static uint32_t frame_pixel(const Picture *texture, const pixman_box32_t *box,
                            DisplayOrientation orientation, int x, int y)
{
    int row = orientation == DISPLAY_TOP_DOWN ? box->y1 + y : box->y2 - 1 - y;

    return *display_test_pixel(texture, box->x1 + x, row);
}

/* Reads random damage into memory of one colour and compares all of it. */
static void assert_read(const Picture *picture, const DisplayTexture *texture,
                        const pixman_box32_t *box, DisplayOrientation orientation,
                        pixman_format_code_t format)
{
    g_autoptr(DisplayReadback) readback = display_readback_create();
    const DisplayReadbackSource source = {texture, *box, orientation};
    int width = box->x2 - box->x1, height = box->y2 - box->y1;
    g_autofree uint8_t *memory = g_malloc(STRIDE * HEIGHT);
    const DisplayPixels target = {.data = memory, .stride = STRIDE};
    pixman_image_t *image, *image_argb;
    Picture got = {width, height, g_new0(uint32_t, width * height)};
    pixman_region32_t damage;

    memset(memory, 0x5a, STRIDE * HEIGHT);
    pixman_region32_init(&damage);
    display_test_random_region(&damage, width, height);
    g_assert_cmpuint(display_readback_read(readback, &source, &damage, format, &target), ==,
                     display_damage_area(&damage) * 4);
    image = pixman_image_create_bits_no_clear(format, width, height, (uint32_t *)memory, STRIDE);
    image_argb = pixman_image_create_bits_no_clear(PIXMAN_a8r8g8b8, width, height, got.pixels,
                                                   width * 4);
    pixman_image_composite32(PIXMAN_OP_SRC, image, NULL, image_argb, 0, 0, 0, 0, 0, 0, width, height);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            bool inside = pixman_region32_contains_point(&damage, x, y, NULL);
            uint32_t expected = inside ? frame_pixel(picture, box, orientation, x, y) : 0x5a5a5a5a;

            g_assert_cmphex(*display_test_pixel(&got, x, y) & 0xffffff, ==, expected & 0xffffff);
        }
        /* nothing is written beyond the rows */
        for (int i = width * 4; i < STRIDE; i++) {
            g_assert_cmphex(memory[y * STRIDE + i], ==, 0x5a);
        }
    }
    pixman_image_unref(image_argb);
    pixman_image_unref(image);
    pixman_region32_fini(&damage);
    display_test_picture_clear(&got);
}

static void every_orientation_offset_and_damage_is_exact(GlFixture *fixture)
{
    static const pixman_format_code_t formats[] = {
        PIXMAN_x8r8g8b8, PIXMAN_a8r8g8b8, PIXMAN_x8b8g8r8, PIXMAN_b8g8r8x8,
    };
    g_auto(Picture) picture = display_test_picture(WIDTH, HEIGHT, 1);
    DisplayTexture texture = display_test_texture(&picture);

    for (size_t i = 0; i < G_N_ELEMENTS(boxes) * G_N_ELEMENTS(formats) * 2; i++) {
        assert_read(&picture, &texture, &boxes[i / 2 % G_N_ELEMENTS(boxes)],
                    i & 1 ? DISPLAY_BOTTOM_UP : DISPLAY_TOP_DOWN,
                    formats[i / 2 / G_N_ELEMENTS(boxes)]);
    }
    glDeleteTextures(1, &texture.name);
}

static void texture_that_is_none_reads_nothing(GlFixture *fixture)
{
    g_autoptr(DisplayReadback) readback = display_readback_create();
    DisplayTexture texture = display_texture_borrow(12345, 8, 8);
    const DisplayReadbackSource source = {&texture, {0, 0, 8, 8}, DISPLAY_TOP_DOWN};
    uint32_t memory[64];
    const DisplayPixels target = {.data = (uint8_t *)memory, .stride = 32};
    pixman_region32_t damage;

    pixman_region32_init_rect(&damage, 0, 0, 8, 8);
    g_assert_cmpuint(display_readback_read(readback, &source, &damage, PIXMAN_x8r8g8b8, &target), ==,
                     0);
    pixman_region32_fini(&damage);
    while (glGetError() != GL_NO_ERROR) {
        /* binding a name that is none is an error of GL, too */
    }
}

/* A view of part of a texture */
typedef struct Scene {
    DisplayView view;
    DisplayFlat flat;
    Picture picture;
    DisplayTexture texture;
    pixman_region32_t changed;
} Scene;

static void scene_init(Scene *scene, GlFixture *fixture, DisplayOrientation orientation)
{
    DisplayFrame frame;

    scene->picture = display_test_picture(WIDTH, HEIGHT, 5);
    scene->texture = display_test_texture(&scene->picture);
    display_view_init(&scene->view);
    display_flat_init(&scene->flat, fixture->egl);
    pixman_region32_init(&scene->changed);
    frame = (DisplayFrame) {
        .buffer = display_buffer_create_texture(scene->texture.name, WIDTH, HEIGHT),
        .source = boxes[3], .orientation = orientation,
    };
    display_view_show(&scene->view, &frame);
    display_buffer_unref(frame.buffer);
}

static void scene_finish(Scene *scene)
{
    display_flat_finish(&scene->flat);
    display_view_finish(&scene->view);
    pixman_region32_fini(&scene->changed);
    display_test_picture_clear(&scene->picture);
    glDeleteTextures(1, &scene->texture.name);
}

static void scene_update(Scene *scene)
{
    g_assert_true(display_flat_update(&scene->flat, &scene->view, &scene->changed, NULL));
}

/* `cursor`, unless NULL, lies at (x, y) over the picture. */
static void scene_assert(Scene *scene, const Picture *cursor, int x, int y)
{
    pixman_image_t *image = scene->flat.image;
    int width = pixman_image_get_width(image), height = pixman_image_get_height(image);
    int stride = pixman_image_get_stride(image) / 4;

    g_assert_cmpint(width, ==, boxes[3].x2 - boxes[3].x1);
    g_assert_cmpint(height, ==, boxes[3].y2 - boxes[3].y1);
    for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
            uint32_t expected = frame_pixel(&scene->picture, &boxes[3],
                                            scene->view.frame.orientation, column, row);
            int cx = column - x, cy = row - y;

            if (cursor && cx >= 0 && cy >= 0 && cx < cursor->width && cy < cursor->height &&
                *display_test_pixel(cursor, cx, cy)) {
                expected = *display_test_pixel(cursor, cx, cy);
            }
            g_assert_cmphex(pixman_image_get_data(image)[row * stride + column] & 0xffffff, ==,
                            expected & 0xffffff);
        }
    }
}

static void flat_picture_fetches_its_damage_and_no_more(GlFixture *fixture)
{
    for (int orientation = 0; orientation < 2; orientation++) {
        const uint64_t whole = 36 * 37 * 4;
        Scene scene;

        scene_init(&scene, fixture, orientation);
        scene_update(&scene);
        scene_assert(&scene, NULL, 0, 0);
        g_assert_cmpuint(scene.flat.bytes_read, ==, whole);
        scene_update(&scene);
        g_assert_cmpuint(scene.flat.bytes_read, ==, whole);
        g_assert_cmpuint(scene.flat.updates, ==, 1);
        display_view_damage(&scene.view, 3, 4, 5, 6);
        scene_update(&scene);
        g_assert_cmpuint(scene.flat.bytes_read, ==, whole + 5 * 6 * 4);
        g_assert_cmpuint(display_damage_area(&scene.changed), ==, 5 * 6);
        scene_finish(&scene);
    }
}

static void flat_picture_carries_the_cursor(GlFixture *fixture)
{
    uint32_t pixels[] = {
        0xff112233, 0xff445566, 0, 0, 0xff778899, 0xffaabbcc,
    };
    const Picture shape = {3, 2, pixels};
    Scene scene;
    DisplayTexture cursor;
    DisplayBuffer *buffer;

    scene_init(&scene, fixture, DISPLAY_TOP_DOWN);
    cursor = display_test_texture(&shape);
    buffer = display_buffer_create_texture(cursor.name, 3, 2);
    scene_update(&scene);
    display_view_set_cursor(&scene.view, buffer, 0, 0, DISPLAY_TOP_DOWN);
    display_view_move_cursor(&scene.view, 10, 12, true);
    scene_update(&scene);
    scene_assert(&scene, &shape, 10, 12);
    g_assert_cmpuint(scene.flat.cursor_bytes, ==, 3 * 2 * 4);

    /* Damage beside the cursor leaves it, damage under part of it brings that part back. */
    display_view_damage(&scene.view, 0, 0, 5, 5);
    scene_update(&scene);
    g_assert_cmpuint(scene.flat.cursor_bytes, ==, 3 * 2 * 4);
    display_view_damage(&scene.view, 11, 0, 1, 30);
    scene_update(&scene);
    scene_assert(&scene, &shape, 10, 12);

    display_view_move_cursor(&scene.view, 34, -1, true);
    scene_update(&scene);
    scene_assert(&scene, &shape, 34, -1);
    display_view_move_cursor(&scene.view, 34, -1, false);
    scene_update(&scene);
    scene_assert(&scene, NULL, 0, 0);
    display_buffer_unref(buffer);
    scene_finish(&scene);
    glDeleteTextures(1, &cursor.name);
}

/* More rectangles than are read one by one: joined ones cover the cursor although none of them did. */
static void flat_picture_keeps_the_cursor_between_much_damage(GlFixture *fixture)
{
    const int width = boxes[3].x2 - boxes[3].x1, height = boxes[3].y2 - boxes[3].y1;
    uint32_t pixels[] = {
        0xff112233, 0xff445566, 0xff123456, 0xff654321, 0xff778899, 0xffaabbcc,
    };
    const Picture shape = {3, 2, pixels};
    DisplayTexture cursor = display_test_texture(&shape);

    for (int orientation = 0; orientation < 2; orientation++) {
        DisplayBuffer *buffer = display_buffer_create_texture(cursor.name, 3, 2);
        pixman_region32_t damage;
        Scene scene;

        scene_init(&scene, fixture, orientation);
        display_view_set_cursor(&scene.view, buffer, 0, 0, DISPLAY_TOP_DOWN);
        display_view_move_cursor(&scene.view, 10, 12, true);
        scene_update(&scene);
        for (int i = 0; i < width * height; i++) {
            int x = i % width, y = i / width;

            if ((x + y) % 2) {
                continue;
            }
            if (x < 10 || x >= 13 || y < 12 || y >= 14) {
                display_view_damage(&scene.view, x, y, 1, 1);
            }
        }
        pixman_region32_init(&damage);
        pixman_region32_copy(&damage, &scene.view.damage);
        g_assert_cmpint(pixman_region32_n_rects(&damage), >, 64);
        scene_update(&scene);
        scene_assert(&scene, &shape, 10, 12);
        /* All that was written is told to who looks at the picture. */
        pixman_region32_subtract(&damage, &damage, &scene.changed);
        g_assert_false(pixman_region32_not_empty(&damage));
        g_assert_cmpuint(scene.flat.bytes_read, ==,
                         4 * (width * height + display_damage_area(&scene.changed)));
        pixman_region32_fini(&damage);
        display_buffer_unref(buffer);
        scene_finish(&scene);
    }
    glDeleteTextures(1, &cursor.name);
}

static void flat_picture_copies_what_can_be_mapped(GlFixture *fixture)
{
    for (int orientation = 0; orientation < 2; orientation++) {
        Scene scene;
        pixman_image_t *image;
        DisplayFrame frame;

        scene_init(&scene, fixture, orientation);
        image = pixman_image_create_bits_no_clear(PIXMAN_a8r8g8b8, WIDTH, HEIGHT,
                                                  scene.picture.pixels, WIDTH * 4);
        frame = scene.view.frame;
        frame.buffer = display_buffer_create_from_image(image);
        display_view_show(&scene.view, &frame);
        display_buffer_unref(frame.buffer);
        scene_update(&scene);
        scene_assert(&scene, NULL, 0, 0);
        g_assert_cmpuint(scene.flat.bytes_read, ==, 0);
        g_assert_cmpuint(scene.flat.bytes_copied, ==, 36 * 37 * 4);
        pixman_image_unref(image);
        scene_finish(&scene);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    display_test_add("/gl/readback/every-orientation-offset-and-damage-is-exact",
                     every_orientation_offset_and_damage_is_exact);
    display_test_add("/gl/readback/texture-that-is-none-reads-nothing",
                     texture_that_is_none_reads_nothing);
    display_test_add("/gl/flat/fetches-its-damage-and-no-more",
                     flat_picture_fetches_its_damage_and_no_more);
    display_test_add("/gl/flat/carries-the-cursor", flat_picture_carries_the_cursor);
    display_test_add("/gl/flat/keeps-the-cursor-between-much-damage",
                     flat_picture_keeps_the_cursor_between_much_damage);
    display_test_add("/gl/flat/copies-what-can-be-mapped", flat_picture_copies_what_can_be_mapped);
    return g_test_run();
}
