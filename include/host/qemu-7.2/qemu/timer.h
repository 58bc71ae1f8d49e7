/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clocks and main loop timers.
 */
#ifndef HOST_QEMU_QEMU_TIMER_H
#define HOST_QEMU_QEMU_TIMER_H

#include "qemu/osdep.h"
#include "host-layout.h"

typedef enum QEMUClockType {
    QEMU_CLOCK_REALTIME = 0,
    QEMU_CLOCK_VIRTUAL = 1,
    QEMU_CLOCK_HOST = 2,
    QEMU_CLOCK_VIRTUAL_RT = 3,
    QEMU_CLOCK_MAX = 4,
} QEMUClockType;

#define SCALE_NS  1
#define SCALE_US  0x3e8
#define SCALE_MS  0xf4240

typedef void QEMUTimerCB(void *opaque);

struct QEMUTimer {
    int64_t expire_time;
    QEMUTimerList *timer_list;
    QEMUTimerCB *cb;
    void *opaque;
    QEMUTimer *next;
    int attributes;
    int scale;
};
HOST_LAYOUT(QEMUTimer, 48);
HOST_LAYOUT_AT(QEMUTimer, timer_list, 8);
HOST_LAYOUT_AT(QEMUTimer, cb, 16);
HOST_LAYOUT_AT(QEMUTimer, opaque, 24);
HOST_LAYOUT_AT(QEMUTimer, next, 32);
HOST_LAYOUT_AT(QEMUTimer, attributes, 40);
HOST_LAYOUT_AT(QEMUTimer, scale, 44);

struct QEMUTimerListGroup {
    QEMUTimerList *tl[4];
};
HOST_LAYOUT(QEMUTimerListGroup, 32);
extern QEMUTimerListGroup main_loop_tlg;

int64_t qemu_clock_get_ns(QEMUClockType type);
void timer_init_full(QEMUTimer *ts, QEMUTimerListGroup *timer_list_group,
                     QEMUClockType type, int scale, int attributes, QEMUTimerCB *cb,
                     void *opaque);
void timer_deinit(QEMUTimer *ts);
void timer_del(QEMUTimer *ts);
void timer_mod(QEMUTimer *ts, int64_t expire_time);
void timer_mod_ns(QEMUTimer *ts, int64_t expire_time);
void timer_mod_anticipate(QEMUTimer *ts, int64_t expire_time);
bool timer_pending(QEMUTimer *ts);
uint64_t timer_expire_time_ns(QEMUTimer *ts);

static inline int64_t qemu_clock_get_us(QEMUClockType type)
{
    return qemu_clock_get_ns(type) / SCALE_US;
}

static inline int64_t qemu_clock_get_ms(QEMUClockType type)
{
    return qemu_clock_get_ns(type) / SCALE_MS;
}

static inline void timer_init_ns(QEMUTimer *ts, QEMUClockType type, QEMUTimerCB *cb, void *opaque)
{
    timer_init_full(ts, NULL, type, SCALE_NS, 0, cb, opaque);
}

static inline void timer_init_ms(QEMUTimer *ts, QEMUClockType type, QEMUTimerCB *cb, void *opaque)
{
    timer_init_full(ts, NULL, type, SCALE_MS, 0, cb, opaque);
}

static inline QEMUTimer *timer_new_ns(QEMUClockType type, QEMUTimerCB *cb, void *opaque)
{
    QEMUTimer *ts = g_new0(QEMUTimer, 1);

    timer_init_ns(ts, type, cb, opaque);
    return ts;
}

static inline QEMUTimer *timer_new_ms(QEMUClockType type, QEMUTimerCB *cb, void *opaque)
{
    QEMUTimer *ts = g_new0(QEMUTimer, 1);

    timer_init_ms(ts, type, cb, opaque);
    return ts;
}

static inline void timer_free(QEMUTimer *ts)
{
    if (ts) {
        timer_del(ts);
        g_free(ts);
    }
}

#endif
