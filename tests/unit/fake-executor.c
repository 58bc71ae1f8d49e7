/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-executor.h"

static void fake_submit(VgpuExecutor *executor, VgpuOperation *operation)
{
    VgpuFakeExecutor *self = (VgpuFakeExecutor *)executor;

    g_assert_false(self->released);
    g_queue_push_tail(&self->submitted, operation);
    self->n_submitted++;
}

static void fake_wait(VgpuExecutor *executor)
{
    VgpuFakeExecutor *self = (VgpuFakeExecutor *)executor;

    g_assert_false(self->released);
    while (vgpu_fake_executor_run(self)) {
        continue;
    }
    while (vgpu_fake_executor_done(self)) {
        continue;
    }
}

static void fake_release(VgpuExecutor *executor)
{
    VgpuFakeExecutor *self = (VgpuFakeExecutor *)executor;

    g_assert_false(self->released);
    self->released = true;
}

static const VgpuExecutorOps fake_executor_ops = {
    .submit = fake_submit,
    .wait = fake_wait,
    .release = fake_release,
};

void vgpu_fake_executor_init(VgpuFakeExecutor *executor)
{
    *executor = (VgpuFakeExecutor) { .base.ops = &fake_executor_ops };
}

void vgpu_fake_executor_finish(VgpuFakeExecutor *executor)
{
    g_assert_true(executor->released);
    g_assert_cmpuint(vgpu_fake_executor_pending(executor), ==, 0);
}

bool vgpu_fake_executor_run(VgpuFakeExecutor *executor)
{
    VgpuOperation *operation = g_queue_pop_head(&executor->submitted);

    if (!operation) {
        return false;
    }
    executor->n_cancelled += vgpu_operation_is_cancelled(operation);
    operation->run(operation);
    g_queue_push_tail(&executor->ran, operation);
    return true;
}

bool vgpu_fake_executor_done(VgpuFakeExecutor *executor)
{
    VgpuOperation *operation = g_queue_pop_head(&executor->ran);

    if (!operation) {
        return false;
    }
    operation->done(operation);
    return true;
}

unsigned vgpu_fake_executor_pending(VgpuFakeExecutor *executor)
{
    return g_queue_get_length(&executor->submitted) + g_queue_get_length(&executor->ran);
}
