/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Read-copy-update: keeps memory maps alive while a reader looks at them.
 *
 * A thread that is not the host's must call rcu_register_thread() before its first read lock.
 */
#ifndef HOST_QEMU_QEMU_RCU_H
#define HOST_QEMU_QEMU_RCU_H

#include "qemu/notify.h"

struct rcu_reader_data {
    unsigned long ctr;
    bool waiting;
    unsigned int depth;
    QLIST_ENTRY(rcu_reader_data) node;
    NotifierList force_rcu;
};
HOST_LAYOUT(struct rcu_reader_data, 40);
HOST_LAYOUT_AT(struct rcu_reader_data, waiting, 8);
HOST_LAYOUT_AT(struct rcu_reader_data, depth, 12);
HOST_LAYOUT_AT(struct rcu_reader_data, node, 16);
HOST_LAYOUT_AT(struct rcu_reader_data, force_rcu, 32);

typedef struct QemuEvent {
    unsigned int value;
    bool initialized;
} QemuEvent;
HOST_LAYOUT(QemuEvent, 8);

extern unsigned long rcu_gp_ctr;
extern QemuEvent rcu_gp_event;

struct rcu_reader_data *get_ptr_rcu_reader(void);
void qemu_event_set(QemuEvent *ev);
void rcu_register_thread(void);
void rcu_unregister_thread(void);
void synchronize_rcu(void);
void drain_call_rcu(void);

static inline void rcu_read_lock(void)
{
    struct rcu_reader_data *reader = get_ptr_rcu_reader();

    if (reader->depth++ > 0) {
        return;
    }
    /* the host copies the counter through an unsigned int */
    __atomic_store_n(&reader->ctr, (unsigned int)__atomic_load_n(&rcu_gp_ctr, __ATOMIC_RELAXED),
                     __ATOMIC_RELAXED);
    /* no membarrier() in this host: the store must be visible before anything is read */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void rcu_read_unlock(void)
{
    struct rcu_reader_data *reader = get_ptr_rcu_reader();

    assert(reader->depth != 0);
    if (--reader->depth > 0) {
        return;
    }
    __atomic_store_n(&reader->ctr, 0, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (unlikely(__atomic_load_n(&reader->waiting, __ATOMIC_RELAXED))) {
        __atomic_store_n(&reader->waiting, false, __ATOMIC_RELAXED);
        qemu_event_set(&rcu_gp_event);
    }
}

struct rcu_head;

typedef void RCUCBFunc(struct rcu_head *head);

struct rcu_head {
    struct rcu_head *next;
    RCUCBFunc *func;
};
HOST_LAYOUT(struct rcu_head, 16);
HOST_LAYOUT_AT(struct rcu_head, func, 8);

void call_rcu1(struct rcu_head *node, void (*func)(struct rcu_head *));

#define call_rcu(object, function, field)                                          \
    call_rcu1(({ _Static_assert(offsetof(__typeof__(*(object)), field) == 0,       \
                                "the rcu_head must come first"); &(object)->field; }), \
              (RCUCBFunc *)(function))

typedef void RCUReadAuto;

static inline RCUReadAuto *rcu_read_auto_lock(void)
{
    rcu_read_lock();
    return (void *)0x1;
}

static inline void rcu_read_auto_unlock(RCUReadAuto *taken)
{
    (void)taken;
    rcu_read_unlock();
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(RCUReadAuto, rcu_read_auto_unlock)

#define RCU_READ_LOCK_GUARD() \
    g_autoptr(RCUReadAuto) glue(_rcu_read_auto, __COUNTER__) G_GNUC_UNUSED = rcu_read_auto_lock()

#endif
