/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "uevents.h"

#define REPORT_INTERVAL_NS 2000000000ull

static volatile sig_atomic_t stop_asked;

static void ask_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

uint64_t vgpu_now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static bool follow_outputs(VgpuFrames *frames, int uevents)
{
    return !vgpu_uevents_happened(uevents) || frames->ops->outputs_changed(frames);
}

static void report(VgpuFrames *frames)
{
    uint64_t now = vgpu_now_ns();

    if (now - frames->reported_ns > REPORT_INTERVAL_NS) {
        printf("%s: frames %u fps %.1f\n", frames->ops->name, frames->now,
               (frames->now - frames->reported) * 1e9 / (now - frames->reported_ns));
        frames->reported_ns = now;
        frames->reported = frames->now;
    }
}

static void pace(const VgpuFrames *frames)
{
    unsigned long shown = frames->now - frames->first;
    uint64_t due, now = vgpu_now_ns();

    if (frames->per_second) {
        due = frames->started_ns + shown * 1000000000ull / frames->per_second;
        if (due > now) {
            usleep((due - now) / 1000);
        }
    }
}

static bool animate(VgpuFrames *frames, int uevents)
{
    unsigned long last = frames->first + frames->count;

    frames->started_ns = frames->reported_ns = vgpu_now_ns();
    frames->reported = frames->now;
    while (!stop_asked && (!frames->count || frames->now < last)) {
        if (!follow_outputs(frames, uevents) || !frames->ops->show(frames, frames->now + 1)) {
            return false;
        }
        frames->now++;
        report(frames);
        pace(frames);
    }
    return true;
}

static bool hold(VgpuFrames *frames, int uevents)
{
    if (frames->ops->held) {
        frames->ops->held(frames);
    }
    printf("%s: hold frame %u\n", frames->ops->name, frames->now);
    while (!stop_asked) {
        struct pollfd wait = { .fd = uevents, .events = POLLIN };

        poll(&wait, 1, 1000);
        if (!follow_outputs(frames, uevents)) {
            return false;
        }
    }
    return true;
}

bool vgpu_frames_run(VgpuFrames *frames)
{
    int uevents = vgpu_uevents_open();
    unsigned long shown;
    double seconds;

    signal(SIGINT, ask_stop);
    signal(SIGTERM, ask_stop);
    frames->now = frames->first;
    if (!frames->ops->start(frames) || !animate(frames, uevents)) {
        return false;
    }
    shown = frames->now - frames->first;
    seconds = (vgpu_now_ns() - frames->started_ns) / 1e9;
    if (frames->hold && !hold(frames, uevents)) {
        return false;
    }
    printf("%s: done frames %lu seconds %.1f fps %.1f\n", frames->ops->name, shown, seconds,
           seconds > 0 ? shown / seconds : 0);
    return true;
}
