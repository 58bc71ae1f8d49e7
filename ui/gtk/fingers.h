/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkFingers: what fingers on a picture mean to a guest that has a tablet and no touch
 * screen.
 *
 * One that moves, or stays for a while, drags with the left button; one that only taps clicks it.
 * Two that move turn the wheel; two that only tap click the right button.  Nothing is pressed
 * before it is clear which of these it is.  Embedded in its owner; one thread.  It knows no
 * toolkit.
 */
#ifndef UI_GTK_FINGERS_H
#define UI_GTK_FINGERS_H

#include <stdbool.h>

typedef struct DisplayGtkFingersOps {
    /* In the units of the fingers. */
    void (*move)(void *opaque, double x, double y);
    void (*press)(void *opaque, bool right, bool down);
    void (*scroll)(void *opaque, double x, double y);
} DisplayGtkFingersOps;

typedef enum DisplayGtkFingersState {
    DISPLAY_GTK_FINGERS_NONE,
    DISPLAY_GTK_FINGERS_ONE,            /* tap or drag, not clear yet */
    DISPLAY_GTK_FINGERS_DRAG,
    DISPLAY_GTK_FINGERS_TWO,            /* tap or scroll, not clear yet */
    DISPLAY_GTK_FINGERS_SCROLL,
    DISPLAY_GTK_FINGERS_IGNORED,        /* until all are lifted */
} DisplayGtkFingersState;

typedef struct DisplayGtkFinger {
    const void *id;
    double start_x, start_y;
    double x, y;
} DisplayGtkFinger;

typedef struct DisplayGtkFingers {
    const DisplayGtkFingersOps *ops;
    void *opaque;
    DisplayGtkFingersState state;
    unsigned count;                     /* on the picture, those that are ignored included */
    DisplayGtkFinger fingers[2];        /* that matter */
} DisplayGtkFingers;

/* A finger is known by its `id` until it is lifted; ids that did not begin are ignored. */
void display_gtk_fingers_begin(DisplayGtkFingers *fingers, const void *id, double x, double y);
void display_gtk_fingers_move(DisplayGtkFingers *fingers, const void *id, double x, double y);
void display_gtk_fingers_end(DisplayGtkFingers *fingers, const void *id);
/* It was something else: what is pressed is released, nothing is clicked. */
void display_gtk_fingers_cancel(DisplayGtkFingers *fingers);
/* A while has passed since the first finger came: if it is not clear yet, it drags. */
void display_gtk_fingers_settle(DisplayGtkFingers *fingers);

#endif
