/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkHead: its keyboard, pointer and fingers, and the cursor that it draws. */
#include "qemu/osdep.h"

#include "cursor.h"
#include "head-private.h"

static bool get_area(void *opaque, DisplayGtkArea *area)
{
    DisplayGtkHead *head = opaque;
    const pixman_box32_t *target = &head->scene.placement.target;

    *area = (DisplayGtkArea) {
        .placement = head->scene.placement,
        .scale = gtk_widget_get_scale_factor(head->surface->widget),
    };
    return head->scene.view.frame.buffer && target->x1 < target->x2 && target->y1 < target->y2;
}

/* The buffer of a cursor's picture; NULL when memory runs out */
static DisplayBuffer *buffer_of(const QEMUCursor *cursor)
{
    DisplayBuffer *buffer = display_buffer_create_pixels(cursor->width, cursor->height,
                                                         PIXMAN_a8r8g8b8);
    cairo_surface_t *image = display_gtk_cursor_image(cursor);
    DisplayPixels pixels;

    if (buffer && display_buffer_get_pixels(buffer, &pixels)) {
        for (int y = 0; y < cursor->height; y++) {
            memcpy(pixels.data + (size_t)y * pixels.stride,
                   cairo_image_surface_get_data(image) +
                   (size_t)y * cairo_image_surface_get_stride(image), (size_t)cursor->width * 4);
        }
    }
    cairo_surface_destroy(image);
    return buffer;
}

/* A guest with a relative pointer sees its cursor in the picture. */
static void cursor_changed(void *opaque)
{
    DisplayGtkHead *head = opaque;
    DisplayView *view = &head->scene.view;
    QEMUCursor *cursor;
    int x, y;

    if (!head->pointer) {
        return;
    }
    cursor = display_gtk_pointer_get_drawn_cursor(head->pointer, &x, &y);
    if (cursor != head->drawn_cursor) {
        DisplayBuffer *buffer = cursor ? buffer_of(cursor) : NULL;

        display_view_set_cursor(view, buffer, cursor ? cursor->hot_x : 0,
                                cursor ? cursor->hot_y : 0, DISPLAY_TOP_DOWN);
        display_buffer_unref(buffer);
        head->drawn_cursor = cursor;
    }
    if (cursor) {
        display_view_move_cursor(view, x, y, true);
    }
    display_gtk_head_request(head);
}

void display_gtk_head_create_input(DisplayGtkHead *head)
{
    static const DisplayGtkPointerOps pointer_ops = {
        .get_area = get_area, .cursor_changed = cursor_changed,
    };
    static const DisplayGtkTouchOps touch_ops = {.get_area = get_area};
    GtkWidget *widget = head->surface->widget;
    QemuConsole *con = head->listener.con;

    head->keyboard = display_gtk_keyboard_new(widget, con);
    head->pointer = display_gtk_pointer_new(widget, con, head->settings.grab,
                                            head->settings.show_cursor, &pointer_ops, head);
    head->touch = display_gtk_touch_new(widget, con, &touch_ops, head);
}

void display_gtk_head_free_input(DisplayGtkHead *head)
{
    g_clear_pointer(&head->touch, display_gtk_touch_free);
    g_clear_pointer(&head->pointer, display_gtk_pointer_free);
    g_clear_pointer(&head->keyboard, display_gtk_keyboard_free);
}
