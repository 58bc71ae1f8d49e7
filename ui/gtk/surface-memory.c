/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A surface in memory, brought to the window by cairo.
 *
 * The widget's pixels are kept in an image that the window system can read (shared memory under X11),
 * so the guest's are read once, when they are damaged, and areas that were covered come from the image.
 * Pictures that live in a GPU are read back first, damage by damage.
 */
#include "qemu/osdep.h"

#include "canvas.h"
#include "gl.h"
#include "ui/egl/flat.h"

typedef struct MemorySurface {
    DisplayGtkSurface base;
    DisplayGtkGl *gl;           /* NULL: all pictures are in memory */
    DisplayFlat flat;           /* of a picture that is not */
    DisplayScene flat_scene;    /* shows flat.image in place of the scene's own picture */
    pixman_image_t *flat_image; /* the one that flat_scene shows; only compared */
    cairo_surface_t *image;     /* of the whole widget; NULL: to be made */
} MemorySurface;

static void drop_image(MemorySurface *self)
{
    g_clear_pointer(&self->image, cairo_surface_destroy);
}

static bool is_flat(const MemorySurface *self)
{
    const DisplayBuffer *buffer = self->base.scene->view.frame.buffer;

    return self->gl && buffer && !buffer->in_memory;
}

static void show_flat_image(MemorySurface *self)
{
    DisplayFrame frame = {.buffer = display_buffer_create_from_image(self->flat.image)};

    frame.source = (pixman_box32_t) {.x2 = frame.buffer->width, .y2 = frame.buffer->height};
    display_view_show(&self->flat_scene.view, &frame);
    display_buffer_unref(frame.buffer);
    self->flat_image = self->flat.image;
}

static void read_back(MemorySurface *self, pixman_region32_t *damage)
{
    EGLContext before = display_gtk_gl_enter(self->gl, EGL_NO_SURFACE);
    g_autoptr(GError) error = NULL;

    if (!self->flat.egl) {
        display_flat_init(&self->flat, self->gl->egl);
    }
    if (!display_flat_update(&self->flat, &self->base.scene->view, damage, &error)) {
        self->base.owner->failed(self->base.opaque, error->message);
    }
    display_gtk_gl_leave(self->gl, before);
    if (self->flat.image && self->flat.image != self->flat_image) {
        show_flat_image(self);
    }
}

/* Sets `damage` to what changed of the picture, which can be composed afterwards. */
static void take_damage(MemorySurface *self, pixman_region32_t *damage)
{
    if (!pixman_region32_not_empty(&self->base.scene->view.damage)) {
        return;
    }
    if (is_flat(self)) {
        read_back(self, damage);
    } else {
        display_view_take_damage(&self->base.scene->view, damage);
    }
}

static const DisplayScene *composed_scene(MemorySurface *self)
{
    const DisplayScene *scene = self->base.scene;

    if (!is_flat(self)) {
        return scene;
    }
    self->flat_scene.placement = scene->placement;
    self->flat_scene.width = scene->width;
    self->flat_scene.height = scene->height;
    return &self->flat_scene;
}

static void compose(MemorySurface *self, const pixman_region32_t *part)
{
    pixman_image_t *pixels;

    cairo_surface_flush(self->image);
    pixels = pixman_image_create_bits(PIXMAN_x8r8g8b8, self->base.scene->width,
                                      self->base.scene->height,
                                      (uint32_t *)cairo_image_surface_get_data(self->image),
                                      cairo_image_surface_get_stride(self->image));
    display_scene_compose(composed_scene(self), pixels, part);
    pixman_image_unref(pixels);
    cairo_surface_mark_dirty(self->image);
    self->base.draws++;
    self->base.pixels += display_damage_area(part);
}

/* Brings what is damaged into the image; `part` is set to what that is of the window. */
static void compose_damage(MemorySurface *self, pixman_region32_t *part)
{
    pixman_region32_t damage;

    pixman_region32_init(&damage);
    take_damage(self, &damage);
    display_scene_damage(self->base.scene, &damage, part);
    if (pixman_region32_not_empty(part)) {
        compose(self, part);
    }
    self->base.owner->taken(self->base.opaque, -1);
    pixman_region32_fini(&damage);
}

