/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayView: one front end's look at one console.
 *
 * Holds what is to be shown (a frame, a cursor) and the damage that the front end has not drawn yet.
 * A newer frame replaces one that was not drawn; their damage adds up.  The front end draws when it
 * suits it: it takes the damage, draws that part and nothing else.
 *
 * Coordinates are pixels of the picture, from its top left corner as it is seen, whatever part of
 * the buffer it comes from and in whatever order the buffer's rows are.
 *
 * A view is embedded in an object of the front end and belongs to its thread.
 */
#ifndef UI_DISPLAY_VIEW_H
#define UI_DISPLAY_VIEW_H

#include "ui/display/buffer.h"
#include "ui/display/damage.h"

typedef enum DisplayOrientation {
    DISPLAY_TOP_DOWN,    /* the first row of the buffer is the top of the picture */
    DISPLAY_BOTTOM_UP,   /* the first row is the bottom */
} DisplayOrientation;

/* A picture: part of a buffer.  By value; who keeps one references the buffer. */
typedef struct DisplayFrame {
    DisplayBuffer *buffer;
    pixman_box32_t source;             /* pixels of the buffer, y counts from its first row */
    DisplayOrientation orientation;
} DisplayFrame;

typedef struct DisplayCursor {
    DisplayBuffer *image;              /* premultiplied alpha; NULL: none */
    int32_t hot_x;
    int32_t hot_y;
    int32_t x;                         /* of the hot spot */
    int32_t y;
    bool visible;
    DisplayOrientation orientation;
} DisplayCursor;

typedef struct DisplayView {
    DisplayFrame frame;                /* .buffer NULL: nothing to show */
    DisplayCursor cursor;
    pixman_region32_t damage;          /* not drawn yet */
} DisplayView;

void display_view_init(DisplayView *view);
void display_view_finish(DisplayView *view);

/* The size of the picture, 0 x 0 when there is none. */
uint32_t display_frame_width(const DisplayFrame *frame);
uint32_t display_frame_height(const DisplayFrame *frame);

/*
 * Shows another frame, NULL for none; the view takes a reference to its buffer.  All of it is
 * damaged, even if the same buffer was shown before.  The source is clipped to the buffer.
 */
void display_view_show(DisplayView *view, const DisplayFrame *frame);

/* The frame changed here. */
void display_view_damage(DisplayView *view, int64_t x, int64_t y, int64_t width, int64_t height);

/*
 * The cursor as part of the picture.  What it covered and what it covers is damaged.  The view
 * takes a reference to the image; NULL takes the cursor away.
 */
void display_view_set_cursor(DisplayView *view, DisplayBuffer *image, int32_t hot_x, int32_t hot_y,
                             DisplayOrientation orientation);
void display_view_move_cursor(DisplayView *view, int32_t x, int32_t y, bool visible);

/* Where the cursor's image lies, not clipped; false when it is not seen. */
bool display_view_get_cursor_box(const DisplayView *view, pixman_box32_t *box);

/* Moves the damage into `damage` (initialised by the caller, replaced); false when there is none. */
bool display_view_take_damage(DisplayView *view, pixman_region32_t *damage);

#endif
