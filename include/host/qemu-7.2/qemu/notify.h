/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notifiers of the host.
 */
#ifndef HOST_QEMU_QEMU_NOTIFY_H
#define HOST_QEMU_QEMU_NOTIFY_H

#include "qemu/queue.h"
#include "host-layout.h"

struct Notifier {
    void (*notify)(Notifier *notifier, void *data);
    QLIST_ENTRY(Notifier) node;
};
HOST_LAYOUT(struct Notifier, 24);

struct NotifierList {
    struct {
        struct Notifier *lh_first;
    } notifiers;
};
HOST_LAYOUT(struct NotifierList, 8);

void notifier_list_init(NotifierList *list);
void notifier_list_add(NotifierList *list, Notifier *notifier);
void notifier_remove(Notifier *notifier);
void notifier_list_notify(NotifierList *list, void *data);
bool notifier_list_empty(NotifierList *list);

#endif
