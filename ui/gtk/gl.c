/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkGl: EGL on the toolkit's connection. */
#include "qemu/osdep.h"

#include "gl.h"

#include <gdk/gdkwayland.h>
#include <gdk/gdkx.h>

#include "qemu/error-report.h"
#include "ui/egl/shared.h"
#include "ui/host/egl.h"

#define SURFACE_VARIABLE "VGPU_GTK_SURFACE"

/* The toolkit's connection, as EGL wants it */
typedef struct Connection {
    EGLenum platform;
    void *native;
    EGLint visual;
} Connection;

static bool get_connection(GdkDisplay *display, Connection *connection)
{
    if (GDK_IS_X11_DISPLAY(display)) {
        GdkVisual *visual = gdk_screen_get_system_visual(gdk_display_get_default_screen(display));

        connection->platform = EGL_PLATFORM_X11_KHR;
        connection->native = gdk_x11_display_get_xdisplay(display);
        connection->visual = XVisualIDFromVisual(gdk_x11_visual_get_xvisual(visual));
        return true;
    }
    if (GDK_IS_WAYLAND_DISPLAY(display)) {
        connection->platform = EGL_PLATFORM_WAYLAND_KHR;
        connection->native = gdk_wayland_display_get_wl_display(display);
        connection->visual = 0;
        return true;
    }
    return false;
}

static DisplayGtkGl *open_windows(const Connection *connection, DisplayGlApi api, GError **error)
{
    g_autoptr(DisplayEgl) egl = display_egl_open_windows(connection->platform, connection->native,
                                                         connection->visual, api, error);
    EGLContext context;
    DisplayGtkGl *gl;

    if (!egl) {
        return NULL;
    }
    context = display_egl_create_context(egl, 0, 0, error);
    if (context == EGL_NO_CONTEXT) {
        return NULL;
    }
    if (!egl->has_surfaceless || !display_egl_make_current(egl, context)) {
        display_egl_destroy_context(egl, context);
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                    "contexts cannot be used without a window (EGL_KHR_surfaceless_context)");
        return NULL;
    }
    gl = g_new0(DisplayGtkGl, 1);
    gl->egl = g_steal_pointer(&egl);
    gl->context = context;
    return gl;
}

DisplayGtkGl *display_gtk_gl_open(GdkDisplay *display, DisplayGLMode mode, GError **error)
{
    Connection connection;
    DisplayGtkGl *gl;

    if (!get_connection(display, &connection)) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_DISPLAY,
                    "no way to draw with GL on this window system");
        return NULL;
    }
    gl = open_windows(&connection, display_host_gl_api(mode), error);
    if (!gl && mode == DISPLAYGL_MODE_ON) {
        gl = open_windows(&connection, DISPLAY_GL_ES, NULL);
        if (gl) {
            g_clear_error(error);
        }
    }
    return gl;
}

void display_gtk_gl_publish(const DisplayGtkGl *gl)
{
    display_host_publish_egl(gl->egl, EGL_NO_CONTEXT);
}

DisplayProvider *display_gtk_gl_provide(DisplayGtkGl *gl, QemuConsole *con,
                                        const DisplayChangeListenerOps *own)
{
    DisplayProvider *provider = g_new0(DisplayProvider, 1);
    EGLContext before = display_gtk_gl_enter(gl, EGL_NO_SURFACE);

    display_provider_init(provider, con, gl->egl, gl->context, own);
    display_gtk_gl_leave(gl, before);
    return provider;
}

EGLContext display_gtk_gl_enter(const DisplayGtkGl *gl, EGLSurface surface)
{
    EGLContext before;

    /* The toolkit remembers what it made current, and is not asked when that changes. */
    gdk_gl_context_clear_current();
    before = eglGetCurrentContext();
    eglMakeCurrent(gl->egl->display, surface, surface, gl->context);
    return before;
}

void display_gtk_gl_leave(const DisplayGtkGl *gl, EGLContext before)
{
    if (before != EGL_NO_CONTEXT && before != gl->context) {
        display_egl_make_current(gl->egl, before);
    } else {
        /* a window's surface may go while nobody draws */
        display_egl_make_current(gl->egl, gl->context);
    }
}

