/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkPace: when a head draws, and how often its device is asked for news.
 *
 * Drawn is soon after something changed, but not faster than the monitor shows pictures, so that what
 * changes together is drawn together.  Devices that tell of changes by themselves are asked every few
 * seconds only; those that wait to be asked, at the monitor's pace while something changes and ten times
 * a second after a while without.  Owned by a head; main thread.
 */
#ifndef UI_GTK_PACE_H
#define UI_GTK_PACE_H

#include "qemu/osdep.h"
#include "qemu/timer.h"

typedef struct DisplayGtkPace {
    QEMUTimer timer;
    void (*draw)(void *opaque);
    void *opaque;
    int64_t period_ns;          /* of the monitor */
    int64_t drawn_ns;           /* when it was drawn last */
    unsigned quiet;             /* times in a row that asking brought nothing */
    bool is_asking;
    bool is_told;               /* the last change was one that the device told of by itself */
} DisplayGtkPace;

void display_gtk_pace_init(DisplayGtkPace *pace, void (*draw)(void *opaque), void *opaque);
void display_gtk_pace_finish(DisplayGtkPace *pace);

/* The monitor's refresh rate in millihertz; 0 where it is not known. */
void display_gtk_pace_set_rate(DisplayGtkPace *pace, int rate_mhz);
/* The same, with what is assumed where it is not known. */
int display_gtk_pace_get_rate(const DisplayGtkPace *pace);

/* Something is to be drawn. */
void display_gtk_pace_request(DisplayGtkPace *pace);
/* Nothing is to be drawn any more. */
void display_gtk_pace_cancel(DisplayGtkPace *pace);

/* Around each time that the device is asked. */
void display_gtk_pace_begin_asking(DisplayGtkPace *pace);
void display_gtk_pace_end_asking(DisplayGtkPace *pace);
/* The device says that the picture has changed. */
void display_gtk_pace_changed(DisplayGtkPace *pace);
/* The user does something: answers are to be seen soon. */
void display_gtk_pace_wake(DisplayGtkPace *pace);
/* The device may be another one from now on, or in another mode. */
void display_gtk_pace_restart(DisplayGtkPace *pace);

/* Milliseconds between two times of asking. */
unsigned display_gtk_pace_get_interval(const DisplayGtkPace *pace);

#endif
