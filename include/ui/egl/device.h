/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayEgl: an initialised EGL display and what its driver can do.
 *
 * All contexts made from one DisplayEgl share their objects, so a texture, an import or a shader
 * made under one serves all.  Reference counted; used on the thread that draws, which must have one
 * of its contexts current wherever a function says "needs a current context".
 */
#ifndef UI_EGL_DEVICE_H
#define UI_EGL_DEVICE_H

#include <epoxy/egl.h>
#include <glib.h>
#include <pixman.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum DisplayGlApi {
    DISPLAY_GL_CORE,    /* desktop OpenGL, core profile 3.3 */
    DISPLAY_GL_ES,      /* OpenGL ES 3 */
} DisplayGlApi;

typedef enum DisplayEglError {
    DISPLAY_EGL_ERROR_NO_DISPLAY,   /* no EGL display could be opened */
    DISPLAY_EGL_ERROR_NO_CONTEXT,   /* no GL context of the wanted kind */
    DISPLAY_EGL_ERROR_NO_IMPORT,    /* the driver cannot use this dmabuf */
    DISPLAY_EGL_ERROR_NO_EXPORT,    /* the driver cannot share this texture */
    DISPLAY_EGL_ERROR_NO_TEXTURE,   /* this buffer cannot be drawn from */
} DisplayEglError;

#define DISPLAY_EGL_ERROR display_egl_error_quark()
GQuark display_egl_error_quark(void);

struct gbm_device;

typedef struct DisplayEgl {
    EGLDisplay display;
    EGLConfig config;               /* EGL_NO_CONFIG_KHR after display_egl_adopt() */
    DisplayGlApi api;
    EGLContext share;               /* what new contexts share with; EGL_NO_CONTEXT until one is made */
    int render_node;                /* of a display without windows, else -1 */
    struct gbm_device *gbm;         /* on the render node, or NULL */
    bool has_surfaceless;           /* contexts can be current without a surface */
    bool has_dmabuf_import;
    bool has_modifiers;             /* import with modifiers, and queries of what is supported */
    bool has_dmabuf_export;
    bool has_native_fence;          /* fences as file descriptors */
    bool has_fence;
    bool has_buffer_age;
    bool has_partial_update;
    bool has_swap_damage;

    /* private */
    bool swap_with_damage_khr;      /* rather than the EXT form */
    EGLint reset_attribute;         /* of contexts that are told of resets of the GPU; 0: they are not */
    bool has_told_refusal;
    gatomicrefcount references;
    GQuark import_key;              /* of what hangs on buffers: imports, pictures */
    GQuark picture_key;
    GAsyncQueue *garbage;           /* names of textures whose buffers have gone */
} DisplayEgl;

/*
 * Opens EGL without a window system.
 *
 * `render_node` is the path of a render node, or NULL for the choice that the environment variable
 * VGPU_EGL_DEVICE makes: a path; "surfaceless"; "device" or "device:N" for one of EGL's devices;
 * without it the first render node that works, or else no device at all (surfaceless, then EGL's
 * devices in their order).  NULL with an error that names what was tried.
 */
DisplayEgl *display_egl_open(const char *render_node, DisplayGlApi api, GError **error);

/*
 * Opens EGL on a window system: EGL_PLATFORM_X11_KHR with a Display, EGL_PLATFORM_WAYLAND_KHR ...
 * `visual` is the id of the windows' visual under X11, 0 elsewhere.
 */
DisplayEgl *display_egl_open_windows(EGLenum platform, void *native_display, EGLint visual,
                                     DisplayGlApi api, GError **error);

/*
 * Uses a display that somebody else (a toolkit) opened and whose context is current now; what is
 * made here belongs to that context's share group.  Needs a current context.
 */
DisplayEgl *display_egl_adopt(EGLDisplay display);

DisplayEgl *display_egl_ref(DisplayEgl *egl);
/*
 * Takes NULL.  The EGL display stays initialised, unless it is that of a GBM device opened here: EGL
 * hands the same one to everybody in the process who asks for its platform, and the last user is
 * not known.
 */
void display_egl_unref(DisplayEgl *egl);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayEgl, display_egl_unref)

/*
 * A new context that shares with the others, of at least this version (0: what the
 * library itself needs); the core profile where the API is desktop OpenGL.  EGL_NO_CONTEXT with an error.
 */
EGLContext display_egl_create_context(DisplayEgl *egl, int major, int minor, GError **error);
void display_egl_destroy_context(DisplayEgl *egl, EGLContext context);

/* Makes a context current on this thread without a surface; EGL_NO_CONTEXT takes it away. */
bool display_egl_make_current(DisplayEgl *egl, EGLContext context);

/* Swaps and tells EGL which part changed (top left origin), where it takes that. */
void display_egl_swap(DisplayEgl *egl, EGLSurface surface, uint32_t height,
                      const pixman_region32_t *damage);

/* The age of the back buffer of the current surface, 0 where it is not known. */
unsigned display_egl_buffer_age(DisplayEgl *egl, EGLSurface surface);

/* Deletes the textures whose buffers went meanwhile.  Needs a current context. */
void display_egl_collect(DisplayEgl *egl);

/* A word or two for messages about the driver, e.g. "Mesa Project 1.5 (llvmpipe)"; g_free(). */
char *display_egl_describe(DisplayEgl *egl);

#endif
