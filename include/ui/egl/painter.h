/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DisplayPainter: draws scenes with GL, and of them what is asked for.
 *
 * Owned by a front end; one serves any number of scenes.  Needs the context current under which it
 * was made.
 */
#ifndef UI_EGL_PAINTER_H
#define UI_EGL_PAINTER_H

#include "ui/display/scene.h"
#include "ui/egl/blit.h"
#include "ui/egl/device.h"

typedef struct DisplayPainter DisplayPainter;

/* NULL with an error when the driver refuses the shaders. */
DisplayPainter *display_painter_create(DisplayEgl *egl, GError **error);
/* Takes NULL. */
void display_painter_free(DisplayPainter *painter);

/*
 * Brings the texture of the scene's picture up to date: `damage` is of the picture, and all of it must
 * come by here.  False with an error when there is no way to the picture.
 */
bool display_painter_update(DisplayPainter *painter, const DisplayScene *scene,
                            const pixman_region32_t *damage, GError **error);

/*
 * Draws the part `where` (pixels of the window) on the framebuffer that is bound; a picture that
 * could not be brought up to date comes out black.
 */
void display_painter_draw(DisplayPainter *painter, const DisplayScene *scene,
                          const DisplayTarget *target, const pixman_region32_t *where);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DisplayPainter, display_painter_free)

#endif
