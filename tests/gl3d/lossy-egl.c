/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A libEGL.so.1 of a driver that fails:
 *
 * CONTEXTS=n     it makes no more contexts than that, and no other
 * RESETS=file    the GPU is reset whenever the file grows: contexts that were there before are lost
 * LOSES=current  such contexts cannot be made current; else they say so if they were made to
 *
 * Everything else is left to the real library, which it is linked with.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EXPORT __attribute__((visibility("default")))
#define MAX_CONTEXTS 4096
#define GUILTY_CONTEXT_RESET 0x8253

static struct {
    EGLContext context;
    off_t born;           /* size of the file then */
    bool is_told;         /* of resets */
} contexts[MAX_CONTEXTS];
static int n_contexts;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name)
{
    static void *library;

    if (!library) {
        library = dlopen(REAL_EGL, RTLD_NOW | RTLD_LOCAL);
    }
    return dlsym(library, name);
}

static off_t count_resets(void)
{
    const char *path = getenv("RESETS");
    struct stat file;

    return path && !stat(path, &file) ? file.st_size : 0;
}

static bool wants_to_be_told(const EGLint *attributes)
{
    for (; attributes && *attributes != EGL_NONE; attributes += 2) {
        if (attributes[0] == EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY) {
            return attributes[1] == EGL_LOSE_CONTEXT_ON_RESET;
        }
    }
    return false;
}

/* The last one made of that name: names are used again. */
static bool is_lost(EGLContext context, bool *is_told)
{
    bool lost = false;

    pthread_mutex_lock(&lock);
    for (int i = n_contexts; i--;) {
        if (contexts[i].context == context) {
            lost = contexts[i].born != count_resets();
            *is_told = contexts[i].is_told;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
    return lost;
}

EXPORT EGLContext eglCreateContext(EGLDisplay display, EGLConfig config, EGLContext share,
                                   const EGLint *attributes)
{
    EGLContext (*create)(EGLDisplay, EGLConfig, EGLContext, const EGLint *) = real("eglCreateContext");
    const char *limit = getenv("CONTEXTS");
    EGLContext context = EGL_NO_CONTEXT;

    pthread_mutex_lock(&lock);
    if (n_contexts < (limit ? atoi(limit) : MAX_CONTEXTS)) {
        context = create(display, config, share, attributes);
    }
    if (context != EGL_NO_CONTEXT) {
        contexts[n_contexts].context = context;
        contexts[n_contexts].born = count_resets();
        contexts[n_contexts++].is_told = wants_to_be_told(attributes);
    }
    pthread_mutex_unlock(&lock);
    return context;
}

EXPORT EGLBoolean eglMakeCurrent(EGLDisplay display, EGLSurface draw, EGLSurface read, EGLContext context)
{
    EGLBoolean (*make_current)(EGLDisplay, EGLSurface, EGLSurface, EGLContext) = real("eglMakeCurrent");
    bool is_told;

    return getenv("LOSES") && is_lost(context, &is_told) ? EGL_FALSE
                                                         : make_current(display, draw, read, context);
}

static unsigned get_reset_status(void)
{
    EGLContext (*get_current)(void) = real("eglGetCurrentContext");
    bool is_told = false;

    return is_lost(get_current(), &is_told) && is_told ? GUILTY_CONTEXT_RESET : 0;
}

EXPORT __eglMustCastToProperFunctionPointerType eglGetProcAddress(const char *name)
{
    __eglMustCastToProperFunctionPointerType (*get)(const char *) = real("eglGetProcAddress");

    if (!strcmp(name, "glGetGraphicsResetStatus")) {
        return (__eglMustCastToProperFunctionPointerType)get_reset_status;
    }
    return get(name);
}
