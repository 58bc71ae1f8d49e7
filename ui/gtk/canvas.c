/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Canvases: drawing areas, under X11 with a window of their own. */
#include "canvas.h"

#include <gdk/gdkx.h>

#define EVENTS (GDK_EXPOSURE_MASK | GDK_STRUCTURE_MASK | GDK_FOCUS_CHANGE_MASK | GDK_KEY_PRESS_MASK | \
                GDK_KEY_RELEASE_MASK | GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |           \
                GDK_POINTER_MOTION_MASK | GDK_ENTER_NOTIFY_MASK | GDK_LEAVE_NOTIFY_MASK |          \
                GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK | GDK_TOUCH_MASK)

static void on_realize(GtkWidget *canvas, gpointer unused)
{
    GdkWindow *window = gtk_widget_get_window(canvas);

    if (GDK_IS_X11_WINDOW(window)) {
        gdk_window_ensure_native(window);
    }
}

void display_gtk_canvas_setup(GtkWidget *widget)
{
    gtk_widget_add_events(widget, EVENTS);
    gtk_widget_set_can_focus(widget, TRUE);
    gtk_widget_set_hexpand(widget, TRUE);
    gtk_widget_set_vexpand(widget, TRUE);
    gtk_widget_set_app_paintable(widget, TRUE);
}

GtkWidget *display_gtk_canvas_new(void)
{
    GtkWidget *canvas = gtk_drawing_area_new();

    display_gtk_canvas_setup(canvas);
    if (GDK_IS_X11_DISPLAY(gtk_widget_get_display(canvas))) {
        G_GNUC_BEGIN_IGNORE_DEPRECATIONS
        gtk_widget_set_double_buffered(canvas, FALSE);
        G_GNUC_END_IGNORE_DEPRECATIONS
        g_signal_connect(canvas, "realize", G_CALLBACK(on_realize), NULL);
    }
    return canvas;
}

bool display_gtk_canvas_is_direct(GtkWidget *canvas)
{
    GdkWindow *window = gtk_widget_get_window(canvas);

    return window && GDK_IS_X11_WINDOW(window) && gdk_window_has_native(window);
}

cairo_t *display_gtk_canvas_begin(GtkWidget *canvas)
{
    G_GNUC_BEGIN_IGNORE_DEPRECATIONS
    return gdk_cairo_create(gtk_widget_get_window(canvas));
    G_GNUC_END_IGNORE_DEPRECATIONS
}

void display_gtk_canvas_invalidate(GtkWidget *canvas, const pixman_region32_t *part)
{
    int scale = gtk_widget_get_scale_factor(canvas);
    GtkAllocation place = {0};
    int count;
    const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)part, &count);

    if (!gtk_widget_get_has_window(canvas)) {
        /* what is queued counts from the corner of the window that it has from its parent */
        gtk_widget_get_allocation(canvas, &place);
    }
    for (int i = 0; i < count; i++) {
        int x = boxes[i].x1 / scale;
        int y = boxes[i].y1 / scale;

        gtk_widget_queue_draw_area(canvas, place.x + x, place.y + y,
                                   (boxes[i].x2 + scale - 1) / scale - x,
                                   (boxes[i].y2 + scale - 1) / scale - y);
    }
}

void display_gtk_canvas_add_path(cairo_t *cr, GtkWidget *canvas, const pixman_region32_t *part)
{
    double scale = gtk_widget_get_scale_factor(canvas);
    int count;
    const pixman_box32_t *boxes = pixman_region32_rectangles((pixman_region32_t *)part, &count);

    for (int i = 0; i < count; i++) {
        cairo_rectangle(cr, boxes[i].x1 / scale, boxes[i].y1 / scale,
                        (boxes[i].x2 - boxes[i].x1) / scale, (boxes[i].y2 - boxes[i].y1) / scale);
    }
}
