/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkFingers: from taps and drags to buttons and wheel. */
#include "fingers.h"

#include <math.h>
#include <stddef.h>

/* A finger that taps does not stand quite still. */
#define STILL 8.0

static DisplayGtkFinger *find_finger(DisplayGtkFingers *fingers, const void *id)
{
    int i;

    for (i = 0; i < 2; i++) {
        if (fingers->fingers[i].id == id) {
            return &fingers->fingers[i];
        }
    }
    return NULL;
}

static bool has_moved(const DisplayGtkFinger *finger)
{
    return hypot(finger->x - finger->start_x, finger->y - finger->start_y) > STILL;
}

static void click(DisplayGtkFingers *fingers, bool right)
{
    fingers->ops->press(fingers->opaque, right, true);
    fingers->ops->press(fingers->opaque, right, false);
}

static void start_drag(DisplayGtkFingers *fingers)
{
    fingers->state = DISPLAY_GTK_FINGERS_DRAG;
    fingers->ops->press(fingers->opaque, false, true);
}

/* Leaves a state in which something is pressed. */
static void stop_drag(DisplayGtkFingers *fingers)
{
    if (fingers->state == DISPLAY_GTK_FINGERS_DRAG) {
        fingers->ops->press(fingers->opaque, false, false);
    }
}

static void forget(DisplayGtkFingers *fingers)
{
    fingers->fingers[0].id = NULL;
    fingers->fingers[1].id = NULL;
    fingers->state = fingers->count ? DISPLAY_GTK_FINGERS_IGNORED : DISPLAY_GTK_FINGERS_NONE;
}

void display_gtk_fingers_begin(DisplayGtkFingers *fingers, const void *id, double x, double y)
{
    DisplayGtkFinger finger = { id, x, y, x, y };

    fingers->count++;
    switch (fingers->state) {
    case DISPLAY_GTK_FINGERS_NONE:
        fingers->fingers[0] = finger;
        fingers->state = DISPLAY_GTK_FINGERS_ONE;
        fingers->ops->move(fingers->opaque, x, y);
        break;
    case DISPLAY_GTK_FINGERS_ONE:
        fingers->fingers[1] = finger;
        fingers->state = DISPLAY_GTK_FINGERS_TWO;
        break;
    case DISPLAY_GTK_FINGERS_TWO:
    case DISPLAY_GTK_FINGERS_SCROLL:
        forget(fingers);
        break;
    case DISPLAY_GTK_FINGERS_DRAG:
    case DISPLAY_GTK_FINGERS_IGNORED:
        break;
    }
}

void display_gtk_fingers_move(DisplayGtkFingers *fingers, const void *id, double x, double y)
{
    DisplayGtkFinger *finger = find_finger(fingers, id);
    double dx, dy;

    if (!finger) {
        return;
    }
    dx = x - finger->x;
    dy = y - finger->y;
    finger->x = x;
    finger->y = y;
    if (fingers->state == DISPLAY_GTK_FINGERS_ONE && has_moved(finger)) {
        start_drag(fingers);
    } else if (fingers->state == DISPLAY_GTK_FINGERS_TWO && has_moved(finger)) {
        fingers->state = DISPLAY_GTK_FINGERS_SCROLL;
    }
    if (fingers->state == DISPLAY_GTK_FINGERS_DRAG) {
        fingers->ops->move(fingers->opaque, x, y);
    } else if (fingers->state == DISPLAY_GTK_FINGERS_SCROLL) {
        /* the other finger brings the other half */
        fingers->ops->scroll(fingers->opaque, dx / 2, dy / 2);
    }
}

void display_gtk_fingers_end(DisplayGtkFingers *fingers, const void *id)
{
    DisplayGtkFinger *finger = find_finger(fingers, id);

    if (fingers->count == 0) {
        return;
    }
    fingers->count--;
    if (finger && fingers->state == DISPLAY_GTK_FINGERS_ONE) {
        click(fingers, false);
    } else if (finger && fingers->state == DISPLAY_GTK_FINGERS_TWO) {
        click(fingers, true);
    }
    if (finger) {
        stop_drag(fingers);
        forget(fingers);
    } else if (fingers->count == 0) {
        forget(fingers);
    }
}

void display_gtk_fingers_cancel(DisplayGtkFingers *fingers)
{
    stop_drag(fingers);
    fingers->count = 0;
    forget(fingers);
}

void display_gtk_fingers_settle(DisplayGtkFingers *fingers)
{
    if (fingers->state == DISPLAY_GTK_FINGERS_ONE) {
        start_drag(fingers);
    }
}
