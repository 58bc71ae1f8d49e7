/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the module with a 3D renderer uses of the module with the engine. */
#ifndef HW_DISPLAY_VGPU_EXPORT_H
#define HW_DISPLAY_VGPU_EXPORT_H

#define VGPU_EXPORT __attribute__((visibility("default")))

#endif
