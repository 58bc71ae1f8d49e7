/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkPointer: what it looks like. */
#include "qemu/osdep.h"

#include "pointer-private.h"

#include "cursor.h"
#include "ui/input.h"

QEMUCursor *display_gtk_pointer_get_drawn_cursor(const DisplayGtkPointer *pointer, int *x, int *y)
{
    if (qemu_input_is_absolute() || !pointer->cursor_visible) {
        return NULL;
    }
    *x = pointer->cursor_x;
    *y = pointer->cursor_y;
    return pointer->cursor;
}

static GdkCursor *make_image(DisplayGtkPointer *pointer)
{
    GdkDisplay *display = gtk_widget_get_display(pointer->widget);
    DisplayGtkArea area;

    if (pointer->cursor && pointer->cursor_visible && qemu_input_is_absolute() &&
        pointer->ops->get_area(pointer->opaque, &area)) {
        return display_gtk_cursor_new(display, pointer->cursor, display_gtk_area_zoom(&area),
                                      area.scale);
    }
    return pointer->show_cursor ? NULL : display_gtk_cursor_new_hidden(display);
}

/* A guest with a relative pointer leaves the host's alone as long as it is not grabbed. */
void display_gtk_pointer_show_image(DisplayGtkPointer *pointer)
{
    GdkWindow *window = pointer->widget ? gtk_widget_get_window(pointer->widget) : NULL;
    bool of_guest = qemu_input_is_absolute() || display_gtk_pointer_has_grab(pointer);

    if (!window) {
        return;
    }
    if (of_guest && !pointer->image) {
        pointer->image = make_image(pointer);
    }
    gdk_window_set_cursor(window, of_guest ? pointer->image : NULL);
}

void display_gtk_pointer_renew_image(DisplayGtkPointer *pointer)
{
    g_clear_object(&pointer->image);
    display_gtk_pointer_show_image(pointer);
}

/* Devices change their cursors in place and define them anew. */
static QEMUCursor *copy_cursor(const QEMUCursor *cursor)
{
    QEMUCursor *copy = cursor ? cursor_alloc(cursor->width, cursor->height) : NULL;

    if (copy) {
        copy->hot_x = cursor->hot_x;
        copy->hot_y = cursor->hot_y;
        memcpy(copy->data, cursor->data, (size_t)cursor->width * cursor->height * 4);
    }
    return copy;
}

void display_gtk_pointer_define_cursor(DisplayGtkPointer *pointer, QEMUCursor *cursor)
{
    QEMUCursor *old = pointer->cursor;

    /* made before the old one goes: no two that follow each other have the same address */
    pointer->cursor = copy_cursor(cursor);
    if (old) {
        cursor_put(old);
    }
    display_gtk_pointer_renew_image(pointer);
    pointer->ops->cursor_changed(pointer->opaque);
}

void display_gtk_pointer_place_cursor(DisplayGtkPointer *pointer, int x, int y, bool visible)
{
    bool appears = pointer->cursor_visible != visible;

    pointer->cursor_x = x;
    pointer->cursor_y = y;
    pointer->cursor_visible = visible;
    if (appears) {
        display_gtk_pointer_renew_image(pointer);
    }
    if (appears || !qemu_input_is_absolute()) {
        pointer->ops->cursor_changed(pointer->opaque);
    }
}
