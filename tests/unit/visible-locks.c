/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GLib's locks and counts for ThreadSanitizer builds, made of what it understands.
 *
 * GLib has locks of its own on bare futexes, in a library that is not instrumented, so everything
 * they guard looks like a race. A program's definitions come before those of a library.
 */
#include <glib.h>
#include <pthread.h>
#include <stdbool.h>

static void *get_or_make(void **place, size_t size, void (*init)(void *object))
{
    void *object = __atomic_load_n(place, __ATOMIC_ACQUIRE);
    void *made;

    if (object) {
        return object;
    }
    made = g_malloc(size);
    init(made);
    if (__atomic_compare_exchange_n(place, &object, made, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE)) {
        return made;
    }
    g_free(made);
    return object;
}

static void init_mutex(void *mutex)
{
    pthread_mutex_init(mutex, NULL);
}

static void init_cond(void *cond)
{
    pthread_cond_init(cond, NULL);
}

static pthread_mutex_t *mutex_of(GMutex *mutex)
{
    return get_or_make(&mutex->p, sizeof(pthread_mutex_t), init_mutex);
}

static pthread_cond_t *cond_of(GCond *cond)
{
    return get_or_make(&cond->p, sizeof(pthread_cond_t), init_cond);
}

void g_mutex_init(GMutex *mutex)
{
    mutex->p = NULL;
}

void g_mutex_clear(GMutex *mutex)
{
    if (mutex->p) {
        pthread_mutex_destroy(mutex->p);
        g_free(mutex->p);
    }
}

void g_mutex_lock(GMutex *mutex)
{
    pthread_mutex_lock(mutex_of(mutex));
}

void g_mutex_unlock(GMutex *mutex)
{
    pthread_mutex_unlock(mutex_of(mutex));
}

void g_cond_init(GCond *cond)
{
    cond->p = NULL;
}

void g_cond_clear(GCond *cond)
{
    if (cond->p) {
        pthread_cond_destroy(cond->p);
        g_free(cond->p);
    }
}

void g_cond_wait(GCond *cond, GMutex *mutex)
{
    pthread_cond_wait(cond_of(cond), mutex_of(mutex));
}

void g_cond_signal(GCond *cond)
{
    pthread_cond_signal(cond_of(cond));
}

void g_cond_broadcast(GCond *cond)
{
    pthread_cond_broadcast(cond_of(cond));
}

void (g_atomic_ref_count_init)(gatomicrefcount *count)
{
    __atomic_store_n(count, 1, __ATOMIC_RELEASE);
}

void (g_atomic_ref_count_inc)(gatomicrefcount *count)
{
    __atomic_fetch_add(count, 1, __ATOMIC_ACQ_REL);
}

gboolean (g_atomic_ref_count_dec)(gatomicrefcount *count)
{
    return __atomic_fetch_sub(count, 1, __ATOMIC_ACQ_REL) == 1;
}
