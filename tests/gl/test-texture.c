/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pixels of every format, uploaded damage by damage, as a sampler sees them. */
#include "fixture.h"
#include "ui/egl/blit.h"
#include "ui/egl/picture.h"

#define WIDTH  37
#define HEIGHT 23
#define BACKGROUND 0xff204060

static const pixman_format_code_t formats[] = {
    PIXMAN_x8r8g8b8, PIXMAN_a8r8g8b8, PIXMAN_x8b8g8r8, PIXMAN_a8b8g8r8,
    PIXMAN_r8g8b8x8, PIXMAN_r8g8b8a8, PIXMAN_b8g8r8x8, PIXMAN_b8g8r8a8,
    PIXMAN_r8g8b8, PIXMAN_b8g8r8, PIXMAN_r5g6b5, PIXMAN_b5g6r5,
    /* these go through pixman */
    PIXMAN_x1r5g5b5, PIXMAN_a1r5g5b5, PIXMAN_a4r4g4b4, PIXMAN_x2r10g10b10, PIXMAN_a2b10g10r10,
};

/* A buffer of random pixels; rows are longer than the picture. */
typedef struct Source {
    pixman_image_t *image;
    DisplayPixels pixels;
} Source;

static Source source_create(pixman_format_code_t format, uint32_t seed)
{
    uint32_t stride = (WIDTH + 5) * 4 + 4;
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    uint8_t *data = g_malloc(stride * HEIGHT);
    Source source;

    for (uint32_t i = 0; i < stride * HEIGHT; i++) {
        data[i] = g_rand_int(random);
    }
    source.pixels = (DisplayPixels) {.data = data, .stride = stride};
    source.image = pixman_image_create_bits_no_clear(format, WIDTH, HEIGHT, (uint32_t *)data, stride);
    return source;
}

static void source_clear(Source *source)
{
    pixman_image_unref(source->image);
    g_free(source->pixels.data);
}

/* The picture that a source stands for, as pixman reads it */
static Picture picture_of(const Source *source)
{
    Picture picture = {WIDTH, HEIGHT, g_new0(uint32_t, WIDTH * HEIGHT)};
    pixman_image_t *to = pixman_image_create_bits_no_clear(PIXMAN_a8r8g8b8, WIDTH, HEIGHT,
                                                           picture.pixels, WIDTH * 4);

    pixman_image_composite32(PIXMAN_OP_SRC, source->image, NULL, to, 0, 0, 0, 0, 0, 0, WIDTH, HEIGHT);
    pixman_image_unref(to);
    return picture;
}

/* What a shader gets from the texture, alpha too */
static Picture sample(const DisplayTexture *texture)
{
    g_autoptr(DisplayBlitter) blitter = display_blitter_create();
    g_auto(Canvas) canvas = display_test_canvas(WIDTH, HEIGHT, 0);
    const pixman_box32_t whole = {.x2 = WIDTH, .y2 = HEIGHT};
    const DisplayTarget target = {.width = WIDTH, .height = HEIGHT};
    const DisplayBlit blit = {
        .texture = texture, .source = whole, .target = whole, .blend = true,
    };

    g_assert_nonnull(blitter);
    display_blitter_draw(blitter, &target, &blit, NULL);
    return display_test_canvas_read(&canvas);
}

static void every_format_has_the_right_colours(GlFixture *fixture)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(DisplayTexture) texture = display_texture_create(WIDTH, HEIGHT, formats[i]);
        Source source = source_create(formats[i], i);
        g_auto(Picture) expected = picture_of(&source);
        g_auto(Picture) got = {0};
        pixman_region32_t whole;

        pixman_region32_init_rect(&whole, 0, 0, WIDTH, HEIGHT);
        g_test_message("format 0x%x", formats[i]);
        g_assert_cmpuint(display_texture_upload(texture, &source.pixels, &whole), >=,
                         WIDTH * HEIGHT * 2);
        got = sample(texture);
        /* Fewer bits are widened in slightly different ways. */
        display_test_assert_equal(&got, &expected, PIXMAN_FORMAT_BPP(formats[i]) == 16 ||
                                                   PIXMAN_FORMAT_R(formats[i]) != 8 ? 1 : 0);
        pixman_region32_fini(&whole);
        source_clear(&source);
    }
}

