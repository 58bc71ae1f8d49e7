/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the devices of this tree offer to its displays, beyond what QEMU's listeners carry.
 *
 * Displays look the function up by its name, so each works beside other devices, too. The name
 * has the version: whatever changes here gets another one. Main thread, with the big lock.
 */
#ifndef HW_DISPLAY_VGPU_SHARING_GLUE_H
#define HW_DISPLAY_VGPU_SHARING_GLUE_H

#include "ui/console.h"
#include "ui/display/buffer.h"

#define VGPU_SHARE_CONSOLE "vgpu_share_console_1"

/*
 * The memory of the console's surface, whose image is given, for other processes to map: valid as
 * long as the image. What is read there can be newer than what displays were told. False when the
 * device is none of ours or has no such memory, at least now.
 */
typedef bool VgpuShareConsole(QemuConsole *console, pixman_image_t *image, DisplayMemory *memory);

#endif
