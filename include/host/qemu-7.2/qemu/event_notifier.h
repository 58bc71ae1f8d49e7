/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An eventfd with a handler in the main loop.
 */
#ifndef HOST_QEMU_QEMU_EVENT_NOTIFIER_H
#define HOST_QEMU_QEMU_EVENT_NOTIFIER_H

#include "qemu/osdep.h"
#include "host-layout.h"

struct EventNotifier {
    int rfd;
    int wfd;
    bool initialized;
    uint8_t host_pad0[3];
};
HOST_LAYOUT(EventNotifier, 12);
HOST_LAYOUT_AT(EventNotifier, wfd, 4);
HOST_LAYOUT_AT(EventNotifier, initialized, 8);

typedef void EventNotifierHandler(EventNotifier *e);

int event_notifier_init(EventNotifier *e, int active);
void event_notifier_cleanup(EventNotifier *e);
int event_notifier_get_fd(const EventNotifier *e);
int event_notifier_set(EventNotifier *e);
int event_notifier_test_and_clear(EventNotifier *e);
void event_notifier_set_handler(EventNotifier *e, EventNotifierHandler *handler);

#endif
