/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The 3D renderer that is virglrenderer, on an EGL of its own.
 *
 * The library is one per process: so is the renderer. Another one cannot be made before it is
 * destroyed; half a second is waited for that.
 */
#ifndef HW_DISPLAY_VGPU_RENDERER_VIRGL_H
#define HW_DISPLAY_VGPU_RENDERER_VIRGL_H

#include "hw/display/vgpu/renderer-3d.h"

struct DisplayEgl;

/* What the renderer asks about displays. The host's, who keeps it while the device lives. */
typedef struct VgpuVirglDisplays VgpuVirglDisplays;

struct VgpuVirglDisplays {
    /*
     * Owner thread, before the first call since the start or a reset. The EGL that a display draws
     * with, and a new EGLContext of its share group, current nowhere, both the caller's. NULL: to
     * stay, since there is none, or where the renderer moved after the last time (`moved`) is right.
     */
    struct DisplayEgl *(*choose)(VgpuVirglDisplays *displays, bool moved, void **context);
};

/*
 * Opens EGL and the library on the calling thread, which is to be the executor's. `render_node` as
 * display_egl_open() has it. With `venus` there is a capability set for Vulkan, too, where library
 * and drivers have that. `displays` may be NULL. NULL with an error where it does not work.
 */
VgpuRenderer3D *vgpu_virgl_create(const char *render_node, bool venus,
                                  VgpuVirglDisplays *displays, GError **error);

#endif
