/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A surface that is drawn with GL on its X11 window: in each back buffer just what that one lacks.
 */
#include "qemu/osdep.h"

#include <gdk/gdkx.h>

#include "canvas.h"
#include "gl.h"
#include "ui/display/present.h"
#include "ui/egl/fence.h"
#include "ui/egl/painter.h"

typedef struct WindowSurface {
    DisplayGtkSurface base;
    DisplayGtkGl *gl;
    DisplayPainter *painter;
    EGLSurface window;          /* EGL_NO_SURFACE: to be made, if there is a widget to make it for */
    DisplayDamageRing ring;
} WindowSurface;

static unsigned get_age(void *opaque)
{
    WindowSurface *self = opaque;

    return display_egl_buffer_age(self->gl->egl, self->window);
}

static void draw(void *opaque, const pixman_region32_t *part)
{
    WindowSurface *self = opaque;
    const DisplayTarget target = {
        .width = self->base.scene->width, .height = self->base.scene->height, .bottom_up = true,
    };

    display_painter_draw(self->painter, self->base.scene, &target, part);
    self->base.draws++;
    self->base.pixels += display_damage_area(part);
}

static void swap(void *opaque, const pixman_region32_t *damage)
{
    WindowSurface *self = opaque;

    display_egl_swap(self->gl->egl, self->window, self->base.scene->height, damage);
}

static const DisplayPresentOps present_ops = {.get_age = get_age, .draw = draw, .swap = swap};

static bool make_window(WindowSurface *self)
{
    GdkWindow *window = gtk_widget_get_window(self->base.widget);
    EGLNativeWindowType native;

    if (self->window != EGL_NO_SURFACE) {
        return true;
    }
    if (!window || !self->base.scene->width || !self->base.scene->height) {
        return false;
    }
    native = gdk_x11_window_get_xid(window);
    self->window = eglCreateWindowSurface(self->gl->egl->display, self->gl->egl->config, native, NULL);
    if (self->window == EGL_NO_SURFACE) {
        self->base.owner->failed(self->base.opaque, "EGL cannot draw on the window");
        return false;
    }
    return true;
}

static bool make_painter(WindowSurface *self)
{
    g_autoptr(GError) error = NULL;

    if (!self->painter) {
        /* frames are paced by the head: the main loop must not wait for the monitor */
        eglSwapInterval(self->gl->egl->display, 0);
        self->painter = display_painter_create(self->gl->egl, &error);
        if (!self->painter) {
            self->base.owner->failed(self->base.opaque, error->message);
        }
    }
    return self->painter;
}

/* Brings the view's damage to the texture and the ring. */
static bool take_damage(WindowSurface *self)
{
    DisplayScene *scene = self->base.scene;
    g_autoptr(GError) error = NULL;
    pixman_region32_t damage, part;
    bool taken;

    pixman_region32_init(&damage);
    pixman_region32_init(&part);
    taken = display_view_take_damage(&scene->view, &damage);
    if (taken && !display_painter_update(self->painter, scene, &damage, &error)) {
        self->base.owner->failed(self->base.opaque, error->message);
    }
    display_scene_damage(scene, &damage, &part);
    display_damage_ring_add(&self->ring, &part);
    pixman_region32_fini(&part);
    pixman_region32_fini(&damage);
    return taken;
}

static void window_surface_update(DisplayGtkSurface *surface)
{
    WindowSurface *self = (WindowSurface *)surface;
    EGLContext before;
    bool taken;

    if (!make_window(self)) {
        return;
    }
    before = display_gtk_gl_enter(self->gl, self->window);
    if (make_painter(self)) {
        taken = take_damage(self);
        display_present(&self->ring, &present_ops, self);
        if (taken) {
            surface->owner->taken(surface->opaque,
                                  surface->guest_waits ? display_fence_create(self->gl->egl) : -1);
        }
    }
    display_gtk_gl_leave(self->gl, before);
}

static void window_surface_placed(DisplayGtkSurface *surface)
{
    WindowSurface *self = (WindowSurface *)surface;

    display_damage_ring_reset(&self->ring, surface->scene->width, surface->scene->height);
    gtk_widget_queue_draw(surface->widget);
}

/* The server lost some of the window. */
static gboolean on_draw(GtkWidget *widget, cairo_t *cr, gpointer opaque)
{
    WindowSurface *self = opaque;
    pixman_region32_t whole;

    pixman_region32_init_rect(&whole, 0, 0, self->base.scene->width, self->base.scene->height);
    display_damage_ring_add(&self->ring, &whole);
    pixman_region32_fini(&whole);
    window_surface_update(&self->base);
    return TRUE;
}

static void drop_window(WindowSurface *self)
{
    if (self->window != EGL_NO_SURFACE) {
        eglDestroySurface(self->gl->egl->display, self->window);
        self->window = EGL_NO_SURFACE;
    }
}

static void window_surface_free(DisplayGtkSurface *surface)
{
    WindowSurface *self = (WindowSurface *)surface;
    EGLContext before = display_gtk_gl_enter(self->gl, EGL_NO_SURFACE);

    g_signal_handlers_disconnect_by_data(surface->widget, self);
    display_painter_free(self->painter);
    display_gtk_gl_leave(self->gl, before);
    drop_window(self);
    display_damage_ring_finish(&self->ring);
    g_object_unref(surface->widget);
    g_free(self);
}

static const DisplayGtkSurfaceOps window_surface_ops = {
    .free = window_surface_free,
    .update = window_surface_update,
    .placed = window_surface_placed,
};

DisplayGtkSurface *display_gtk_window_surface_new(DisplayGtkGl *gl)
{
    WindowSurface *self = g_new0(WindowSurface, 1);

    self->base.ops = &window_surface_ops;
    self->base.widget = g_object_ref_sink(display_gtk_canvas_new());
    self->gl = gl;
    self->window = EGL_NO_SURFACE;
    display_damage_ring_init(&self->ring, 0, 0);
    g_signal_connect(self->base.widget, "draw", G_CALLBACK(on_draw), self);
    g_signal_connect_swapped(self->base.widget, "unrealize", G_CALLBACK(drop_window), self);
    return &self->base;
}