/* Whether the toolkit's context shows what is drawn here: by one pixel of no usual colour */
static bool shows_a_pixel(DisplayGtkGl *gl, GdkGLContext *context, GError **error)
{
    const uint32_t rgb = 0x336699;
    EGLContext before = display_gtk_gl_enter(gl, EGL_NO_SURFACE);
    DisplayShared shared;
    bool shows = false;

    if (display_shared_init(&shared, gl->egl, 1, 1, error)) {
        display_shared_fill(&shared, rgb);
        gdk_gl_context_make_current(context);
        shows = display_shared_shows(&shared, rgb, error);
        display_gtk_gl_enter(gl, EGL_NO_SURFACE);
        display_shared_finish(&shared);
    }
    display_gtk_gl_leave(gl, before);
    return shows;
}

static bool can_use_area(DisplayGtkGl *gl, GdkWindow *window, GError **error)
{
    g_autoptr(GdkGLContext) context = NULL;

    if (GDK_IS_X11_WINDOW(window)) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_CONTEXT,
                    "under X11 GTK draws with GLX, which shows nothing of EGL's");
        return false;
    }
    context = gdk_window_create_gl_context(window, error);
    return context && gdk_gl_context_realize(context, error) && shows_a_pixel(gl, context, error);
}

static bool can_use_window(DisplayGtkGl *gl, GdkWindow *window, GError **error)
{
    EGLSurface surface = EGL_NO_SURFACE;

    if (GDK_IS_X11_WINDOW(window)) {
        surface = eglCreateWindowSurface(gl->egl->display, gl->egl->config,
                                         gdk_x11_window_get_xid(window), NULL);
    }
    if (surface == EGL_NO_SURFACE) {
        g_set_error(error, DISPLAY_EGL_ERROR, DISPLAY_EGL_ERROR_NO_DISPLAY,
                    "EGL does not draw on windows");
        return false;
    }
    eglDestroySurface(gl->egl->display, surface);
    return true;
}

/* Whether a way to draw works here, tried with a window that nobody sees; says so when it does not. */
static bool can_use(DisplayGtkGl *gl, const char *way)
{
    GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    g_autoptr(GError) error = NULL;
    GdkWindow *native;
    bool can;

    gtk_widget_realize(window);
    native = gtk_widget_get_window(window);
    can = !strcmp(way, "area") ? can_use_area(gl, native, &error)
                               : can_use_window(gl, native, &error);
    if (!can) {
        warn_report("gtk: windows are drawn without OpenGL (%s); guests have it; to have both, use another"
                    " driver, or set " SURFACE_VARIABLE "=memory to be content", error->message);
    }
    gtk_widget_destroy(window);
    return can;
}

static const char *wanted_surface(const DisplayGtkGl *gl)
{
    static const char *const ways[] = {"memory", "window", "area", NULL};
    const char *wanted = g_getenv(SURFACE_VARIABLE);

    if (wanted && g_strv_contains(ways, wanted)) {
        return wanted;
    }
    if (wanted) {
        warn_report("gtk: " SURFACE_VARIABLE "=%s is ignored: it can be memory, window or area", wanted);
    }
    if (GDK_IS_X11_DISPLAY(gdk_display_get_default())) {
        return gl->egl->has_buffer_age || gl->egl->has_swap_damage ? "window" : "memory";
    }
    return "area";
}

static const char *best_surface(DisplayGtkGl *gl)
{
    const char *wanted = gl ? wanted_surface(gl) : "memory";

    return strcmp(wanted, "memory") && can_use(gl, wanted) ? wanted : "memory";
}

DisplayGtkSurface *display_gtk_gl_create_surface(DisplayGtkGl *gl)
{
    static const char *best;

    if (!best) {
        best = best_surface(gl);
    }
    if (!strcmp(best, "window")) {
        return display_gtk_window_surface_new(gl);
    }
    if (!strcmp(best, "area")) {
        return display_gtk_area_surface_new(gl);
    }
    return display_gtk_memory_surface_new(gl);
}
