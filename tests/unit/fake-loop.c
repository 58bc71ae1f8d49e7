/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-loop.h"

typedef struct Call {
    void (*callback)(void *opaque);
    void *opaque;
} Call;

static void fake_post(VgpuLoop *loop, void (*callback)(void *opaque), void *opaque)
{
    VgpuFakeLoop *self = (VgpuFakeLoop *)loop;
    Call *call = g_new(Call, 1);

    *call = (Call) { .callback = callback, .opaque = opaque };
    g_mutex_lock(&self->lock);
    g_queue_push_tail(&self->posted, call);
    g_mutex_unlock(&self->lock);
}

static const VgpuLoopOps fake_loop_ops = {
    .post = fake_post,
};

void vgpu_fake_loop_init(VgpuFakeLoop *loop)
{
    *loop = (VgpuFakeLoop) { .base.ops = &fake_loop_ops };
    g_mutex_init(&loop->lock);
}

void vgpu_fake_loop_finish(VgpuFakeLoop *loop)
{
    g_assert_true(g_queue_is_empty(&loop->posted));
    g_mutex_clear(&loop->lock);
}

static Call *next_call(VgpuFakeLoop *loop)
{
    Call *call;

    g_mutex_lock(&loop->lock);
    call = g_queue_pop_head(&loop->posted);
    g_mutex_unlock(&loop->lock);
    return call;
}

unsigned vgpu_fake_loop_turn(VgpuFakeLoop *loop)
{
    unsigned n;

    g_assert_false(loop->running);
    loop->running = true;
    g_mutex_lock(&loop->lock);
    n = g_queue_get_length(&loop->posted);
    g_mutex_unlock(&loop->lock);
    for (unsigned i = 0; i < n; i++) {
        g_autofree Call *call = next_call(loop);

        call->callback(call->opaque);
    }
    loop->running = false;
    return n;
}
