/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A libEGL.so.1 that exports textures as drivers of real hardware do: in as many planes as PLANES
 * says (one), all in the buffer of the first where PLANES_IN_ONE is set. Everything else is left to
 * the real library, which it is linked with. The planes are memfds that say which they are, and the
 * modifier counts the exports, unless PLANES_MODIFIER is one.
 *
 * With REFUSE_IMPORT textures can be shared in no other way, and imports are offered and refused.
 *
 * Preloaded, it has any file pass for a render node, too, for displays that need one.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define EXPORTS " EGL_MESA_image_dma_buf_export"
#define IMPORTS " EGL_EXT_image_dma_buf_import"
#define OTHER_WAY "EGL_KHR_gl_texture_2D_image"

static EGLuint64KHR exports;
static EGLBoolean has_node;     /* a display was asked for on what passes for a render node */

static void *real(const char *name)
{
    static void *library;

    if (!library) {
        library = dlopen(REAL_EGL, RTLD_NOW | RTLD_LOCAL);
    }
    return dlsym(library, name);
}

static int n_planes(void)
{
    const char *value = getenv("PLANES");

    return value ? atoi(value) : 1;
}

static EGLBoolean export_query(EGLDisplay display, EGLImageKHR image, int *fourcc, int *planes,
                               EGLuint64KHR *modifiers)
{
    exports++;
    *fourcc = 0x34325258;   /* XR24 */
    *planes = n_planes();
    if (modifiers) {
        const char *modifier = getenv("PLANES_MODIFIER");

        *modifiers = modifier ? strtoull(modifier, NULL, 0) : 0x0100000000000000 | exports;
    }
    return EGL_TRUE;
}

static int make_plane(int number)
{
    int fd = memfd_create("plane", MFD_CLOEXEC);
    const char name[8] = { 'p', 'l', 'a', 'n', 'e', ' ', '0' + number };

    /* long enough to be mapped as a picture, though there is none in it */
    return write(fd, name, sizeof(name)) == sizeof(name) && !ftruncate(fd, 64 << 20) ? fd : -1;
}

static EGLBoolean export_image(EGLDisplay display, EGLImageKHR image, int *fds, EGLint *strides,
                               EGLint *offsets)
{
    for (int i = 0; i < n_planes(); i++) {
        fds[i] = i && getenv("PLANES_IN_ONE") ? -1 : make_plane(i);
        if (strides) {
            strides[i] = 4096 >> i;
        }
        if (offsets) {
            offsets[i] = 512 * i;
        }
    }
    return EGL_TRUE;
}

EXPORT const char *eglQueryString(EGLDisplay display, EGLint name)
{
    static char *extended;
    const char *(*query)(EGLDisplay, EGLint) = real("eglQueryString");
    const char *text = query(display, name);

    if (name != EGL_EXTENSIONS || !text || display == EGL_NO_DISPLAY) {
        return text;
    }
    if (!extended) {
        bool refuses = getenv("REFUSE_IMPORT");
        char *other;

        if (asprintf(&extended, "%s%s%s", text, EXPORTS, refuses ? IMPORTS : "") < 0) {
            abort();
        }
        other = refuses ? strstr(extended, OTHER_WAY) : NULL;
        if (other) {
            memset(other, 'x', strlen(OTHER_WAY));
        }
    }
    return extended;
}

static EGLImageKHR create_image(EGLDisplay display, EGLContext context, EGLenum target,
                                EGLClientBuffer buffer, const EGLint *attributes)
{
    PFNEGLCREATEIMAGEKHRPROC create = real("eglCreateImageKHR");

    if (!create) {
        __eglMustCastToProperFunctionPointerType (*get)(const char *) = real("eglGetProcAddress");

        create = (PFNEGLCREATEIMAGEKHRPROC)get("eglCreateImageKHR");
    }
    return target == EGL_LINUX_DMA_BUF_EXT ? EGL_NO_IMAGE_KHR
                                           : create(display, context, target, buffer, attributes);
}

/* libgbm's, whose results only come back to get_platform_display(). */
EXPORT void *gbm_create_device(int fd)
{
    return &exports;
}

EXPORT void gbm_device_destroy(void *device)
{
}

static EGLDisplay get_platform_display(EGLenum platform, void *native, const EGLint *attributes)
{
    __eglMustCastToProperFunctionPointerType (*get)(const char *) = real("eglGetProcAddress");
    PFNEGLGETPLATFORMDISPLAYEXTPROC get_display =
        (PFNEGLGETPLATFORMDISPLAYEXTPROC)get("eglGetPlatformDisplayEXT");

    if (native != &exports) {
        return get_display(platform, native, attributes);
    }
    has_node = EGL_TRUE;
    return get_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
}

EXPORT EGLBoolean eglChooseConfig(EGLDisplay display, const EGLint *attributes, EGLConfig *configs,
                                  EGLint size, EGLint *count)
{
    EGLBoolean (*choose)(EGLDisplay, const EGLint *, EGLConfig *, EGLint, EGLint *) =
        real("eglChooseConfig");
    EGLint wanted[64];
    int i;

    if (!has_node) {
        return choose(display, attributes, configs, size, count);
    }
    for (i = 0; attributes[i] != EGL_NONE && i < 60; i += 2) {
        wanted[i] = attributes[i];
        wanted[i + 1] = attributes[i] == EGL_SURFACE_TYPE ? EGL_PBUFFER_BIT : attributes[i + 1];
    }
    wanted[i] = EGL_NONE;
    return choose(display, wanted, configs, size, count);
}

EXPORT __eglMustCastToProperFunctionPointerType eglGetProcAddress(const char *name)
{
    __eglMustCastToProperFunctionPointerType (*get)(const char *) = real("eglGetProcAddress");

    if (!strcmp(name, "eglExportDMABUFImageQueryMESA")) {
        return (__eglMustCastToProperFunctionPointerType)export_query;
    }
    if (!strcmp(name, "eglExportDMABUFImageMESA")) {
        return (__eglMustCastToProperFunctionPointerType)export_image;
    }
    if (!strcmp(name, "eglCreateImageKHR") && getenv("REFUSE_IMPORT")) {
        return (__eglMustCastToProperFunctionPointerType)create_image;
    }
    if (!strcmp(name, "eglGetPlatformDisplayEXT")) {
        return (__eglMustCastToProperFunctionPointerType)get_platform_display;
    }
    return get(name);
}
