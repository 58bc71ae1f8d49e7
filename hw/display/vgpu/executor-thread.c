/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The executor with a thread of its own.
 *
 * It belongs to its owner until released and to itself until everything submitted is done: the
 * thread is never joined, so neither reset nor unplug nor quit waits for a running operation.
 */
#include "hw/display/vgpu/executor.h"

#include <signal.h>
#include <unistd.h>

typedef struct ThreadExecutor {
    VgpuExecutor base;
    VgpuLoop *loop;
    bool started;        /* owner thread only */

    GMutex lock;         /* for all below */
    GCond changed;
    GQueue submitted;    /* VgpuOperation, oldest first */
    GQueue finished;
    uint32_t unfinished; /* submitted and not in `finished` yet */
    bool posted;         /* complete() is on its way */
    bool released;
    bool thread_gone;    /* or never was */
} ThreadExecutor;

/* Of all executors; atomic. */
static gint n_running;
static gint halted;

bool vgpu_executor_halt_all(void)
{
    g_atomic_int_set(&halted, 1);
    return g_atomic_int_get(&n_running);
}

/* Either halting sees that this one runs, or it does not begin. */
static void run_operation(VgpuOperation *operation)
{
    g_atomic_int_inc(&n_running);
    while (g_atomic_int_get(&halted)) {
        g_atomic_int_add(&n_running, -1);
        pause();
        g_atomic_int_inc(&n_running);
    }
    operation->run(operation);
    g_atomic_int_add(&n_running, -1);
}

static ThreadExecutor *thread_executor(VgpuExecutor *executor)
{
    return (ThreadExecutor *)executor;
}

static void free_executor(ThreadExecutor *self)
{
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->changed);
    g_free(self);
}

static void run_completions(ThreadExecutor *self)
{
    GQueue finished;

    g_mutex_lock(&self->lock);
    finished = self->finished;
    g_queue_init(&self->finished);
    g_mutex_unlock(&self->lock);

    while (!g_queue_is_empty(&finished)) {
        VgpuOperation *operation = g_queue_pop_head(&finished);

        operation->done(operation);
    }
}

/* Owner thread, posted. Frees the executor when it was the last call for it. */
static void complete(void *opaque)
{
    ThreadExecutor *self = opaque;
    bool last;

    g_mutex_lock(&self->lock);
    self->posted = false;
    last = self->released && self->thread_gone;
    g_mutex_unlock(&self->lock);

    run_completions(self);
    if (last) {
        free_executor(self);
    }
}

/* Call with the lock held. */
static void post_completions(ThreadExecutor *self)
{
    if (!self->posted) {
        self->posted = true;
        self->loop->ops->post(self->loop, complete, self);
    }
}

static void *executor_main(void *opaque)
{
    ThreadExecutor *self = opaque;
    VgpuOperation *operation;

    g_mutex_lock(&self->lock);
    for (;;) {
        while (!(operation = g_queue_pop_head(&self->submitted)) && !self->released) {
            g_cond_wait(&self->changed, &self->lock);
        }
        if (!operation) {
            break;
        }
        g_mutex_unlock(&self->lock);
        run_operation(operation);
        g_mutex_lock(&self->lock);
        g_queue_push_tail(&self->finished, operation);
        self->unfinished--;
        post_completions(self);
        g_cond_broadcast(&self->changed);
    }
    self->thread_gone = true;
    post_completions(self);
    g_mutex_unlock(&self->lock);
    return NULL;
}

/* Signals are for the threads that the host set up for them. */
static void start_thread(ThreadExecutor *self)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    g_thread_unref(g_thread_new("vgpu-executor", executor_main, self));
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void thread_executor_submit(VgpuExecutor *executor, VgpuOperation *operation)
{
    ThreadExecutor *self = thread_executor(executor);

    g_mutex_lock(&self->lock);
    g_queue_push_tail(&self->submitted, operation);
    self->unfinished++;
    self->thread_gone = false;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->lock);
    if (!self->started) {
        self->started = true;
        start_thread(self);
    }
}

static void thread_executor_wait(VgpuExecutor *executor)
{
    ThreadExecutor *self = thread_executor(executor);

    g_mutex_lock(&self->lock);
    while (self->unfinished) {
        g_cond_wait(&self->changed, &self->lock);
    }
    g_mutex_unlock(&self->lock);
    run_completions(self);
}

static void thread_executor_release(VgpuExecutor *executor)
{
    ThreadExecutor *self = thread_executor(executor);

    g_mutex_lock(&self->lock);
    self->released = true;
    if (self->thread_gone) {
        post_completions(self);
    }
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->lock);
}

static const VgpuExecutorOps thread_executor_ops = {
    .submit = thread_executor_submit,
    .wait = thread_executor_wait,
    .release = thread_executor_release,
};

VgpuExecutor *vgpu_executor_create_thread(VgpuLoop *loop)
{
    ThreadExecutor *self = g_new0(ThreadExecutor, 1);

    self->base.ops = &thread_executor_ops;
    self->loop = loop;
    self->thread_gone = true;
    g_mutex_init(&self->lock);
    g_cond_init(&self->changed);
    return &self->base;
}
