/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "main-loop.h"

#define PATIENCE_US (30 * G_USEC_PER_SEC)

typedef struct Call {
    void (*callback)(void *opaque);
    void *opaque;
} Call;

static gboolean run_one(void *opaque)
{
    VgpuMainLoop *self = opaque;
    g_autofree Call *call = NULL;

    g_mutex_lock(&self->lock);
    call = g_queue_pop_head(&self->posted);
    g_mutex_unlock(&self->lock);
    call->callback(call->opaque);
    return G_SOURCE_REMOVE;
}

static void main_loop_post(VgpuLoop *loop, void (*callback)(void *opaque), void *opaque)
{
    VgpuMainLoop *self = (VgpuMainLoop *)loop;
    GSource *source = g_idle_source_new();
    Call *call = g_new(Call, 1);

    *call = (Call) { .callback = callback, .opaque = opaque };
    g_mutex_lock(&self->lock);
    g_queue_push_tail(&self->posted, call);
    g_mutex_unlock(&self->lock);
    g_source_set_callback(source, run_one, self, NULL);
    g_source_attach(source, self->context);
    g_source_unref(source);
}

static const VgpuLoopOps main_loop_ops = {
    .post = main_loop_post,
};

void vgpu_main_loop_init(VgpuMainLoop *loop)
{
    *loop = (VgpuMainLoop) { .base.ops = &main_loop_ops, .context = g_main_context_new() };
    g_mutex_init(&loop->lock);
}

void vgpu_main_loop_finish(VgpuMainLoop *loop)
{
    g_assert_true(g_queue_is_empty(&loop->posted));
    g_main_context_unref(loop->context);
    g_mutex_clear(&loop->lock);
}

void vgpu_main_loop_until(VgpuMainLoop *loop, bool (*condition)(void *opaque), void *opaque)
{
    gint64 end = g_get_monotonic_time() + PATIENCE_US;

    while (!condition(opaque)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        if (!g_main_context_iteration(loop->context, FALSE)) {
            g_usleep(100);
        }
    }
}

static void *do_nothing(void *opaque)
{
    return opaque;
}

void vgpu_start_counting_threads(void)
{
    g_thread_join(g_thread_new("first", do_nothing, NULL));
}

unsigned vgpu_count_threads(void)
{
    g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
    unsigned n = 0;

    while (g_dir_read_name(tasks)) {
        n++;
    }
    return n;
}
