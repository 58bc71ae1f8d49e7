/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A libEGL.so.1 that tells what is exported and can keep a device apart from its display. Everything
 * else is left to the real library, which it is linked with.
 *
 * WATCHED_EXPORTS names a file that grows by a byte with each texture that is exported. Where
 * WATCHED_ALONE is set, a context without a configuration does not join another's share group: that is
 * how the device asks for one in the group of a display, whose own contexts have a configuration.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static void *real(const char *name)
{
    static void *library;

    if (!library) {
        library = dlopen(REAL_EGL, RTLD_NOW | RTLD_LOCAL);
    }
    return dlsym(library, name);
}

static void count_export(void)
{
    const char *path = getenv("WATCHED_EXPORTS");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

    if (fd >= 0) {
        if (write(fd, ".", 1) != 1) {
            abort();
        }
        close(fd);
    }
}

static EGLBoolean export_image(EGLDisplay display, EGLImageKHR image, int *fds, EGLint *strides,
                               EGLint *offsets)
{
    __eglMustCastToProperFunctionPointerType (*get)(const char *) = real("eglGetProcAddress");
    PFNEGLEXPORTDMABUFIMAGEMESAPROC export = (PFNEGLEXPORTDMABUFIMAGEMESAPROC)get("eglExportDMABUFImageMESA");

    count_export();
    return export(display, image, fds, strides, offsets);
}

EXPORT EGLContext eglCreateContext(EGLDisplay display, EGLConfig config, EGLContext share,
                                   const EGLint *attributes)
{
    EGLContext (*create)(EGLDisplay, EGLConfig, EGLContext, const EGLint *) = real("eglCreateContext");

    if (getenv("WATCHED_ALONE") && share != EGL_NO_CONTEXT && config == EGL_NO_CONFIG_KHR) {
        return EGL_NO_CONTEXT;
    }
    return create(display, config, share, attributes);
}

EXPORT __eglMustCastToProperFunctionPointerType eglGetProcAddress(const char *name)
{
    __eglMustCastToProperFunctionPointerType (*get)(const char *) = real("eglGetProcAddress");

    if (!strcmp(name, "eglExportDMABUFImageMESA") && get(name)) {
        return (__eglMustCastToProperFunctionPointerType)export_image;
    }
    return get(name);
}
