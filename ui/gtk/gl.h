/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayGtkGl: GL for all windows and devices of the process: one EGL display, and the context in
 * which everything is drawn.  Lives as long as the process; main thread.
 */
#ifndef UI_GTK_GL_H
#define UI_GTK_GL_H

#include <gtk/gtk.h>

#include "surface.h"
#include "ui/console.h"
#include "ui/host/provider.h"

typedef struct DisplayGtkGl {
    DisplayEgl *egl;
    EGLContext context;
} DisplayGtkGl;

/*
 * Opens EGL on the toolkit's connection to the window system; falls back from OpenGL to OpenGL ES
 * where it must.  NULL with an error.
 */
DisplayGtkGl *display_gtk_gl_open(GdkDisplay *display, DisplayGLMode mode, GError **error);

/* Tells the other modules of the process. */
void display_gtk_gl_publish(const DisplayGtkGl *gl);

/* Devices behind this console get their contexts here; `own` is what the window listens with. */
DisplayProvider *display_gtk_gl_provide(DisplayGtkGl *gl, QemuConsole *con,
                                        const DisplayChangeListenerOps *own);

/*
 * Makes the context current, with a surface or EGL_NO_SURFACE; answers the one before, which a device
 * in the middle of its work must find again.
 */
EGLContext display_gtk_gl_enter(const DisplayGtkGl *gl, EGLSurface surface);
void display_gtk_gl_leave(const DisplayGtkGl *gl, EGLContext before);

/*
 * The way to draw that is best here.  Under X11: with GL on the window, unless EGL cannot be told what
 * changed of it nor tells how old its back buffers are, so that it would bring all of the window to the
 * screen for every change.  Under Wayland: with GL in the toolkit's frames, if the toolkit has GL.
 * Else, and without `gl`: in memory.  The environment variable VGPU_GTK_SURFACE ("memory", "window",
 * "area") chooses, too.
 */
DisplayGtkSurface *display_gtk_gl_create_surface(DisplayGtkGl *gl);

/* GL pictures are read back, and all is brought to the window by cairo; `gl` NULL: there are none. */
DisplayGtkSurface *display_gtk_memory_surface_new(DisplayGtkGl *gl);

/* Drawn with GL straight on the window; X11 only. */
DisplayGtkSurface *display_gtk_window_surface_new(DisplayGtkGl *gl);

/* Drawn with GL, in the toolkit's frames. */
DisplayGtkSurface *display_gtk_area_surface_new(DisplayGtkGl *gl);

#endif
