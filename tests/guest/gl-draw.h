/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the GL programs share: making a program of two shaders, with a word on
 * standard error when that fails.  The context is the current one.
 */
#ifndef TESTS_GUEST_GL_DRAW_H
#define TESTS_GUEST_GL_DRAW_H

#include <epoxy/gl.h>
#include <stdbool.h>

/*
 * A program of two shaders' sources; 0 on failure.  The attributes `position`
 * and `extra` have the locations 0 and 1.
 */
GLuint vgpu_gl_draw_program(const char *vertex, const char *fragment);

#endif
