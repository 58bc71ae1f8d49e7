/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Heads and links of the host's intrusive lists, for the layout of structures that carry them.
 *
 * Only the host walks these lists; the modules keep their own data in GLib containers.
 */
#ifndef HOST_QEMU_QEMU_QUEUE_H
#define HOST_QEMU_QEMU_QUEUE_H

#include "qemu/osdep.h"

typedef struct QTailQLink {
    void *tql_next;
    struct QTailQLink *tql_prev;
} QTailQLink;

#define QTAILQ_ENTRY(type) \
    union {                \
        struct type *tqe_next; \
        QTailQLink tqe_circ;   \
    }
#define QLIST_ENTRY(type)      \
    struct {                   \
        struct type *le_next;  \
        struct type **le_prev; \
    }

#endif
