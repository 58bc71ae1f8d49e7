/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device under test with a renderer that does not draw. */
#include "session.h"

VgpuRenderer3D *vgpu_fuzz_take_renderer(void)
{
    return NULL;
}

void vgpu_fuzz_tame(VgpuFuzzStep *step)
{
}
