/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayView: what one front end has to show of one console. */
#include "ui/display/view.h"

void display_view_init(DisplayView *view)
{
    *view = (DisplayView) {0};
    pixman_region32_init(&view->damage);
}

void display_view_finish(DisplayView *view)
{
    display_buffer_unref(g_steal_pointer(&view->frame.buffer));
    display_buffer_unref(g_steal_pointer(&view->cursor.image));
    pixman_region32_fini(&view->damage);
}

uint32_t display_frame_width(const DisplayFrame *frame)
{
    return frame->buffer ? frame->source.x2 - frame->source.x1 : 0;
}

uint32_t display_frame_height(const DisplayFrame *frame)
{
    return frame->buffer ? frame->source.y2 - frame->source.y1 : 0;
}

static pixman_box32_t picture_bounds(const DisplayView *view)
{
    return (pixman_box32_t) {
        .x2 = display_frame_width(&view->frame), .y2 = display_frame_height(&view->frame),
    };
}

/* The part of a wanted source that the buffer has; empty boxes come out as 0 x 0. */
static pixman_box32_t clip_to_buffer(const pixman_box32_t *source, const DisplayBuffer *buffer)
{
    pixman_box32_t box = {
        .x1 = CLAMP(source->x1, 0, (int64_t)buffer->width),
        .y1 = CLAMP(source->y1, 0, (int64_t)buffer->height),
        .x2 = MIN(source->x2, (int64_t)buffer->width),
        .y2 = MIN(source->y2, (int64_t)buffer->height),
    };

    if (box.x2 <= box.x1 || box.y2 <= box.y1) {
        box.x2 = box.x1;
        box.y2 = box.y1;
    }
    return box;
}

void display_view_show(DisplayView *view, const DisplayFrame *frame)
{
    DisplayBuffer *before = view->frame.buffer;

    if (frame && frame->buffer) {
        view->frame = *frame;
        view->frame.source = clip_to_buffer(&frame->source, frame->buffer);
        display_buffer_ref(frame->buffer);
    } else {
        view->frame = (DisplayFrame) {0};
    }
    display_buffer_unref(before);
    /* Damage that lies outside the new picture means nothing any more. */
    pixman_region32_clear(&view->damage);
    display_view_damage(view, 0, 0, display_frame_width(&view->frame),
                        display_frame_height(&view->frame));
}

void display_view_damage(DisplayView *view, int64_t x, int64_t y, int64_t width, int64_t height)
{
    pixman_box32_t bounds = picture_bounds(view);

    display_damage_add(&view->damage, &bounds, x, y, width, height);
}

bool display_view_get_cursor_box(const DisplayView *view, pixman_box32_t *box)
{
    const DisplayCursor *cursor = &view->cursor;

    if (!cursor->image || !cursor->visible) {
        return false;
    }
    box->x1 = cursor->x - cursor->hot_x;
    box->y1 = cursor->y - cursor->hot_y;
    box->x2 = box->x1 + (int32_t)cursor->image->width;
    box->y2 = box->y1 + (int32_t)cursor->image->height;
    return true;
}

static void damage_cursor(DisplayView *view)
{
    pixman_box32_t box;

    if (display_view_get_cursor_box(view, &box)) {
        display_view_damage(view, box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1);
    }
}

void display_view_set_cursor(DisplayView *view, DisplayBuffer *image, int32_t hot_x, int32_t hot_y,
                             DisplayOrientation orientation)
{
    DisplayBuffer *before = view->cursor.image;

    damage_cursor(view);
    view->cursor.image = image ? display_buffer_ref(image) : NULL;
    view->cursor.hot_x = hot_x;
    view->cursor.hot_y = hot_y;
    view->cursor.orientation = orientation;
    display_buffer_unref(before);
    damage_cursor(view);
}

void display_view_move_cursor(DisplayView *view, int32_t x, int32_t y, bool visible)
{
    const DisplayCursor *cursor = &view->cursor;

    if (cursor->x == x && cursor->y == y && cursor->visible == visible) {
        return;
    }
    damage_cursor(view);
    view->cursor.x = x;
    view->cursor.y = y;
    view->cursor.visible = visible;
    damage_cursor(view);
}

bool display_view_take_damage(DisplayView *view, pixman_region32_t *damage)
{
    pixman_region32_copy(damage, &view->damage);
    pixman_region32_clear(&view->damage);
    return pixman_region32_not_empty(damage);
}
