/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the device says to its observer: traces, and the guest's mistakes within limits. */
#include <time.h>

#include "device-private.h"

/* A guest may make this many mistakes a window before the rest are only counted. */
#define LINES_PER_WINDOW 10
#define WINDOW_NS (5 * G_GINT64_CONSTANT(1000000000))

int64_t vgpu_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * G_GINT64_CONSTANT(1000000000) + now.tv_nsec;
}

static bool may_log(VgpuLogLimit *limit)
{
    int64_t now = vgpu_now_ns();

    if (!limit->window_ns || now - limit->window_ns > WINDOW_NS) {
        limit->window_ns = now;
        limit->lines = 0;
    }
    if (limit->lines >= LINES_PER_WINDOW) {
        limit->suppressed++;
        return false;
    }
    limit->lines++;
    return true;
}

void vgpu_device_guest_error(VgpuDevice *device, const char *format, ...)
{
    VgpuObserver *observer = device->config.observer;
    VgpuLogLimit *limit = &device->log_limit;
    g_autofree char *line = NULL;
    va_list arguments;

    if (!observer || !observer->ops->guest_error || !may_log(limit)) {
        return;
    }
    if (limit->suppressed) {
        g_autofree char *lost = g_strdup_printf("%u more mistakes were not logged",
                                                limit->suppressed);

        limit->suppressed = 0;
        observer->ops->guest_error(observer, lost);
    }
    va_start(arguments, format);
    line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    observer->ops->guest_error(observer, line);
}

void vgpu_device_emit_trace(VgpuDevice *device, VgpuTraceEvent event, const uint64_t values[4])
{
    VgpuObserver *observer = device->config.observer;

    if (observer->ops->trace) {
        observer->ops->trace(observer, event, values);
    }
}
