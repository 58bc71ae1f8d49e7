/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuSurface: the surface of a console that shows pixels.
 *
 * It is the pixels themselves, without a copy. Only while VNC clients are there and the driver flips
 * between pictures of the same size and format is it memory of its own instead, which stays the
 * console's surface from one flip to the next (ui/host/vnc.h says why); what changed is copied when a
 * display asks, or soon. Main thread.
 */
#ifndef HW_DISPLAY_VGPU_SURFACE_H
#define HW_DISPLAY_VGPU_SURFACE_H

#include "qemu/osdep.h"
#include "ui/console.h"

typedef struct VgpuSurface VgpuSurface;

/* Made and destroyed by the head of a device; destroy takes NULL. */
VgpuSurface *vgpu_surface_create(QemuConsole *console);
void vgpu_surface_destroy(VgpuSurface *surface);

/* What had to be copied for VNC since it was made. */
uint64_t vgpu_surface_get_bytes_copied(const VgpuSurface *surface);

/* Shows an image from now on, and takes a reference for as long. Says nothing about its content. */
void vgpu_surface_show(VgpuSurface *surface, pixman_image_t *image);
/* The content changed here (pixels). */
void vgpu_surface_update(VgpuSurface *surface, int x, int y, int width, int height);
/* A display asks for the surface: brings it up to date. */
void vgpu_surface_refresh(VgpuSurface *surface);
/* The console is about to show something else. */
void vgpu_surface_forget(VgpuSurface *surface);

#endif