/* Damage that is a lie: pixels changed outside it as well must stay as they were. */
static void only_damage_is_uploaded(GlFixture *fixture)
{
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(DisplayTexture) texture = display_texture_create(WIDTH, HEIGHT, formats[i]);
        Source before = source_create(formats[i], 1);
        Source after = source_create(formats[i], 2);
        g_auto(Picture) expected = {0};
        g_auto(Picture) got = {0};
        g_auto(Picture) new = {0};
        pixman_region32_t damage;
        uint64_t bytes;

        pixman_region32_init_rect(&damage, 0, 0, WIDTH, HEIGHT);
        display_texture_upload(texture, &before.pixels, &damage);
        expected = sample(texture);
        display_test_random_region(&damage, WIDTH, HEIGHT);
        bytes = display_texture_upload(texture, &after.pixels, &damage);
        g_assert_cmpuint(bytes, <=, display_damage_area(&damage) * 4);
        g_assert_cmpuint(bytes, >=, display_damage_area(&damage) * 2);
        got = sample(texture);
        new = picture_of(&after);
        for (int p = 0; p < WIDTH * HEIGHT; p++) {
            if (pixman_region32_contains_point(&damage, p % WIDTH, p / WIDTH, NULL)) {
                expected.pixels[p] = new.pixels[p];
            }
        }
        display_test_assert_equal(&got, &expected, 1);
        pixman_region32_fini(&damage);
        source_clear(&before);
        source_clear(&after);
    }
}

static void size_that_gl_refuses_is_no_texture(GlFixture *fixture)
{
    g_assert_null(display_texture_create(1 << 24, 1, PIXMAN_x8r8g8b8));
    g_assert_null(display_texture_create(0, 1, PIXMAN_x8r8g8b8));
}

static void picture_of_pixels_is_made_once_and_then_updated(GlFixture *fixture)
{
    Source source = source_create(PIXMAN_x8r8g8b8, 3);
    DisplayBuffer *buffer = display_buffer_create_from_image(source.image);
    const DisplayTexture *texture, *again;
    pixman_region32_t damage;
    uint64_t uploaded;
    GLuint name;

    pixman_region32_init(&damage);
    texture = display_egl_get_picture(fixture->egl, buffer, &damage, &uploaded, NULL);
    g_assert_nonnull(texture);
    g_assert_cmpuint(uploaded, ==, WIDTH * HEIGHT * 4);
    pixman_region32_union_rect(&damage, &damage, 1, 1, 3, 2);
    again = display_egl_get_picture(fixture->egl, buffer, &damage, &uploaded, NULL);
    g_assert_true(again == texture);
    g_assert_cmpuint(uploaded, ==, 3 * 2 * 4);
    name = texture->name;
    display_buffer_unref(buffer);
    g_assert_true(glIsTexture(name));
    display_egl_collect(fixture->egl);
    g_assert_false(glIsTexture(name));
    pixman_region32_fini(&damage);
    source_clear(&source);
}

static void picture_of_a_texture_is_borrowed(GlFixture *fixture)
{
    g_auto(Picture) picture = display_test_picture(WIDTH, HEIGHT, 4);
    DisplayTexture theirs = display_test_texture(&picture);
    DisplayBuffer *buffer = display_buffer_create_texture(theirs.name, WIDTH, HEIGHT);
    const DisplayTexture *texture =
        display_egl_get_picture(fixture->egl, buffer, NULL, NULL, NULL);

    g_assert_cmpuint(texture->name, ==, theirs.name);
    g_assert_true(display_egl_get_picture(fixture->egl, buffer, NULL, NULL, NULL) == texture);
    display_buffer_unref(buffer);
    display_egl_collect(fixture->egl);
    g_assert_true(glIsTexture(theirs.name));
    glDeleteTextures(1, &theirs.name);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    display_test_add("/gl/texture/every-format-has-the-right-colours",
                     every_format_has_the_right_colours);
    display_test_add("/gl/texture/only-damage-is-uploaded", only_damage_is_uploaded);
    display_test_add("/gl/texture/size-that-gl-refuses-is-no-texture",
                     size_that_gl_refuses_is_no_texture);
    display_test_add("/gl/texture/picture-of-pixels-is-made-once-and-then-updated",
                     picture_of_pixels_is_made_once_and_then_updated);
    display_test_add("/gl/texture/picture-of-a-texture-is-borrowed", picture_of_a_texture_is_borrowed);
    return g_test_run();
}
