/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkArea: where in a widget the picture of a console lies, for what comes from pointers and
 * fingers.  A value without references; any thread.  It knows no toolkit.
 */
#ifndef UI_GTK_AREA_H
#define UI_GTK_AREA_H

#include "ui/display/placement.h"

/* Of absolute positions: 0 to this, from one edge of the picture to the other. */
#define DISPLAY_GTK_POSITION_MAX 0x7fff

typedef struct DisplayGtkArea {
    DisplayPlacement placement;     /* of the picture in the widget's device pixels; not empty */
    int scale;                      /* device pixels per logical pixel, which events are in */
} DisplayGtkArea;

/* A logical point in units of absolute positions, clamped to the picture; false: outside of it. */
bool display_gtk_area_position(const DisplayGtkArea *area, double x, double y, int *guest_x,
                               int *guest_y);

/* The logical point in the middle of what shows a pixel of the guest. */
void display_gtk_area_locate(const DisplayGtkArea *area, int guest_x, int guest_y, double *x,
                             double *y);

/* Device pixels per pixel of the guest, from left to right. */
double display_gtk_area_zoom(const DisplayGtkArea *area);

typedef struct DisplayGtkMotion {
    double rest_x, rest_y;          /* less than a pixel of the guest, not yet sent */
} DisplayGtkMotion;

/*
 * Whole guest pixels out of a motion in logical pixels; what is left stays in `motion` for the
 * next, so that slow motions over an enlarged picture are not lost.
 */
void display_gtk_motion_add(DisplayGtkMotion *motion, const DisplayGtkArea *area, double x,
                            double y, int *guest_x, int *guest_y);

#endif
