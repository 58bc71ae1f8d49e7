/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkSurface: the widget that a scene is drawn on, and one of the ways to draw on it.
 *
 * A surface draws what is damaged in its scene's view and nothing else.  Everything that the window
 * system lost (an area that was covered, say) it draws again by itself.  Owned by a head, whose scene
 * it borrows; main thread.
 */
#ifndef UI_GTK_SURFACE_H
#define UI_GTK_SURFACE_H

#include <gtk/gtk.h>

#include "ui/display/scene.h"

typedef struct DisplayGtkSurface DisplayGtkSurface;

typedef struct DisplayGtkSurfaceOps {
    void (*free)(DisplayGtkSurface *surface);
    /* Brings the view's damage to the widget, at once or with the toolkit's next frame. */
    void (*update)(DisplayGtkSurface *surface);
    /* The scene was placed anew: all of the widget is to be drawn again. */
    void (*placed)(DisplayGtkSurface *surface);
} DisplayGtkSurfaceOps;

typedef struct DisplayGtkSurfaceOwner {
    /*
     * The damage was drawn.  `fence` is -1 when the guest's pixels have been read, or when it does not
     * wait; else it becomes readable when they have, and is the callee's to close.
     */
    void (*taken)(void *opaque, int fence);
    /* It cannot be drawn; the owner tells, once. */
    void (*failed)(void *opaque, const char *reason);
} DisplayGtkSurfaceOwner;

struct DisplayGtkSurface {
    const DisplayGtkSurfaceOps *ops;
    const DisplayGtkSurfaceOwner *owner;
    void *opaque;               /* the owner's */
    GtkWidget *widget;          /* holds a reference */
    DisplayScene *scene;
    bool guest_waits;           /* until its pixels have been read: else no fence is needed */
    uint64_t draws;             /* updates that drew something, and pixels of the window they drew */
    uint64_t pixels;
};

#endif
