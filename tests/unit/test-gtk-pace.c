/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often a head draws and asks, on a clock that the test moves. */
#include "pace.h"

#include <glib.h>

static int64_t now_ns;
static unsigned draws;

/* QEMU's timers, of which there is one */
static QEMUTimer *running;

int64_t qemu_clock_get_ns(QEMUClockType type)
{
    g_assert_cmpint(type, ==, QEMU_CLOCK_REALTIME);
    return now_ns;
}

void timer_init_full(QEMUTimer *timer, QEMUTimerListGroup *group, QEMUClockType type, int scale,
                     int attributes, QEMUTimerCB *callback, void *opaque)
{
    *timer = (QEMUTimer) {.cb = callback, .opaque = opaque};
}

void timer_mod_ns(QEMUTimer *timer, int64_t expire_time)
{
    timer->expire_time = expire_time;
    running = timer;
}

void timer_del(QEMUTimer *timer)
{
    running = NULL;
}

bool timer_pending(QEMUTimer *timer)
{
    return running;
}

static void draw(void *opaque)
{
    draws++;
}

/* Lets time pass, in steps of 10 us. */
static void pass(int64_t until_ns)
{
    for (; now_ns < until_ns; now_ns += 10000) {
        if (running && now_ns >= running->expire_time) {
            QEMUTimer *timer = running;

            running = NULL;
            timer->cb(timer->opaque);
        }
    }
}

static void start(DisplayGtkPace *pace, int rate_mhz)
{
    now_ns = 1000000000;
    draws = 0;
    running = NULL;
    display_gtk_pace_init(pace, draw, NULL);
    display_gtk_pace_set_rate(pace, rate_mhz);
}

static const int rates[] = {24000, 50000, 59940, 60000, 75000, 120000, 143981, 144000, 240000};

/* Changes that come all the time are drawn once for each picture of the monitor, or a little more often. */
static void draws_follow_the_rate(void)
{
    DisplayGtkPace pace;

    for (int i = 0; i < G_N_ELEMENTS(rates); i++) {
        start(&pace, rates[i]);
        for (int ms = 0; ms < 10000; ms++) {
            display_gtk_pace_request(&pace);
            pass(now_ns + 1000000);
        }
        /* a request may be a millisecond late */
        g_assert_cmpuint(draws * 1000 + 1000, >=, 10 * (rates[i] - rates[i] / 10));
        g_assert_cmpuint(draws * 1000, <=, 10 * (rates[i] + rates[i] / 7) + 1000);
    }
}

/* Frames that come at the monitor's rate are all drawn, each before the next one. */
static void no_frame_of_the_rate_is_left_out(void)
{
    DisplayGtkPace pace;

    for (int i = 0; i < G_N_ELEMENTS(rates); i++) {
        start(&pace, rates[i]);
        for (unsigned frame = 0; frame < 100; frame++) {
            display_gtk_pace_request(&pace);
            pass(now_ns + G_GINT64_CONSTANT(1000000000000) / rates[i]);
            g_assert_cmpuint(draws, ==, frame + 1);
        }
    }
}

/* One that is alone is drawn at once. */
static void first_change_does_not_wait(void)
{
    DisplayGtkPace pace;

    start(&pace, 24000);
    display_gtk_pace_request(&pace);
    pass(now_ns + 20000);
    g_assert_cmpuint(draws, ==, 1);
    pass(now_ns + 1000000000);
    g_assert_cmpuint(draws, ==, 1);
    display_gtk_pace_request(&pace);
    pass(now_ns + 20000);
    g_assert_cmpuint(draws, ==, 2);
}

static void cancelled_change_is_not_drawn(void)
{
    DisplayGtkPace pace;

    start(&pace, 60000);
    display_gtk_pace_request(&pace);
    display_gtk_pace_cancel(&pace);
    pass(now_ns + 1000000000);
    g_assert_cmpuint(draws, ==, 0);
}

/* A device that waits to be asked is asked as often as the monitor shows a picture. */
static void asks_follow_the_rate(void)
{
    static const struct {
        int rate_mhz;
        unsigned ms;
    } cases[] = {{0, 16}, {60000, 16}, {75000, 13}, {120000, 8}, {144000, 6}, {240000, 4}};
    DisplayGtkPace pace;

    for (int i = 0; i < G_N_ELEMENTS(cases); i++) {
        start(&pace, cases[i].rate_mhz);
        g_assert_cmpuint(display_gtk_pace_get_interval(&pace), ==, cases[i].ms);
        g_assert_cmpint(display_gtk_pace_get_rate(&pace), ==,
                        cases[i].rate_mhz ? cases[i].rate_mhz : 60000);
    }
}

static void ask(DisplayGtkPace *pace, bool has_news)
{
    display_gtk_pace_begin_asking(pace);
    if (has_news) {
        display_gtk_pace_changed(pace);
    }
    display_gtk_pace_end_asking(pace);
}

static void ask_in_vain(DisplayGtkPace *pace)
{
    for (int i = 0; i < 100; i++) {
        ask(pace, false);
    }
}

static void device_without_news_is_asked_less_often(void)
{
    DisplayGtkPace pace;

    start(&pace, 144000);
    ask_in_vain(&pace);
    g_assert_cmpuint(display_gtk_pace_get_interval(&pace), ==, 100);
    ask(&pace, true);
    g_assert_cmpuint(display_gtk_pace_get_interval(&pace), ==, 6);
    ask_in_vain(&pace);
    display_gtk_pace_wake(&pace);
    g_assert_cmpuint(display_gtk_pace_get_interval(&pace), ==, 6);
}

static void device_that_tells_is_hardly_asked(void)
{
    DisplayGtkPace pace;

    start(&pace, 144000);
    display_gtk_pace_changed(&pace);
    ask_in_vain(&pace);
    g_assert_cmpuint(display_gtk_pace_get_interval(&pace), ==, 3000);
    display_gtk_pace_changed(&pace);
    display_gtk_pace_wake(&pace);
    g_assert_cmpuint(display_gtk_pace_get_interval(&pace), ==, 3000);
    display_gtk_pace_restart(&pace);
    g_assert_cmpuint(display_gtk_pace_get_interval(&pace), ==, 6);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gtk/pace/draws-follow-the-rate", draws_follow_the_rate);
    g_test_add_func("/gtk/pace/no-frame-of-the-rate-is-left-out", no_frame_of_the_rate_is_left_out);
    g_test_add_func("/gtk/pace/first-change-does-not-wait", first_change_does_not_wait);
    g_test_add_func("/gtk/pace/cancelled-change-is-not-drawn", cancelled_change_is_not_drawn);
    g_test_add_func("/gtk/pace/asks-follow-the-rate", asks_follow_the_rate);
    g_test_add_func("/gtk/pace/device-without-news-is-asked-less-often",
                    device_without_news_is_asked_less_often);
    g_test_add_func("/gtk/pace/device-that-tells-is-hardly-asked",
                    device_that_tells_is_hardly_asked);
    return g_test_run();
}
