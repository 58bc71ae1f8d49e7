/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A libEGL.so.1 whose windows have BUFFERS back buffers in turn, say how old each is, and bring to the
 * screen what they are told has changed and nothing else, or all with WHOLE_BUFFERS: both must be the
 * same picture. Drivers of software have neither. It keeps the buffers and the screen as textures, and
 * swaps what they add up to with the real library. Each swap appends a line to SWAPS: how many pixels
 * it was told. With TELL_ONLY all is left to the real library, whose buffers have no age.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define EXTENSIONS " EGL_EXT_buffer_age EGL_KHR_swap_buffers_with_damage EGL_EXT_swap_buffers_with_damage"
#define BUFFERS_MAX 4
#define WINDOWS_MAX 64

typedef __eglMustCastToProperFunctionPointerType Function;

/* Framebuffers of the size of a window */
typedef struct Window {
    EGLSurface surface;
    EGLint width, height;
    GLuint buffers[BUFFERS_MAX];    /* 0: was never drawn */
    GLuint screen;
    int current;
} Window;

static Window windows[WINDOWS_MAX];

static void *real(const char *name)
{
    static void *library;
    Function (*get)(const char *);
    void *symbol;

    if (!library) {
        library = dlopen(REAL_EGL, RTLD_NOW | RTLD_LOCAL);
    }
    symbol = dlsym(library, name);
    get = dlsym(library, "eglGetProcAddress");
    return symbol ? symbol : (void *)get(name);
}

#define CALL(type, name) ((type)real(#name))
#define gl_bind CALL(PFNGLBINDFRAMEBUFFERPROC, glBindFramebuffer)

static int n_buffers(void)
{
    const char *value = getenv("BUFFERS");

    return value ? atoi(value) : 2;
}

static Window *find(EGLSurface surface)
{
    for (int i = 0; i < WINDOWS_MAX; i++) {
        if (windows[i].surface == surface || !windows[i].surface) {
            windows[i].surface = surface;
            return &windows[i];
        }
    }
    abort();
}

