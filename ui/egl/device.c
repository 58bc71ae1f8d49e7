/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayEgl: what an EGL display can do, its contexts, and swapping. */
#include "ui/egl/device.h"

#include <epoxy/gl.h>
#include <gbm.h>
#include <unistd.h>

#include "egl-private.h"
#include "ui/display/damage.h"

G_DEFINE_QUARK(display-egl-error-quark, display_egl_error)

/* Rectangles of one swap; more are joined. */
#define SWAP_RECTANGLES_MAX 32

const char *display_egl_error_name(EGLint error)
{
    switch (error) {
    case EGL_SUCCESS:
        return "no reason given";
    case EGL_NOT_INITIALIZED:
        return "driver not initialized";
    case EGL_BAD_ACCESS:
        return "access denied";
    case EGL_BAD_ALLOC:
        return "out of memory";
    case EGL_BAD_ATTRIBUTE:
        return "attribute not supported";
    case EGL_BAD_MATCH:
        return "combination not supported";
    case EGL_BAD_PARAMETER:
        return "parameter not supported";
    default:
        return "driver error";
    }
}

static void query_features(DisplayEgl *egl)
{
    EGLDisplay display = egl->display;

    egl->has_surfaceless = epoxy_has_egl_extension(display, "EGL_KHR_surfaceless_context");
    egl->has_dmabuf_import = epoxy_has_egl_extension(display, "EGL_EXT_image_dma_buf_import");
    egl->has_modifiers =
        egl->has_dmabuf_import &&
        epoxy_has_egl_extension(display, "EGL_EXT_image_dma_buf_import_modifiers");
    egl->has_dmabuf_export = epoxy_has_egl_extension(display, "EGL_MESA_image_dma_buf_export");
    egl->has_native_fence = epoxy_has_egl_extension(display, "EGL_ANDROID_native_fence_sync");
    egl->has_fence = epoxy_has_egl_extension(display, "EGL_KHR_fence_sync");
    egl->has_partial_update = epoxy_has_egl_extension(display, "EGL_KHR_partial_update");
    egl->has_buffer_age = egl->has_partial_update ||
                          epoxy_has_egl_extension(display, "EGL_EXT_buffer_age");
    egl->swap_with_damage_khr =
        epoxy_has_egl_extension(display, "EGL_KHR_swap_buffers_with_damage");
    egl->has_swap_damage =
        egl->swap_with_damage_khr ||
        epoxy_has_egl_extension(display, "EGL_EXT_swap_buffers_with_damage");
}

static EGLint find_reset_attribute(DisplayEgl *egl)
{
    if (epoxy_egl_version(egl->display) >= 15 ||
        (egl->api == DISPLAY_GL_CORE &&
         epoxy_has_egl_extension(egl->display, "EGL_KHR_create_context"))) {
        return EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY;
    }
    return epoxy_has_egl_extension(egl->display, "EGL_EXT_create_context_robustness")
           ? EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY_EXT : 0;
}

DisplayEgl *display_egl_new(EGLDisplay display, EGLConfig config, DisplayGlApi api)
{
    static unsigned instances;
    g_autofree char *import_key = g_strdup_printf("display-egl-import-%u", instances);
    g_autofree char *picture_key = g_strdup_printf("display-egl-picture-%u", instances++);
    DisplayEgl *egl = g_new0(DisplayEgl, 1);

    egl->display = display;
    egl->config = config;
    egl->api = api;
    egl->share = EGL_NO_CONTEXT;
    egl->render_node = -1;
    g_atomic_ref_count_init(&egl->references);
    egl->import_key = g_quark_from_string(import_key);
    egl->picture_key = g_quark_from_string(picture_key);
    egl->garbage = g_async_queue_new();
    query_features(egl);
    egl->reset_attribute = find_reset_attribute(egl);
    return egl;
}

DisplayEgl *display_egl_adopt(EGLDisplay display)
{
    EGLContext context = eglGetCurrentContext();
    EGLint client_api = EGL_OPENGL_API;
    DisplayEgl *egl;

    eglQueryContext(display, context, EGL_CONTEXT_CLIENT_TYPE, &client_api);
    egl = display_egl_new(display, EGL_NO_CONFIG_KHR,
                          client_api == EGL_OPENGL_ES_API ? DISPLAY_GL_ES : DISPLAY_GL_CORE);
    egl->share = context;
    return egl;
}

DisplayEgl *display_egl_ref(DisplayEgl *egl)
{
    g_atomic_ref_count_inc(&egl->references);
    return egl;
}

void display_egl_unref(DisplayEgl *egl)
{
    if (!egl || !g_atomic_ref_count_dec(&egl->references)) {
        return;
    }
    g_async_queue_unref(egl->garbage);
    if (egl->gbm) {
        /* Nobody else has the display of this very device, and it must not outlive that. */
        eglTerminate(egl->display);
        gbm_device_destroy(egl->gbm);
    }
    if (egl->render_node >= 0) {
        close(egl->render_node);
    }
    g_free(egl);
}