/* False while there is nothing to draw on */
static bool make_image(MemorySurface *self)
{
    DisplayScene *scene = self->base.scene;
    GdkWindow *window = gtk_widget_get_window(self->base.widget);
    pixman_region32_t damage;

    if (!window || !scene->width || !scene->height) {
        return false;
    }
    /* the size is in device pixels, and so is what cairo is told about it */
    self->image = gdk_window_create_similar_image_surface(window, CAIRO_FORMAT_RGB24, scene->width,
                                                          scene->height, 1);
    if (cairo_surface_status(self->image) != CAIRO_STATUS_SUCCESS) {
        self->base.owner->failed(self->base.opaque, "not enough memory for the window");
        drop_image(self);
        return false;
    }
    pixman_region32_init(&damage);
    take_damage(self, &damage);
    pixman_region32_clear(&damage);
    pixman_region32_union_rect(&damage, &damage, 0, 0, scene->width, scene->height);
    compose(self, &damage);
    pixman_region32_fini(&damage);
    self->base.owner->taken(self->base.opaque, -1);
    return true;
}

static void paint(MemorySurface *self, cairo_t *cr)
{
    double scale = gtk_widget_get_scale_factor(self->base.widget);

    cairo_surface_set_device_scale(self->image, scale, scale);
    cairo_set_source_surface(cr, self->image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_NEAREST);
    cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
    cairo_paint(cr);
}

static void show_part(MemorySurface *self, const pixman_region32_t *part)
{
    GtkWidget *widget = self->base.widget;
    cairo_t *cr;

    if (!display_gtk_canvas_is_direct(widget)) {
        display_gtk_canvas_invalidate(widget, part);
        return;
    }
    cr = display_gtk_canvas_begin(widget);
    display_gtk_canvas_add_path(cr, widget, part);
    cairo_clip(cr);
    paint(self, cr);
    cairo_destroy(cr);
    gdk_display_flush(gtk_widget_get_display(widget));
}

static void memory_surface_update(DisplayGtkSurface *surface)
{
    MemorySurface *self = (MemorySurface *)surface;
    pixman_region32_t part;

    pixman_region32_init(&part);
    if (self->image) {
        compose_damage(self, &part);
    } else if (make_image(self)) {
        pixman_region32_union_rect(&part, &part, 0, 0, surface->scene->width,
                                   surface->scene->height);
    }
    if (pixman_region32_not_empty(&part)) {
        show_part(self, &part);
    }
    pixman_region32_fini(&part);
}

static void memory_surface_placed(DisplayGtkSurface *surface)
{
    drop_image((MemorySurface *)surface);
    gtk_widget_queue_draw(surface->widget);
}

static gboolean on_draw(GtkWidget *widget, cairo_t *cr, gpointer opaque)
{
    MemorySurface *self = opaque;

    if (self->image || make_image(self)) {
        paint(self, cr);
    }
    return TRUE;
}

static void memory_surface_free(DisplayGtkSurface *surface)
{
    MemorySurface *self = (MemorySurface *)surface;

    g_signal_handlers_disconnect_by_data(surface->widget, self);
    drop_image(self);
    if (self->flat.egl) {
        EGLContext before = display_gtk_gl_enter(self->gl, EGL_NO_SURFACE);

        display_flat_finish(&self->flat);
        display_gtk_gl_leave(self->gl, before);
    }
    display_scene_finish(&self->flat_scene);
    g_object_unref(surface->widget);
    g_free(self);
}

static const DisplayGtkSurfaceOps memory_surface_ops = {
    .free = memory_surface_free,
    .update = memory_surface_update,
    .placed = memory_surface_placed,
};

DisplayGtkSurface *display_gtk_memory_surface_new(DisplayGtkGl *gl)
{
    MemorySurface *self = g_new0(MemorySurface, 1);

    self->base.ops = &memory_surface_ops;
    self->base.widget = g_object_ref_sink(display_gtk_canvas_new());
    self->gl = gl;
    display_scene_init(&self->flat_scene);
    g_signal_connect(self->base.widget, "draw", G_CALLBACK(on_draw), self);
    g_signal_connect_swapped(self->base.widget, "unrealize", G_CALLBACK(drop_image), self);
    return &self->base;
}
