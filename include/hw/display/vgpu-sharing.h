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

#endif
