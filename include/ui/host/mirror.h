/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayMirror: a listener that turns the GL pictures of one console into the console's surface,
 * for who cannot show them: VNC, SPICE without GL, screendump.
 *
 * It does so when somebody wants it, and only with what has changed.  Lives as long as the process,
 * on the main thread.
 */
#ifndef UI_HOST_MIRROR_H
#define UI_HOST_MIRROR_H

#include "qemu/osdep.h"
#include "ui/console.h"
#include "ui/egl/flat.h"

typedef struct DisplayMirror DisplayMirror;

/* `context` must be current; all mirrors may use one, they work on the main thread. */
DisplayMirror *display_mirror_create(QemuConsole *con, DisplayEgl *egl, EGLContext context);

/* Begins to listen; the console has its GL provider by then. */
void display_mirror_start(DisplayMirror *mirror);

/* Between the two calls the front end asks the device for news, for itself: it needs no surface. */
void display_mirror_hush(DisplayMirror *mirror, bool hush);

/* Somebody takes the console's surface from now on. */
void display_mirror_watch(DisplayMirror *mirror);

/* For providers: whether this listener is a mirror. */
bool display_mirror_is_own(const DisplayChangeListener *listener);

/* Whether the device says when to read back. Such a device counts what changed from the picture's corner. */
bool display_mirror_is_asked(const DisplayMirror *mirror);

/* Whether the surface is what the mirror made of a GL picture. */
bool display_mirror_shows(const DisplayMirror *mirror, DisplaySurface *surface);

/* The picture in memory, with its counters. */
DisplayFlat *display_mirror_get_flat(DisplayMirror *mirror);

#endif
