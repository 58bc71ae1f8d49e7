/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the devices and the displays of this tree know of each other, beyond what QEMU's listeners carry.
 *
 * Either looks up by a name what the other may have, so each works beside others, too. A name has
 * its version: whatever changes here gets another one. Main thread, with the big lock.
 */
#ifndef HW_DISPLAY_VGPU_SHARING_GLUE_H
#define HW_DISPLAY_VGPU_SHARING_GLUE_H

#include "ui/console.h"
#include "ui/display/buffer.h"

/*
 * A property of consoles whose display brings GL pictures into the console's surface: their device may ask
 * for that by an empty dpy_gl_update.
 */
#define DISPLAY_MIRROR_PROPERTY "x-display-mirror"

#define VGPU_SHARE_CONSOLE "vgpu_share_console_1"

/*
 * The memory of the console's surface, whose image is given, for other processes to map: valid as
 * long as the image. What is read there can be newer than what displays were told. False when the
 * device is none of ours or has no such memory, at least now.
 */
typedef bool VgpuShareConsole(QemuConsole *console, pixman_image_t *image, DisplayMemory *memory);

#define VGPU_SHOWN_TEXTURE "vgpu_shown_texture_1"

/*
 * The buffer of a texture that the console's device shows, which names the same storage for as long as it
 * lives: what a display makes of the texture can hang on it, and is there when it is shown again. Borrowed,
 * valid until the console shows something else. NULL when the device is none of ours or shows another.
 */
typedef DisplayBuffer *VgpuShownTexture(QemuConsole *console, uint32_t texture);

#endif
