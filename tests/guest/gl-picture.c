/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The picture that tests know: each part is there for something that can go
 * wrong between a guest's GL and the screen.  The screen has 16 x 10 cells;
 * tests/vgpu/glpicture.py has the same list.
 */
#include "gl-scene.h"

#include <stdio.h>

#include "gl-draw.h"

enum { TEXELS = 8, TARGET_SIZE = 64 };

/* Cells, from the top left corner of the screen. */
typedef struct Area {
    float x0, y0, x1, y1;
} Area;

static const Area whole = { 0, 0, 16, 10 };
static const Area near_area = { 1, 1, 4, 4 };
static const Area far_area = { 2, 2, 6, 5 };
static const Area texture_area = { 8, 1, 12, 5 };
static const Area blended_area = { 5, 3, 9, 6 };
static const Area target_area = { 7, 6, 11, 9 };

static GLuint plain_program, texture_program;
static GLint plain_colour, plain_slope, plain_depth;
static GLuint checker_texture, target_texture, target_framebuffer;

/* Positions come in cells; what is added along the axes makes a slope of colours. */
static const char plain_vertex[] =
    "attribute vec2 position;\n"
    "uniform float depth;\n"
    "varying vec2 place;\n"
    "void main() {\n"
    "    place = position / vec2(16.0, 10.0);\n"
    "    gl_Position = vec4(place.x * 2.0 - 1.0, 1.0 - place.y * 2.0, depth, 1.0);\n"
    "}\n";

static const char plain_fragment[] =
    "precision highp float;\n"
    "uniform vec4 colour;\n"
    "uniform vec2 slope;\n"
    "varying vec2 place;\n"
    "void main() { gl_FragColor = colour + vec4(place * slope, 0.0, 0.0); }\n";

static const char texture_vertex[] =
    "attribute vec2 position;\n"
    "attribute vec2 extra;\n"
    "varying vec2 texel;\n"
    "void main() {\n"
    "    vec2 place = position / vec2(16.0, 10.0);\n"
    "    texel = extra;\n"
    "    gl_Position = vec4(place.x * 2.0 - 1.0, 1.0 - place.y * 2.0, 0.0, 1.0);\n"
    "}\n";

static const char texture_fragment[] =
    "precision highp float;\n"
    "uniform sampler2D image;\n"
    "varying vec2 texel;\n"
    "void main() { gl_FragColor = texture2D(image, texel); }\n";

static GLuint make_texture(int size, const void *pixels)
{
    GLuint texture;

    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, size, size, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
    return texture;
}

/* Texel (i, j) is (32 i + 16, 32 j + 16, 255 or 0 like a chess board). */
static GLuint make_checker(void)
{
    uint8_t pixels[TEXELS][TEXELS][4];

    for (int j = 0; j < TEXELS; j++) {
        for (int i = 0; i < TEXELS; i++) {
            pixels[j][i][0] = 32 * i + 16;
            pixels[j][i][1] = 32 * j + 16;
            pixels[j][i][2] = (i ^ j) & 1 ? 255 : 0;
            pixels[j][i][3] = 255;
        }
    }
    return make_texture(TEXELS, pixels);
}

static bool make_target(void)
{
    target_texture = make_texture(TARGET_SIZE, NULL);
    glGenFramebuffers(1, &target_framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, target_framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D,
                           target_texture, 0);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        fprintf(stderr, "gl-picture: a framebuffer is not complete\n");
        return false;
    }
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    return true;
}

static bool prepare(void)
{
    plain_program = vgpu_gl_draw_program(plain_vertex, plain_fragment);
    texture_program = vgpu_gl_draw_program(texture_vertex, texture_fragment);
    if (!plain_program || !texture_program) {
        return false;
    }
    plain_colour = glGetUniformLocation(plain_program, "colour");
    plain_slope = glGetUniformLocation(plain_program, "slope");
    plain_depth = glGetUniformLocation(plain_program, "depth");
    checker_texture = make_checker();
    return make_target();
}

static void draw_corners(const float (*corners)[2], int count, GLenum kind)
{
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, corners);
    glEnableVertexAttribArray(0);
    glDrawArrays(kind, 0, count);
}

static void draw_area(const Area *a)
{
    const float corners[4][2] = {
        { a->x0, a->y0 }, { a->x1, a->y0 }, { a->x0, a->y1 }, { a->x1, a->y1 },
    };

    draw_corners(corners, 4, GL_TRIANGLE_STRIP);
}

static void use_plain(float red, float green, float blue, float alpha)
{
    glUseProgram(plain_program);
    glUniform4f(plain_colour, red, green, blue, alpha);
    glUniform2f(plain_slope, 0, 0);
    glUniform1f(plain_depth, 0);
}

/* Red from left to right, green from top to bottom, blue by the frame. */
static void draw_ground(uint32_t frame)
{
    use_plain(0, 0, (frame * 8 & 255) / 255.0f, 1);
    glUniform2f(plain_slope, 1, 1);
    draw_area(&whole);
}

/* The near one comes first, and still hides a part of the far one. */
static void draw_depths(void)
{
    glEnable(GL_DEPTH_TEST);
    use_plain(1, 0.2f, 0, 1);
    glUniform1f(plain_depth, -0.5f);
    draw_area(&near_area);
    use_plain(0, 0.2f, 1, 1);
    glUniform1f(plain_depth, 0.5f);
    draw_area(&far_area);
    glDisable(GL_DEPTH_TEST);
}

static void draw_textured(const Area *area, GLuint texture)
{
    static const float texels[4][2] = { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 } };

    glUseProgram(texture_program);
    glBindTexture(GL_TEXTURE_2D, texture);
    glVertexAttribPointer(1, 2, GL_FLOAT, GL_FALSE, 0, texels);
    glEnableVertexAttribArray(1);
    draw_area(area);
    glDisableVertexAttribArray(1);
}

/* Half of what is there and half white. */
static void draw_blended(void)
{
    glEnable(GL_BLEND);
    glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
    use_plain(1, 1, 1, 0.5f);
    draw_area(&blended_area);
    glDisable(GL_BLEND);
}

static void draw_triangle(void)
{
    static const float corners[3][2] = { { 1, 9 }, { 5, 9 }, { 3, 6 } };

    use_plain(0, 1, 0, 1);
    draw_corners(corners, 3, GL_TRIANGLES);
}

/* Drawn into a texture: yellow, cyan where x and y of GL are least. */
static void draw_target(int width, int height)
{
    glBindFramebuffer(GL_FRAMEBUFFER, target_framebuffer);
    glViewport(0, 0, TARGET_SIZE, TARGET_SIZE);
    glClearColor(1, 1, 0, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 0, TARGET_SIZE / 2, TARGET_SIZE / 4);
    glClearColor(0, 1, 1, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glDisable(GL_SCISSOR_TEST);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glViewport(0, 0, width, height);
    draw_textured(&target_area, target_texture);
}

/* Grows from the bottom, by the frame. */
static void draw_bar(uint32_t frame)
{
    const Area bar = { 13, 9 - (float)(frame % 9), 15, 9 };

    use_plain(1, 0.6f, 0, 1);
    draw_area(&bar);
}

static void draw(int width, int height, uint32_t frame)
{
    glViewport(0, 0, width, height);
    glClearColor(0, 0, 0, 1);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    draw_ground(frame);
    draw_depths();
    draw_textured(&texture_area, checker_texture);
    draw_blended();
    draw_triangle();
    draw_target(width, height);
    draw_bar(frame);
}

const VgpuGlScene vgpu_gl_picture = {
    .name = "picture", .prepare = prepare, .draw = draw,
};
