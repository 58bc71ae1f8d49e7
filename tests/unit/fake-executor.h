/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VgpuFakeExecutor: an executor without a thread. The test decides when the next operation runs
 * and when the device hears that it has. Stays usable after the device has released it, as the
 * real one does. Owner thread.
 */
#ifndef TESTS_UNIT_FAKE_EXECUTOR_H
#define TESTS_UNIT_FAKE_EXECUTOR_H

#include "hw/display/vgpu/executor.h"

typedef struct VgpuFakeExecutor {
    VgpuExecutor base;
    GQueue submitted;
    GQueue ran;
    bool released;
    unsigned n_submitted;   /* since the start */
    unsigned n_cancelled;   /* of those that ran, how many ran in vain */
} VgpuFakeExecutor;

void vgpu_fake_executor_init(VgpuFakeExecutor *executor);
/* Everything must be done, and the device must have released it. */
void vgpu_fake_executor_finish(VgpuFakeExecutor *executor);

/* One step of the oldest operation there is; false when there is none. */
bool vgpu_fake_executor_run(VgpuFakeExecutor *executor);
bool vgpu_fake_executor_done(VgpuFakeExecutor *executor);

/* Operations that are not done. */
unsigned vgpu_fake_executor_pending(VgpuFakeExecutor *executor);

#endif
