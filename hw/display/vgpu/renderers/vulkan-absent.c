/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Built without Vulkan's loader: guests are offered none. */
#include "virgl-private.h"

bool vgpu_virgl_has_vulkan(void)
{
    return false;
}
