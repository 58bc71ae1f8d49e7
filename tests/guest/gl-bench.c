/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures what a GL program in a guest waits for, and says it on standard
 * output in lines a program can read:
 *
 *   gl-bench: finish us p50 812.0 p99 1930.5 max 2100.1
 *   gl-bench: submits 20000 a second
 *   gl-bench: compiling 150 lines
 *   gl-bench: compiled 150 lines seconds 5.70
 *
 * One thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gl-draw.h"
#include "gl-output.h"

enum { TINY = 16, WARM_UP = 20, LINE_LENGTH = 80 };

static const char vertex[] =
    "attribute vec2 position;\n"
    "varying vec4 place;\n"
    "void main() { place = vec4(position, 0.3, 0.7); gl_Position = vec4(position, 0.0, 1.0); }\n";

static const char tiny_fragment[] =
    "precision mediump float;\n"
    "varying vec4 place;\n"
    "void main() { gl_FragColor = place; }\n";

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void draw_tiny(void)
{
    static const float corners[3][2] = { { -1, -1 }, { 1, -1 }, { -1, 1 } };

    glViewport(0, 0, TINY, TINY);
    glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, corners);
    glEnableVertexAttribArray(0);
    glDrawArrays(GL_TRIANGLES, 0, 3);
}

static bool use(const char *fragment)
{
    GLuint program = vgpu_gl_draw_program(vertex, fragment);

    glUseProgram(program);
    return program != 0;
}

static bool warm_up(void)
{
    if (!use(tiny_fragment)) {
        return false;
    }
    for (int i = 0; i < WARM_UP; i++) {
        draw_tiny();
        glFinish();
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* How long glFinish takes after a draw of nearly nothing. */
static bool measure_finish(int count)
{
    double *taken = calloc(count, sizeof(*taken));

    if (!warm_up()) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        double started;

        draw_tiny();
        started = now();
        glFinish();
        taken[i] = (now() - started) * 1e6;
    }
    qsort(taken, count, sizeof(*taken), compare);
    printf("gl-bench: finish us p50 %.1f p99 %.1f max %.1f\n", taken[count / 2],
           taken[count * 99 / 100], taken[count - 1]);
    free(taken);
    return true;
}

/* How many command buffers of one draw go in a second. */
static bool measure_submits(int count)
{
    double started;

    if (!warm_up()) {
        return false;
    }
    started = now();
    for (int i = 0; i < count; i++) {
        draw_tiny();
        glFlush();
    }
    glFinish();
    printf("gl-bench: submits %.0f a second\n", count / (now() - started));
    return true;
}

/* A fragment shader of so many lines, each of which needs the one before. */
static char *long_shader(int lines)
{
    size_t size = (lines + 8) * LINE_LENGTH, used;
    char *text = malloc(size);

    used = snprintf(text, size, "precision highp float;\nvarying vec4 place;\n"
                    "void main() {\n    vec4 c = place;\n");
    for (int i = 0; i < lines; i++) {
        used += snprintf(text + used, size - used,
                         "    c = sin(c.yzwx * %d.5 + cos(c.wxyz)) + 0.%d;\n", i % 7 + 1, i % 9 + 1);
    }
    snprintf(text + used, size - used, "    gl_FragColor = c;\n}\n");
    return text;
}

/* How long it takes until something was drawn by it. */
static bool measure_compile(int lines)
{
    char *text = long_shader(lines);
    double started;
    bool good;

    if (!warm_up()) {
        return false;
    }
    printf("gl-bench: compiling %d lines\n", lines);
    started = now();
    good = use(text);
    draw_tiny();
    glFinish();
    printf("gl-bench: compiled %d lines seconds %.2f\n", lines, now() - started);
    free(text);
    return good;
}

static bool measure(const char *what, int count)
{
    if (strcmp(what, "finish") == 0) {
        return measure_finish(count);
    }
    if (strcmp(what, "submits") == 0) {
        return measure_submits(count);
    }
    if (strcmp(what, "compile") == 0) {
        return measure_compile(count);
    }
    fprintf(stderr, "usage: gl-bench finish|submits TIMES | gl-bench compile LINES\n");
    return false;
}

int main(int argc, char **argv)
{
    VgpuGlOutput output;
    bool good;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 3 || atoi(argv[2]) < 1) {
        return measure("", 0) ? 0 : 2;
    }
    good = vgpu_gl_output_open(&output, "/dev/dri/card0");
    if (good) {
        vgpu_gl_output_choose_mode(&output, 0, 0);
        good = vgpu_gl_output_start(&output) && measure(argv[1], atoi(argv[2]));
    }
    vgpu_gl_output_close(&output);
    return good ? 0 : 1;
}
