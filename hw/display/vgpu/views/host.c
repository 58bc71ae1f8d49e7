/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages that lie one behind the other in this process anyway. */
#include "../view.h"

static bool host_open(VgpuView *view)
{
    if (view->backing->n_ranges != 1) {
        return false;
    }
    view->data = view->backing->ranges[0].host;
    return true;
}

static void host_close(VgpuView *view)
{
}

const VgpuViewWay vgpu_view_host = {
    .name = "host",
    .bit = VGPU_VIEW_HOST,
    .open = host_open,
    .close = host_close,
};
