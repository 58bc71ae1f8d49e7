/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GL for tests, and pictures to compare with. */
#include "fixture.h"

typedef struct GlCase {
    GlTest *test;
    DisplayGlApi api;
} GlCase;

static void run_case(const void *data)
{
    const GlCase *self = data;
    g_autoptr(GError) error = NULL;
    GlFixture fixture = {0};

    fixture.egl = display_egl_open(NULL, self->api, &error);
    if (fixture.egl) {
        fixture.context = display_egl_create_context(fixture.egl, 0, 0, &error);
    }
    if (!fixture.egl || fixture.context == EGL_NO_CONTEXT) {
        g_test_skip(error->message);
        display_egl_unref(fixture.egl);
        return;
    }
    g_assert_true(display_egl_make_current(fixture.egl, fixture.context));
    self->test(&fixture);
    g_assert_cmphex(glGetError(), ==, GL_NO_ERROR);
    display_egl_collect(fixture.egl);
    display_egl_make_current(fixture.egl, EGL_NO_CONTEXT);
    display_egl_destroy_context(fixture.egl, fixture.context);
    display_egl_unref(fixture.egl);
}

void display_test_add(const char *path, GlTest *test)
{
    static const char *const names[] = {
        [DISPLAY_GL_CORE] = "core", [DISPLAY_GL_ES] = "es",
    };

    for (unsigned api = 0; api < G_N_ELEMENTS(names); api++) {
        g_autofree char *name = g_strdup_printf("%s/%s", path, names[api]);
        GlCase *self = g_new(GlCase, 1);

        *self = (GlCase) {.test = test, .api = api};
        g_test_add_data_func_full(name, self, (GTestDataFunc)run_case, g_free);
    }
}

Picture display_test_picture(uint32_t width, uint32_t height, uint32_t seed)
{
    Picture picture = {width, height, g_new(uint32_t, (size_t)width * height)};
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);

    for (size_t i = 0; i < (size_t)width * height; i++) {
        picture.pixels[i] = g_rand_int(random);
    }
    return picture;
}

void display_test_picture_clear(Picture *picture)
{
    g_clear_pointer(&picture->pixels, g_free);
}

uint32_t *display_test_pixel(const Picture *picture, int x, int y)
{
    return &picture->pixels[(size_t)y * picture->width + x];
}

/* 0xaarrggbb to a word whose bytes in memory are red, green, blue, alpha, and back */
static uint32_t swap_red_and_blue(uint32_t pixel)
{
    return (pixel & 0xff00ff00) | (pixel & 0xff) << 16 | (pixel >> 16 & 0xff);
}

DisplayTexture display_test_texture(const Picture *picture)
{
    size_t count = (size_t)picture->width * picture->height;
    g_autofree uint32_t *bytes = g_new(uint32_t, count);
    GLuint name;

    for (size_t i = 0; i < count; i++) {
        bytes[i] = swap_red_and_blue(picture->pixels[i]);
    }
    glGenTextures(1, &name);
    glBindTexture(GL_TEXTURE_2D, name);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, picture->width, picture->height, 0, GL_RGBA,
                 GL_UNSIGNED_BYTE, bytes);
    glBindTexture(GL_TEXTURE_2D, 0);
    return display_texture_borrow(name, picture->width, picture->height);
}

Canvas display_test_canvas(uint32_t width, uint32_t height, uint32_t argb)
{
    Canvas canvas = {.width = width, .height = height};

    glGenTextures(1, &canvas.texture);
    glBindTexture(GL_TEXTURE_2D, canvas.texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    glBindTexture(GL_TEXTURE_2D, 0);
    glGenFramebuffers(1, &canvas.framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, canvas.framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, canvas.texture, 0);
    g_assert_cmphex(glCheckFramebufferStatus(GL_FRAMEBUFFER), ==, GL_FRAMEBUFFER_COMPLETE);
    glClearColor((argb >> 16 & 0xff) / 255.0, (argb >> 8 & 0xff) / 255.0, (argb & 0xff) / 255.0,
                 (argb >> 24) / 255.0);
    glClear(GL_COLOR_BUFFER_BIT);
    return canvas;
}

void display_test_canvas_clear(Canvas *canvas)
{
    glDeleteFramebuffers(1, &canvas->framebuffer);
    glDeleteTextures(1, &canvas->texture);
}

Picture display_test_canvas_read(const Canvas *canvas)
{
    size_t count = (size_t)canvas->width * canvas->height;
    Picture picture = {canvas->width, canvas->height, g_new(uint32_t, count)};

    glBindFramebuffer(GL_FRAMEBUFFER, canvas->framebuffer);
    glReadPixels(0, 0, canvas->width, canvas->height, GL_RGBA, GL_UNSIGNED_BYTE, picture.pixels);
    for (size_t i = 0; i < count; i++) {
        picture.pixels[i] = swap_red_and_blue(picture.pixels[i]);
    }
    return picture;
}

static bool is_close(uint32_t a, uint32_t b, int tolerance)
{
    for (int shift = 0; shift < 32; shift += 8) {
        if (ABS((int)(a >> shift & 0xff) - (int)(b >> shift & 0xff)) > tolerance) {
            return false;
        }
    }
    return true;
}

void display_test_assert_equal(const Picture *got, const Picture *expected, int tolerance)
{
    g_assert_cmpuint(got->width, ==, expected->width);
    g_assert_cmpuint(got->height, ==, expected->height);
    for (uint32_t y = 0; y < got->height; y++) {
        for (uint32_t x = 0; x < got->width; x++) {
            uint32_t a = *display_test_pixel(got, x, y);
            uint32_t b = *display_test_pixel(expected, x, y);

            if (!is_close(a, b, tolerance)) {
                g_error("pixel (%u, %u) is %08x, expected %08x", x, y, a, b);
            }
        }
    }
}

void display_test_random_region(pixman_region32_t *region, uint32_t width, uint32_t height)
{
    const pixman_box32_t bounds = {.x2 = width, .y2 = height};

    pixman_region32_clear(region);
    for (int i = 0; i < 4; i++) {
        display_damage_add(region, &bounds, g_test_rand_int_range(0, width),
                           g_test_rand_int_range(0, height), g_test_rand_int_range(1, width),
                           g_test_rand_int_range(1, height));
    }
}
