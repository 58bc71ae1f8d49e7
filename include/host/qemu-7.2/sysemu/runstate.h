/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the machine runs, and being told when that changes.
 */
#ifndef HOST_QEMU_SYSEMU_RUNSTATE_H
#define HOST_QEMU_SYSEMU_RUNSTATE_H

#include "qapi/qapi-types-run-state.h"
#include "qemu/osdep.h"

typedef void VMChangeStateHandler(void *opaque, bool running, RunState state);

bool runstate_is_running(void);
bool runstate_check(RunState state);
bool runstate_needs_reset(void);
VMChangeStateEntry *qemu_add_vm_change_state_handler(VMChangeStateHandler *cb,
        void *opaque);
VMChangeStateEntry *qemu_add_vm_change_state_handler_prio(VMChangeStateHandler *cb,
        void *opaque, int priority);
VMChangeStateEntry *qdev_add_vm_change_state_handler(DeviceState *dev,
        VMChangeStateHandler *cb, void *opaque);
void qemu_del_vm_change_state_handler(VMChangeStateEntry *e);

#endif