static GLuint make_buffer(const Window *window)
{
    GLuint texture, framebuffer;

    CALL(void (*)(GLsizei, GLuint *), glGenTextures)(1, &texture);
    CALL(void (*)(GLenum, GLuint), glBindTexture)(GL_TEXTURE_2D, texture);
    CALL(PFNGLTEXSTORAGE2DPROC, glTexStorage2D)(GL_TEXTURE_2D, 1, GL_RGBA8, window->width, window->height);
    CALL(void (*)(GLenum, GLuint), glBindTexture)(GL_TEXTURE_2D, 0);
    CALL(PFNGLGENFRAMEBUFFERSPROC, glGenFramebuffers)(1, &framebuffer);
    gl_bind(GL_FRAMEBUFFER, framebuffer);
    CALL(PFNGLFRAMEBUFFERTEXTURE2DPROC, glFramebufferTexture2D)(
        GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
    return framebuffer;
}

static void copy(GLuint from, GLuint to, const EGLint *box)
{
    gl_bind(GL_READ_FRAMEBUFFER, from);
    gl_bind(GL_DRAW_FRAMEBUFFER, to);
    CALL(PFNGLBLITFRAMEBUFFERPROC, glBlitFramebuffer)(
        box[0], box[1], box[0] + box[2], box[1] + box[3], box[0], box[1], box[0] + box[2],
        box[1] + box[3], GL_COLOR_BUFFER_BIT, GL_NEAREST);
}

/* A window of another size has new buffers. (The old ones stay: tests are short.) */
static void follow_size(EGLDisplay display, Window *window)
{
    EGLBoolean (*query)(EGLDisplay, EGLSurface, EGLint, EGLint *) = real("eglQuerySurface");
    EGLint width, height;

    query(display, window->surface, EGL_WIDTH, &width);
    query(display, window->surface, EGL_HEIGHT, &height);
    if (width != window->width || height != window->height) {
        *window = (Window) {.surface = window->surface, .width = width, .height = height};
    }
}

static void record(const EGLint *boxes, EGLint count)
{
    const char *path = getenv("SWAPS");
    FILE *file = path ? fopen(path, "a") : NULL;
    long pixels = 0;

    for (int i = 0; i < count; i++) {
        pixels += (long)boxes[4 * i + 2] * boxes[4 * i + 3];
    }
    if (file) {
        fprintf(file, "%ld\n", pixels);
        fclose(file);
    }
}

static EGLBoolean swap_with_damage(EGLDisplay display, EGLSurface surface, const EGLint *boxes,
                                   EGLint count)
{
    EGLBoolean (*real_swap)(EGLDisplay, EGLSurface) = real("eglSwapBuffers");
    Window *window = find(surface);
    EGLint all[4] = {0};
    EGLBoolean swapped;

    record(boxes, count);
    if (getenv("TELL_ONLY")) {
        return real_swap(display, surface);
    }
    follow_size(display, window);
    all[2] = window->width;
    all[3] = window->height;
    if (!window->screen) {
        window->screen = make_buffer(window);
    }
    if (!window->buffers[window->current]) {
        window->buffers[window->current] = make_buffer(window);
    }
    copy(0, window->buffers[window->current], all);
    if (getenv("WHOLE_BUFFERS")) {
        copy(0, window->screen, all);
    }
    for (int i = 0; i < count; i++) {
        copy(0, window->screen, boxes + 4 * i);
    }
    copy(window->screen, 0, all);
    gl_bind(GL_FRAMEBUFFER, 0);
    swapped = real_swap(display, surface);
    window->current = (window->current + 1) % n_buffers();
    if (window->buffers[window->current]) {
        copy(window->buffers[window->current], 0, all);
    }
    gl_bind(GL_FRAMEBUFFER, 0);
    return swapped;
}

static EGLBoolean swap(EGLDisplay display, EGLSurface surface)
{
    Window *window = find(surface);
    EGLint all[4] = {0};

    follow_size(display, window);
    all[2] = window->width;
    all[3] = window->height;
    return swap_with_damage(display, surface, all, 1);
}

static EGLBoolean query_surface(EGLDisplay display, EGLSurface surface, EGLint attribute, EGLint *value)
{
    Window *window = find(surface);

    if (attribute == EGL_BUFFER_AGE_EXT) {
        follow_size(display, window);
        *value = window->buffers[window->current] ? n_buffers() : 0;
        return EGL_TRUE;
    }
    return CALL(EGLBoolean (*)(EGLDisplay, EGLSurface, EGLint, EGLint *), eglQuerySurface)(
        display, surface, attribute, value);
}

static EGLBoolean destroy_surface(EGLDisplay display, EGLSurface surface)
{
    *find(surface) = (Window) {.surface = (EGLSurface)windows};   /* nobody's */
    return CALL(EGLBoolean (*)(EGLDisplay, EGLSurface), eglDestroySurface)(display, surface);
}

/* With NO_WINDOWS there are none. */
EXPORT EGLSurface eglCreateWindowSurface(EGLDisplay display, EGLConfig config, EGLNativeWindowType native,
                                         const EGLint *attributes)
{
    EGLSurface (*create)(EGLDisplay, EGLConfig, EGLNativeWindowType, const EGLint *) =
        real("eglCreateWindowSurface");

    return getenv("NO_WINDOWS") ? EGL_NO_SURFACE : create(display, config, native, attributes);
}

EXPORT EGLBoolean eglSwapBuffers(EGLDisplay display, EGLSurface surface)
{
    return swap(display, surface);
}

EXPORT EGLBoolean eglQuerySurface(EGLDisplay display, EGLSurface surface, EGLint attribute, EGLint *value)
{
    return query_surface(display, surface, attribute, value);
}

EXPORT EGLBoolean eglDestroySurface(EGLDisplay display, EGLSurface surface)
{
    return destroy_surface(display, surface);
}

EXPORT const char *eglQueryString(EGLDisplay display, EGLint name)
{
    static char *extended;
    const char *text = CALL(const char *(*)(EGLDisplay, EGLint), eglQueryString)(display, name);

    if (name != EGL_EXTENSIONS || !text || display == EGL_NO_DISPLAY) {
        return text;
    }
    if (!extended && asprintf(&extended, "%s" EXTENSIONS, text) < 0) {
        abort();
    }
    return extended;
}

EXPORT Function eglGetProcAddress(const char *name)
{
    static const struct {
        const char *name;
        Function function;
    } own[] = {
        {"eglSwapBuffers", (Function)swap},
        {"eglSwapBuffersWithDamageKHR", (Function)swap_with_damage},
        {"eglSwapBuffersWithDamageEXT", (Function)swap_with_damage},
        {"eglQuerySurface", (Function)query_surface},
        {"eglDestroySurface", (Function)destroy_surface},
    };

    for (unsigned i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (!strcmp(name, own[i].name)) {
            return own[i].function;
        }
    }
    return CALL(Function (*)(const char *), eglGetProcAddress)(name);
}
