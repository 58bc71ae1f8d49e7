/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs of shaders, see gl-draw.h. */
#include "gl-draw.h"

#include <stdio.h>

static GLuint compile(GLenum kind, const char *source)
{
    GLuint shader = glCreateShader(kind);
    GLint good = 0;
    char log[1024];

    glShaderSource(shader, 1, &source, NULL);
    glCompileShader(shader);
    glGetShaderiv(shader, GL_COMPILE_STATUS, &good);
    if (!good) {
        glGetShaderInfoLog(shader, sizeof(log), NULL, log);
        fprintf(stderr, "gl-draw: a shader does not compile:\n%s\n", log);
    }
    return shader;
}

GLuint vgpu_gl_draw_program(const char *vertex, const char *fragment)
{
    GLuint shaders[] = {
        compile(GL_VERTEX_SHADER, vertex), compile(GL_FRAGMENT_SHADER, fragment),
    };
    GLuint program = glCreateProgram();
    GLint good = 0;

    for (int i = 0; i < 2; i++) {
        glAttachShader(program, shaders[i]);
        glDeleteShader(shaders[i]);
    }
    glBindAttribLocation(program, 0, "position");
    glBindAttribLocation(program, 1, "extra");
    glLinkProgram(program);
    glGetProgramiv(program, GL_LINK_STATUS, &good);
    if (!good) {
        fprintf(stderr, "gl-draw: a program does not link\n");
        glDeleteProgram(program);
        return 0;
    }
    return program;
}
