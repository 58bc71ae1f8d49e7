/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Uses buffers of GL that stay mapped: what the program writes to one, GL copies to another, where
 * the program reads it.  Says on standard output:
 *
 *   gl-persistent: renderer virgl (LLVMPIPE)
 *   gl-persistent: mapped          (and waits for a line on standard input)
 *   gl-persistent: wrong bytes 0
 *
 * One thread.
 */
#include <epoxy/egl.h>
#include <epoxy/gl.h>
#include <fcntl.h>
#include <gbm.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    N_BUFFERS = 4,
    SIZE = 256 * 1024,
};

typedef struct Buffers {
    GLuint names[N_BUFFERS];
    uint8_t *bytes[N_BUFFERS];
} Buffers;

static bool make_current(const char *device)
{
    static const EGLint config[] = { EGL_RENDERABLE_TYPE, EGL_OPENGL_ES3_BIT, EGL_NONE };
    static const EGLint version[] = { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_NONE };
    int fd = open(device, O_RDWR | O_CLOEXEC);
    struct gbm_device *gbm = fd < 0 ? NULL : gbm_create_device(fd);
    EGLDisplay display = gbm ? eglGetPlatformDisplayEXT(EGL_PLATFORM_GBM_KHR, gbm, NULL) : EGL_NO_DISPLAY;
    EGLContext context;
    EGLConfig chosen;
    EGLint n;

    if (!eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_ES_API) ||
        !eglChooseConfig(display, config, &chosen, 1, &n) || !n) {
        return false;
    }
    context = eglCreateContext(display, chosen, EGL_NO_CONTEXT, version);
    return context != EGL_NO_CONTEXT && eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context);
}

static bool map(Buffers *buffers)
{
    const GLbitfield flags = GL_MAP_READ_BIT | GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT_EXT |
                             GL_MAP_COHERENT_BIT_EXT;

    glGenBuffers(N_BUFFERS, buffers->names);
    for (int i = 0; i < N_BUFFERS; i++) {
        glBindBuffer(GL_COPY_WRITE_BUFFER, buffers->names[i]);
        glBufferStorageEXT(GL_COPY_WRITE_BUFFER, SIZE, NULL, flags);
        buffers->bytes[i] = glMapBufferRange(GL_COPY_WRITE_BUFFER, 0, SIZE, flags);
        if (!buffers->bytes[i]) {
            return false;
        }
    }
    return true;
}

static uint8_t pattern(unsigned at)
{
    return at * 7 + (at >> 8) * 13 + 5;
}

/* From the first buffer to all others; returns the bytes that did not arrive. */
static unsigned copy(const Buffers *buffers)
{
    unsigned wrong = 0;

    for (unsigned at = 0; at < SIZE; at++) {
        buffers->bytes[0][at] = pattern(at);
    }
    glBindBuffer(GL_COPY_READ_BUFFER, buffers->names[0]);
    for (int i = 1; i < N_BUFFERS; i++) {
        glBindBuffer(GL_COPY_WRITE_BUFFER, buffers->names[i]);
        glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, SIZE);
    }
    glFinish();
    for (int i = 1; i < N_BUFFERS; i++) {
        for (unsigned at = 0; at < SIZE; at++) {
            wrong += buffers->bytes[i][at] != pattern(at);
        }
    }
    return wrong;
}

int main(int argc, char **argv)
{
    Buffers buffers;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!make_current(argc > 1 ? argv[1] : "/dev/dri/card0")) {
        fprintf(stderr, "gl-persistent: no GL\n");
        return 1;
    }
    printf("gl-persistent: renderer %s\n", glGetString(GL_RENDERER));
    if (!epoxy_has_gl_extension("GL_EXT_buffer_storage")) {
        fprintf(stderr, "gl-persistent: no buffer storage\n");
        return 1;
    }
    if (!map(&buffers)) {
        fprintf(stderr, "gl-persistent: a buffer is not mapped\n");
        return 1;
    }
    printf("gl-persistent: mapped\n");
    getchar();
    printf("gl-persistent: wrong bytes %u\n", copy(&buffers));
    return 0;
}