/* `reset_attribute`: of EGL, by which the context is told of resets of the GPU; 0: it is not. */
static EGLContext try_context(DisplayEgl *egl, int major, int minor, EGLint reset_attribute)
{
    const bool core = egl->api == DISPLAY_GL_CORE;
    EGLint attributes[16] = {
        EGL_CONTEXT_MAJOR_VERSION, major,
        EGL_CONTEXT_MINOR_VERSION, minor,
    };
    int n = 4;

    if (core) {
        attributes[n++] = EGL_CONTEXT_OPENGL_PROFILE_MASK;
        attributes[n++] = EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT;
    }
    if (reset_attribute) {
        attributes[n++] = reset_attribute;
        attributes[n++] = EGL_LOSE_CONTEXT_ON_RESET;
    }
    attributes[n] = EGL_NONE;
    eglBindAPI(core ? EGL_OPENGL_API : EGL_OPENGL_ES_API);
    return eglCreateContext(egl->display, egl->config, egl->share, attributes);
}

/*
 * All contexts of a share group are told of resets or none. Drivers may end the process of those who
 * are not.
 */
static EGLContext create_context(DisplayEgl *egl, int major, int minor)
{
    EGLContext context = EGL_NO_CONTEXT;

    if (egl->reset_attribute) {
        context = try_context(egl, major, minor, egl->reset_attribute);
    }
    if (context == EGL_NO_CONTEXT) {
        context = try_context(egl, major, minor, 0);
        if (context != EGL_NO_CONTEXT) {
            egl->reset_attribute = 0;
        }
    }
    return context;
}

EGLContext display_egl_create_context(DisplayEgl *egl, int major, int minor, GError **error)
{
    const bool core = egl->api == DISPLAY_GL_CORE;
    EGLContext context;

    if (major) {
        context = create_context(egl, major, minor);
    } else {
        /* The oldest version that the library works with: drivers answer with their newest. */
        context = core ? create_context(egl, 3, 3) : create_context(egl, 3, 0);
    }
    if (context == EGL_NO_CONTEXT) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                    "no OpenGL%s context of version %d.%d: %s", core ? "" : " ES",
                    major ? major : 3, major ? minor : core ? 3 : 0,
                    display_egl_error_name(eglGetError()));
        return EGL_NO_CONTEXT;
    }
    if (egl->share == EGL_NO_CONTEXT) {
        egl->share = context;
    }
    return context;
}

void display_egl_destroy_context(DisplayEgl *egl, EGLContext context)
{
    if (context == egl->share) {
        egl->share = EGL_NO_CONTEXT;
    }
    eglDestroyContext(egl->display, context);
}

bool display_egl_make_current(DisplayEgl *egl, EGLContext context)
{
    return eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context);
}

unsigned display_egl_buffer_age(DisplayEgl *egl, EGLSurface surface)
{
    EGLint age = 0;

    if (!egl->has_buffer_age ||
        !eglQuerySurface(egl->display, surface, EGL_BUFFER_AGE_EXT, &age)) {
        return 0;
    }
    return MAX(age, 0);
}

/* EGL wants the rectangles from the bottom left corner: x, y, width, height each. */
static int swap_rectangles(const pixman_region32_t *damage, uint32_t height, EGLint *rectangles)
{
    pixman_region32_t simple;
    pixman_box32_t *boxes;
    int count;

    pixman_region32_init(&simple);
    pixman_region32_copy(&simple, (pixman_region32_t *)damage);
    display_damage_simplify(&simple, SWAP_RECTANGLES_MAX);
    boxes = pixman_region32_rectangles(&simple, &count);
    for (int i = 0; i < count; i++) {
        pixman_box32_t box = display_box_flipped(&boxes[i], height);

        *rectangles++ = box.x1;
        *rectangles++ = box.y1;
        *rectangles++ = box.x2 - box.x1;
        *rectangles++ = box.y2 - box.y1;
    }
    pixman_region32_fini(&simple);
    return count;
}

void display_egl_swap(DisplayEgl *egl, EGLSurface surface, uint32_t height,
                      const pixman_region32_t *damage)
{
    EGLint rectangles[4 * SWAP_RECTANGLES_MAX];
    int count = egl->has_swap_damage && damage ? swap_rectangles(damage, height, rectangles) : 0;

    /* Without rectangles everything counts as changed, which is right for both calls. */
    if (!count) {
        eglSwapBuffers(egl->display, surface);
    } else if (egl->swap_with_damage_khr) {
        eglSwapBuffersWithDamageKHR(egl->display, surface, rectangles, count);
    } else {
        eglSwapBuffersWithDamageEXT(egl->display, surface, rectangles, count);
    }
}

void display_egl_collect(DisplayEgl *egl)
{
    GLuint texture;

    while ((texture = GPOINTER_TO_UINT(g_async_queue_try_pop(egl->garbage)))) {
        glDeleteTextures(1, &texture);
    }
}

char *display_egl_describe(DisplayEgl *egl)
{
    const char *renderer =
        eglGetCurrentContext() == EGL_NO_CONTEXT ? NULL : (const char *)glGetString(GL_RENDERER);

    return g_strdup_printf("%s, EGL %s (%s)", eglQueryString(egl->display, EGL_VENDOR),
                           eglQueryString(egl->display, EGL_VERSION),
                           renderer ? renderer : "no context");
}
