/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cursors: pixels of the guest made cursors of the host. */
#include "qemu/osdep.h"

#include "cursor.h"

#include <math.h>

/* Device pixels; drivers and compositors have refused more. */
#define CURSOR_MAX 512

static bool is_premultiplied(const QEMUCursor *cursor)
{
    size_t i, pixels = (size_t)cursor->width * cursor->height;

    for (i = 0; i < pixels; i++) {
        uint32_t pixel = cursor->data[i];
        uint32_t alpha = pixel >> 24;

        if ((pixel >> 16 & 0xff) > alpha || (pixel >> 8 & 0xff) > alpha || (pixel & 0xff) > alpha) {
            return false;
        }
    }
    return true;
}

static uint32_t premultiply(uint32_t pixel)
{
    uint32_t alpha = pixel >> 24;
    uint32_t result = alpha << 24;
    int shift;

    for (shift = 0; shift < 24; shift += 8) {
        result |= ((pixel >> shift & 0xff) * alpha + 127) / 255 << shift;
    }
    return result;
}

cairo_surface_t *display_gtk_cursor_image(const QEMUCursor *cursor)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, cursor->width,
                                                        cursor->height);
    int stride = cairo_image_surface_get_stride(image);
    uint8_t *data = cairo_image_surface_get_data(image);
    bool premultiplied = is_premultiplied(cursor);
    int x, y;

    for (y = 0; data && y < cursor->height; y++) {
        const uint32_t *from = cursor->data + (size_t)y * cursor->width;
        uint32_t *row = (uint32_t *)(data + (size_t)y * stride);

        for (x = 0; x < cursor->width; x++) {
            row[x] = premultiplied ? from[x] : premultiply(from[x]);
        }
    }
    cairo_surface_mark_dirty(image);
    return image;
}

static double limit_zoom(const QEMUCursor *cursor, double zoom)
{
    return fmin(zoom, (double)CURSOR_MAX / MAX(MAX(cursor->width, cursor->height), 1));
}

static cairo_surface_t *zoom_image(cairo_surface_t *image, double zoom)
{
    int width = MAX((int)lround(cairo_image_surface_get_width(image) * zoom), 1);
    int height = MAX((int)lround(cairo_image_surface_get_height(image) * zoom), 1);
    cairo_surface_t *zoomed = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t *cairo = cairo_create(zoomed);

    cairo_scale(cairo, zoom, zoom);
    cairo_set_source_surface(cairo, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo),
                             zoom == floor(zoom) ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
    cairo_paint(cairo);
    cairo_destroy(cairo);
    return zoomed;
}

GdkCursor *display_gtk_cursor_new(GdkDisplay *display, const QEMUCursor *cursor, double zoom,
                                  int scale)
{
    cairo_surface_t *image = display_gtk_cursor_image(cursor);
    double limited = limit_zoom(cursor, zoom);
    cairo_surface_t *zoomed = zoom_image(image, limited);
    double hot_x = CLAMP(cursor->hot_x, 0, MAX(cursor->width - 1, 0)) * limited / scale;
    double hot_y = CLAMP(cursor->hot_y, 0, MAX(cursor->height - 1, 0)) * limited / scale;
    GdkCursor *made;

    cairo_surface_set_device_scale(zoomed, scale, scale);
    made = gdk_cursor_new_from_surface(display, zoomed, hot_x, hot_y);
    cairo_surface_destroy(zoomed);
    cairo_surface_destroy(image);
    return made;
}

GdkCursor *display_gtk_cursor_new_hidden(GdkDisplay *display)
{
    return gdk_cursor_new_for_display(display, GDK_BLANK_CURSOR);
}
