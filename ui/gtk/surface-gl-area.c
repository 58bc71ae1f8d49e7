/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A surface that is drawn with GL and shown by a GtkGLArea, for Wayland.
 *
 * The toolkit's contexts are its own: those of two windows do not share textures, and none exists
 * before there is a window.  So the scene is drawn under our context, in a framebuffer that the area
 * samples.  Both keep what they have; what changes goes through, and the rest is not touched.
 */
#include "qemu/osdep.h"

#include "canvas.h"
#include "gl.h"
#include "ui/egl/fence.h"
#include "ui/egl/painter.h"
#include "ui/egl/shared.h"

typedef struct AreaSurface {
    DisplayGtkSurface base;
    DisplayGtkGl *gl;
    DisplayPainter *painter;
    DisplayShared shared;           /* of the size of the widget; .egl NULL: to be made */
    DisplayTexture texture;         /* the same in the area's context */
    DisplayBlitter *blitter;        /* of the area's context */
    pixman_region32_t pending;      /* drawn in `shared`, not in the area */
    bool is_open;                   /* `texture` is that of `shared` */
} AreaSurface;

static GtkGLArea *area_of(AreaSurface *self)
{
    return GTK_GL_AREA(self->base.widget);
}

/* Under our context */
static bool make_shared(AreaSurface *self)
{
    DisplayScene *scene = self->base.scene;
    g_autoptr(GError) error = NULL;

    if (!self->painter) {
        self->painter = display_painter_create(self->gl->egl, &error);
    }
    if (self->painter && !self->shared.egl && scene->width && scene->height &&
        display_shared_init(&self->shared, self->gl->egl, scene->width, scene->height, &error)) {
        pixman_region32_union_rect(&self->pending, &self->pending, 0, 0, scene->width,
                                   scene->height);
        self->is_open = false;
    }
    if (error) {
        self->base.owner->failed(self->base.opaque, error->message);
    }
    return self->shared.egl;
}

/* Under our context: draws `part` of the window. */
static void draw(AreaSurface *self, const pixman_region32_t *part)
{
    const DisplayTarget target = {.width = self->shared.width, .height = self->shared.height};

    display_shared_begin(&self->shared);
    display_painter_draw(self->painter, self->base.scene, &target, part);
    display_shared_end(&self->shared);
    self->base.draws++;
    self->base.pixels += display_damage_area(part);
}

static void take_damage(AreaSurface *self)
{
    DisplayScene *scene = self->base.scene;
    g_autoptr(GError) error = NULL;
    pixman_region32_t damage, part;
    bool is_new = !self->shared.egl;

    if (!make_shared(self)) {
        return;
    }
    pixman_region32_init(&damage);
    pixman_region32_init(&part);
    display_view_take_damage(&scene->view, &damage);
    if (!display_painter_update(self->painter, scene, &damage, &error)) {
        self->base.owner->failed(self->base.opaque, error->message);
    }
    display_scene_damage(scene, &damage, &part);
    if (is_new) {
        pixman_region32_union_rect(&part, &part, 0, 0, scene->width, scene->height);
    }
    if (pixman_region32_not_empty(&part)) {
        draw(self, &part);
        pixman_region32_union(&self->pending, &self->pending, &part);
        display_gtk_canvas_invalidate(self->base.widget, &part);
    }
    self->base.owner->taken(self->base.opaque, self->base.guest_waits
                                               ? display_fence_create(self->gl->egl) : -1);
    pixman_region32_fini(&part);
    pixman_region32_fini(&damage);
}

static void area_surface_update(DisplayGtkSurface *surface)
{
    AreaSurface *self = (AreaSurface *)surface;
    EGLContext before = display_gtk_gl_enter(self->gl, EGL_NO_SURFACE);

    take_damage(self);
    display_gtk_gl_leave(self->gl, before);
}

static void area_surface_placed(DisplayGtkSurface *surface)
{
    AreaSurface *self = (AreaSurface *)surface;
    EGLContext before = display_gtk_gl_enter(self->gl, EGL_NO_SURFACE);

    /* the area's texture keeps the old picture alive until it is opened anew */
    display_shared_finish(&self->shared);
    display_gtk_gl_leave(self->gl, before);
    gtk_widget_queue_draw(surface->widget);
}

/* Under the area's context */
static void close_texture(AreaSurface *self)
{
    if (self->texture.name) {
        glDeleteTextures(1, &self->texture.name);
        self->texture.name = 0;
    }
    self->is_open = false;
}

