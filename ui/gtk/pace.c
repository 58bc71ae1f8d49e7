/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DisplayGtkPace: drawing at the monitor's pace, asking as often as it is worth. */
#include "pace.h"

/* A period of so many nanoseconds is a rate of 1 mHz. */
#define MHZ_NS G_GINT64_CONSTANT(1000000000000)

#define RATE_DEFAULT_MHZ 60000
#define RATE_MIN_MHZ 10000
#define RATE_MAX_MHZ 1000000

/* Of the period: less than all of it, so that a frame that was late does not delay those after it */
#define SPACING(period) ((period) / 8 * 7)

/* Times without news after which a device is asked less often */
#define PATIENCE 64
#define ASLEEP_MS 100
#define TOLD_MS 3000

static void on_timer(void *opaque)
{
    DisplayGtkPace *pace = opaque;

    pace->drawn_ns = qemu_clock_get_ns(QEMU_CLOCK_REALTIME);
    pace->draw(pace->opaque);
}

void display_gtk_pace_init(DisplayGtkPace *pace, void (*draw)(void *opaque), void *opaque)
{
    *pace = (DisplayGtkPace) {.draw = draw, .opaque = opaque};
    timer_init_ns(&pace->timer, QEMU_CLOCK_REALTIME, on_timer, pace);
    display_gtk_pace_set_rate(pace, 0);
}

void display_gtk_pace_finish(DisplayGtkPace *pace)
{
    timer_del(&pace->timer);
}

void display_gtk_pace_set_rate(DisplayGtkPace *pace, int rate_mhz)
{
    int rate = rate_mhz ? CLAMP(rate_mhz, RATE_MIN_MHZ, RATE_MAX_MHZ) : RATE_DEFAULT_MHZ;

    pace->period_ns = MHZ_NS / rate;
}

int display_gtk_pace_get_rate(const DisplayGtkPace *pace)
{
    return MHZ_NS / pace->period_ns;
}

void display_gtk_pace_request(DisplayGtkPace *pace)
{
    if (!timer_pending(&pace->timer)) {
        timer_mod_ns(&pace->timer, MAX(qemu_clock_get_ns(QEMU_CLOCK_REALTIME),
                                       pace->drawn_ns + SPACING(pace->period_ns)));
    }
}

void display_gtk_pace_cancel(DisplayGtkPace *pace)
{
    timer_del(&pace->timer);
}

void display_gtk_pace_begin_asking(DisplayGtkPace *pace)
{
    pace->is_asking = true;
    pace->quiet = MIN(pace->quiet + 1, PATIENCE);
}

void display_gtk_pace_end_asking(DisplayGtkPace *pace)
{
    pace->is_asking = false;
}

void display_gtk_pace_changed(DisplayGtkPace *pace)
{
    pace->is_told = !pace->is_asking;
    if (pace->is_asking) {
        pace->quiet = 0;
    }
}

void display_gtk_pace_wake(DisplayGtkPace *pace)
{
    if (!pace->is_told) {
        pace->quiet = 0;
    }
}

void display_gtk_pace_restart(DisplayGtkPace *pace)
{
    pace->quiet = 0;
    pace->is_told = false;
}

unsigned display_gtk_pace_get_interval(const DisplayGtkPace *pace)
{
    if (pace->quiet < PATIENCE) {
        return MAX(pace->period_ns / 1000000, 1);
    }
    return pace->is_told ? TOLD_MS : ASLEEP_MS;
}
