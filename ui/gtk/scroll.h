/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkScroll: whole steps of the guest's wheel out of smooth scrolling, which comes in any
 * fraction of a step.  A value without references; any thread.  It knows no toolkit.
 */
#ifndef UI_GTK_SCROLL_H
#define UI_GTK_SCROLL_H

typedef struct DisplayGtkScroll {
    double rest_x, rest_y;      /* of a step, not yet sent */
} DisplayGtkScroll;

typedef struct DisplayGtkSteps {
    int x, y;                   /* to the right and down */
} DisplayGtkSteps;

/* A change of direction forgets what was left of the other one. */
DisplayGtkSteps display_gtk_scroll_add(DisplayGtkScroll *scroll, double x, double y);

/* The fingers were lifted, or another device scrolls. */
void display_gtk_scroll_reset(DisplayGtkScroll *scroll);

#endif