static bool open_texture(AreaSurface *self)
{
    g_autoptr(GError) error = NULL;

    if (self->is_open) {
        return true;
    }
    close_texture(self);
    self->texture = (DisplayTexture) {
        .name = display_shared_open(&self->shared, &error),
        .width = self->shared.width,
        .height = self->shared.height,
    };
    if (!self->blitter) {
        self->blitter = display_blitter_create();
    }
    self->is_open = self->texture.name && self->blitter;
    if (!self->is_open) {
        self->base.owner->failed(self->base.opaque, error ? error->message
                                                          : "the window has no shaders");
    }
    return self->is_open;
}

static void show_pending(AreaSurface *self)
{
    const DisplayTarget target = {
        .width = self->texture.width, .height = self->texture.height, .bottom_up = true,
    };
    const DisplayBlit blit = {
        .texture = &self->texture,
        .source = {.x2 = self->texture.width, .y2 = self->texture.height},
        .target = {.x2 = self->texture.width, .y2 = self->texture.height},
    };

    display_shared_wait(&self->shared);
    display_blitter_draw(self->blitter, &target, &blit, &self->pending);
    pixman_region32_clear(&self->pending);
}

static gboolean on_render(GtkGLArea *area, GdkGLContext *context, gpointer opaque)
{
    AreaSurface *self = opaque;
    GLint framebuffer = 0;

    glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &framebuffer);
    if (!self->shared.egl) {
        area_surface_update(&self->base);
        gtk_gl_area_make_current(area);
        glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    }
    if (self->shared.egl && open_texture(self)) {
        show_pending(self);
        glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    }
    return TRUE;
}

/* The area made its own framebuffer anew. */
static void on_resize(GtkGLArea *area, int width, int height, gpointer opaque)
{
    AreaSurface *self = opaque;

    pixman_region32_union_rect(&self->pending, &self->pending, 0, 0, width, height);
}

/* Others make contexts current behind the toolkit's back, which remembers its own. */
static void forget_current(GdkFrameClock *clock, gpointer unused)
{
    gdk_gl_context_clear_current();
}

static void on_realize(GtkWidget *widget, gpointer opaque)
{
    AreaSurface *self = opaque;
    const GError *error = gtk_gl_area_get_error(GTK_GL_AREA(widget));
    GdkFrameClock *clock = gtk_widget_get_frame_clock(widget);

    if (error) {
        self->base.owner->failed(self->base.opaque, error->message);
    }
    if (clock) {
        g_signal_handlers_disconnect_by_func(clock, forget_current, NULL);
        g_signal_connect(clock, "before-paint", G_CALLBACK(forget_current), NULL);
    }
}

/* The area's context goes. */
static void on_unrealize(GtkWidget *widget, gpointer opaque)
{
    AreaSurface *self = opaque;

    gdk_gl_context_clear_current();
    gtk_gl_area_make_current(area_of(self));
    if (gdk_gl_context_get_current()) {
        close_texture(self);
        g_clear_pointer(&self->blitter, display_blitter_free);
    }
}

static void area_surface_free(DisplayGtkSurface *surface)
{
    AreaSurface *self = (AreaSurface *)surface;
    EGLContext before = display_gtk_gl_enter(self->gl, EGL_NO_SURFACE);

    g_signal_handlers_disconnect_by_data(surface->widget, self);
    display_shared_finish(&self->shared);
    display_painter_free(self->painter);
    display_gtk_gl_leave(self->gl, before);
    pixman_region32_fini(&self->pending);
    g_object_unref(surface->widget);
    g_free(self);
}

static const DisplayGtkSurfaceOps area_surface_ops = {
    .free = area_surface_free,
    .update = area_surface_update,
    .placed = area_surface_placed,
};

DisplayGtkSurface *display_gtk_area_surface_new(DisplayGtkGl *gl)
{
    AreaSurface *self = g_new0(AreaSurface, 1);
    GtkWidget *widget = gtk_gl_area_new();

    self->base.ops = &area_surface_ops;
    self->base.widget = g_object_ref_sink(widget);
    self->gl = gl;
    pixman_region32_init(&self->pending);
    display_gtk_canvas_setup(widget);
    g_signal_connect(widget, "render", G_CALLBACK(on_render), self);
    g_signal_connect(widget, "resize", G_CALLBACK(on_resize), self);
    g_signal_connect_after(widget, "realize", G_CALLBACK(on_realize), self);
    g_signal_connect(widget, "unrealize", G_CALLBACK(on_unrealize), self);
    return &self->base;
}
