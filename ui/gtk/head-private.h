/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of DisplayGtkHead share among themselves.
 */
#ifndef UI_GTK_HEAD_PRIVATE_H
#define UI_GTK_HEAD_PRIVATE_H

#include "head.h"
#include "keyboard.h"
#include "pace.h"
#include "pointer.h"
#include "qemu/main-loop.h"
#include "touch.h"
#include "ui/host/frames.h"
#include "ui/host/provider.h"

struct DisplayGtkHead {
    DisplayChangeListener listener;
    DisplayGtkHeadSettings settings;
    DisplayScene scene;
    DisplayGtkSurface *surface;
    DisplayGtkPace pace;
    GdkMonitor *monitor;        /* whose rate `pace` has; NULL: none is known */
    DisplayHostDmabufs dmabufs;
    DisplayProvider *provider;  /* NULL: no GL */
    DisplayGtkKeyboard *keyboard;
    DisplayGtkPointer *pointer;
    DisplayGtkTouch *touch;
    QEMUCursor *drawn_cursor;   /* what the view's cursor was made of; only compared */
    double zoom;
    QEMUBH *release;            /* lets the guest go on, when nobody is in the middle of something */
    int fence;                  /* becomes readable when the guest may go on; -1: none */
    bool is_blocked;            /* the guest waits for us */
    bool is_gl;                 /* what is shown is a texture or a dmabuf, not a surface */
    bool is_part;               /* and does not start at the corner of its buffer */
    int32_t part_x, part_y;
    bool is_placeholder;        /* what is shown is QEMU's words, not the guest's picture */
    bool is_mapped;
    bool is_minimized;
    bool is_new;                /* shown, and has not said yet what size it wants */
    bool is_user_sized;         /* the window's size is the user's */
    char *failure;              /* why something was not shown; said once, however often it happens */
    guint size_source;          /* settles what a new size means */
    gint64 granted_until;       /* a size that was asked for may come until then, in microseconds */
};

/* What listens; with GL pictures, or without. */
extern const DisplayChangeListenerOps display_gtk_head_listener;
extern const DisplayChangeListenerOps display_gtk_head_gl_listener;

/* Shows another picture, NULL for none; takes over the frame's reference. */
void display_gtk_head_show(DisplayGtkHead *head, DisplayFrame *frame);

/* Something changed: draws soon. */
void display_gtk_head_request(DisplayGtkHead *head);

/* Whether anybody can see the widget. */
bool display_gtk_head_is_seen(const DisplayGtkHead *head);

/* Asks the device as often as it is worth now. */
void display_gtk_head_update_interval(DisplayGtkHead *head);

/* The guest waits until the frame has been taken; and not any longer. */
void display_gtk_head_block(DisplayGtkHead *head);
void display_gtk_head_unblock(DisplayGtkHead *head);

/* Of head-monitor.c */

/* Is told no more of what happens to its monitor. */
void display_gtk_head_forget_monitor(DisplayGtkHead *head);

/* Of head-size.c */

void display_gtk_head_get_device_size(const DisplayGtkHead *head, uint32_t *width,
                                      uint32_t *height);
/* The size that it wants may be another one now. */
void display_gtk_head_want_size(DisplayGtkHead *head);
/* Something about sizes has changed: once that ends, follows what follows from it. */
void display_gtk_head_settle(DisplayGtkHead *head);
/* Tells the guest the rate of the monitor, and of its size what it knows already. */
void display_gtk_head_tell_rate(DisplayGtkHead *head);

/* What the user does with the widget. */
void display_gtk_head_create_input(DisplayGtkHead *head);
void display_gtk_head_free_input(DisplayGtkHead *head);

void display_gtk_head_report(DisplayGtkHead *head, const char *reason);

#endif
