/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayDbusGl: the GL picture of one console, as a dmabuf for those who take one and in memory
 * for the others.
 *
 * It has the console's GL provider too, whose mirror serves screendump and displays without GL.
 * Nothing is exported, imported or read back before somebody asks. A texture is exported once for as
 * long as it is shown; a device of this tree has it exported once for as long as it lives.
 * Owned by a console; main thread, and whatever context is current when a function is called is
 * current again afterwards.
 */
#ifndef UI_DBUS_GL_H
#define UI_DBUS_GL_H

#include "picture.h"
#include "ui/console.h"

typedef struct DisplayDbusGl DisplayDbusGl;

/*
 * Opens EGL for all consoles; call it once, and before any other function.  False with an error.
 */
bool display_dbus_gl_open(const char *render_node, DisplayGLMode mode, Error **errp);
bool display_dbus_gl_is_open(void);

/* Gives the console its provider for good; `own` are the operations of who shows this picture. */
DisplayDbusGl *display_dbus_gl_new(QemuConsole *con, const DisplayChangeListenerOps *own);
/* Takes NULL; the provider of a console stays and so does its mirror, but there is no picture. */
void display_dbus_gl_finish(DisplayDbusGl *gl);

/* Between the two calls the device is asked for news that need not become a surface. */
void display_dbus_gl_hush_mirror(DisplayDbusGl *gl, bool hush);
/* Whether the surface is what others see of the GL picture. */
bool display_dbus_gl_is_mirrored(const DisplayDbusGl *gl, DisplaySurface *surface);

/* What is shown from now on; false when nothing of it can be shown. */
bool display_dbus_gl_show_texture(DisplayDbusGl *gl, const ScanoutTexture *texture);
bool display_dbus_gl_show_dmabuf(DisplayDbusGl *gl, const QemuDmaBuf *dmabuf);
void display_dbus_gl_show_nothing(DisplayDbusGl *gl);
/* The device takes a dmabuf back. */
void display_dbus_gl_release_dmabuf(DisplayDbusGl *gl, const QemuDmaBuf *dmabuf);

bool display_dbus_gl_is_shown(const DisplayDbusGl *gl);
void display_dbus_gl_get_size(const DisplayDbusGl *gl, uint32_t *width, uint32_t *height);

/* The picture changed here; the numbers are the device's.  Sets `box` to where, in the picture. */
bool display_dbus_gl_damage(DisplayDbusGl *gl, uint32_t x, uint32_t y, uint32_t w, uint32_t h,
                            pixman_box32_t *box);

/* The picture as dmabufs, which belong to it; no planes where the driver has none. */
DisplayDbusDmabuf display_dbus_gl_get_dmabuf(DisplayDbusGl *gl);

/* The memory that a dmabuf of the guest's is, if clients can map it and find row 0 on top. */
bool display_dbus_gl_get_memory(DisplayDbusGl *gl, DisplayDbusMemory *memory);

/* The picture in memory, brought up to date; borrowed, NULL when it cannot be read. */
pixman_image_t *display_dbus_gl_get_pixels(DisplayDbusGl *gl);

#endif
