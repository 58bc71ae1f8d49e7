/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A copy of the pages, brought up to date where a flush says that they changed. */
#include <sys/mman.h>

#include "../view.h"

static bool shadow_open(VgpuView *view)
{
    void *data = mmap(NULL, view->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (data == MAP_FAILED) {
        return false;
    }
    view->data = data;
    return true;
}

static void shadow_close(VgpuView *view)
{
    munmap(view->data, view->size);
}

const VgpuViewWay vgpu_view_shadow = {
    .name = "shadow",
    .bit = VGPU_VIEW_SHADOW,
    .open = shadow_open,
    .close = shadow_close,
};
