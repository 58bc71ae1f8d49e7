/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GL without a window or a GPU, and pictures to compare with, for the tests of ui/egl.
 */
#ifndef TESTS_GL_FIXTURE_H
#define TESTS_GL_FIXTURE_H

#include <epoxy/gl.h>

#include "ui/display/view.h"
#include "ui/egl/device.h"
#include "ui/egl/texture.h"

/* A context of one API, current while a test runs */
typedef struct GlFixture {
    DisplayEgl *egl;
    EGLContext context;
} GlFixture;

typedef void GlTest(GlFixture *fixture);

/* Adds a test for both APIs, as PATH/core and PATH/es; skipped with the reason where there is none. */
void display_test_add(const char *path, GlTest *test);

/* A picture in memory, 0xaarrggbb */
typedef struct Picture {
    uint32_t width;
    uint32_t height;
    uint32_t *pixels;
} Picture;

Picture display_test_picture(uint32_t width, uint32_t height, uint32_t seed);
void display_test_picture_clear(Picture *picture);
uint32_t *display_test_pixel(const Picture *picture, int x, int y);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Picture, display_test_picture_clear)

/* A framebuffer of RGBA bytes, bound; filled with one colour */
typedef struct Canvas {
    GLuint texture;
    GLuint framebuffer;
    uint32_t width;
    uint32_t height;
} Canvas;

Canvas display_test_canvas(uint32_t width, uint32_t height, uint32_t argb);
void display_test_canvas_clear(Canvas *canvas);
/* What is on it, row 0 first. */
Picture display_test_canvas_read(const Canvas *canvas);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Canvas, display_test_canvas_clear)

/* A texture that holds the picture as RGBA bytes, row 0 first */
DisplayTexture display_test_texture(const Picture *picture);

/* Fails with the first pixel that differs by more than `tolerance` in a channel. */
void display_test_assert_equal(const Picture *got, const Picture *expected, int tolerance);

/* Random rectangles within width x height */
void display_test_random_region(pixman_region32_t *region, uint32_t width, uint32_t height);

#endif
