/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main loop: big lock, bottom halves, file descriptors.
 */
#ifndef HOST_QEMU_QEMU_MAIN_LOOP_H
#define HOST_QEMU_QEMU_MAIN_LOOP_H

#include "qemu/osdep.h"

typedef void IOHandler(void *opaque);

bool qemu_mutex_iothread_locked(void);
void qemu_mutex_lock_iothread_impl(const char *file, int line);
void qemu_mutex_unlock_iothread(void);
bool qemu_in_main_thread(void);

#define qemu_mutex_lock_iothread() qemu_mutex_lock_iothread_impl(__FILE__, __LINE__)

QEMUBH *qemu_bh_new_full(QEMUBHFunc *cb, void *opaque, const char *name,
                         MemReentrancyGuard *reentrancy_guard);
void qemu_bh_schedule(QEMUBH *bh);
void qemu_bh_schedule_idle(QEMUBH *bh);
void qemu_bh_cancel(QEMUBH *bh);
void qemu_bh_delete(QEMUBH *bh);

#define qemu_bh_new(cb, opaque) qemu_bh_new_full((cb), (opaque), (stringify(cb)), NULL)
#define qemu_bh_new_guarded(cb, opaque, guard) \
    qemu_bh_new_full((cb), (opaque), (stringify(cb)), guard)

void qemu_set_fd_handler(int fd, IOHandler *fd_read, IOHandler *fd_write, void *opaque);
void qemu_notify_event(void);
AioContext *qemu_get_aio_context(void);
AioContext *iohandler_get_aio_context(void);
void aio_bh_schedule_oneshot_full(AioContext *ctx, QEMUBHFunc *cb, void *opaque,
                                  const char *name);

#define aio_bh_schedule_oneshot(ctx, cb, opaque) \
    aio_bh_schedule_oneshot_full((ctx), (cb), (opaque), (stringify(cb)))

#endif
